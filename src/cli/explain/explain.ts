// Prints an incident for people, or as JSON: by its id, from its file or standard input; without an argument the last ones.
import { existsSync } from 'node:fs';
import { quote } from '../../config/yaml/config-errors.js';
import { readIncidentId } from '../../incidents/parse-record.js';
import type { IncidentRecord } from '../../incidents/record.js';
import type { FlagValues } from '../flags.js';
import { print } from '../terminal.js';
import { incidentTable } from './incident-table.js';
import { incidentText } from './incident-text.js';
import { configuredRecords, recordIn, recordPiped } from './record-sources.js';

const STANDARD_INPUT = '-';

/** Throws an error in one line where there is no such incident. */
export async function explain(flags: FlagValues, [named]: readonly string[]): Promise<number> {
  const isJson = flags.output === 'json';
  if (named === undefined) {
    const incidents = await (await configuredRecords(flags)).list();
    print(isJson ? jsonText(incidents) : incidentTable(incidents));
  } else {
    const record = await recordOf(flags, named);
    print(isJson ? jsonText(record) : incidentText(record));
  }
  return 0;
}

async function recordOf(flags: FlagValues, named: string): Promise<IncidentRecord> {
  if (named === STANDARD_INPUT) {
    return recordPiped();
  }
  if (isFileName(named)) {
    return recordIn(named);
  }
  if (readIncidentId(named) === undefined) {
    throw new Error(
      `got ${quote(named)}, expected the id of an incident (<node_id>-<seconds>), its file, or - for standard input`,
    );
  }
  return (await configuredRecords(flags)).get(named);
}

/** An id has neither. */
function isFileName(named: string): boolean {
  return named.includes('/') || named.endsWith('.json') || existsSync(named);
}

function jsonText(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
