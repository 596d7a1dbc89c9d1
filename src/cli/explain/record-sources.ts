// Where `explain` finds records: a file, standard input, or the directory of the configuration, which it only reads.
import { systemClock } from '../../clock.js';
import { loadConfig } from '../../config/load-config.js';
import { chunkBuffer, fileChunks, whyUnreadable } from '../../file-chunks.js';
import { parseRecord, readIncidentId } from '../../incidents/parse-record.js';
import { type IncidentRecord, type IncidentSummary, summaryOf } from '../../incidents/record.js';
import { DiskFaults } from '../../incidents/store/disk-faults.js';
import { DiskLanes } from '../../incidents/store/disk-lanes.js';
import { RecordDirectory } from '../../incidents/store/record-directory.js';
import type { Log } from '../../log.js';
import { configSource, type FlagValues } from '../flags.js';
import { printError } from '../terminal.js';

/** A record that was written anew with line breaks and blanks is larger than its file. */
const MAX_BYTES = 1024 * 1024;
const MOST_NAMED = 5;

const WARNINGS: Log = {
  debug: () => {},
  info: () => {},
  warn: (message, { file, error } = {}) => printError(`${file}: warning: ${message}: ${error}\n`),
  error: () => {},
};

/** Throws an error in one line where the file has no record. */
export async function recordIn(file: string): Promise<IncidentRecord> {
  const reason = whyUnreadable(file);
  if (reason !== undefined) {
    throw new Error(`${file}: ${reason}: name the file of an incident, or its id`);
  }
  return readRecord(file, fileChunks(file, chunkBuffer()));
}

/** Of standard input. */
export function recordPiped(): Promise<IncidentRecord> {
  if (process.stdin.isTTY) {
    printError('reads the JSON of an incident from the terminal; Ctrl-D ends it\n');
  }
  return readRecord('standard input', process.stdin);
}

async function readRecord(name: string, source: AsyncIterable<Uint8Array>): Promise<IncidentRecord> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of source) {
    size += chunk.length;
    if (size > MAX_BYTES) {
      throw new Error(`${name}: larger than ${MAX_BYTES} bytes, which no record of an incident is`);
    }
    chunks.push(Uint8Array.from(chunk));
  }
  const record = parseRecord(Buffer.concat(chunks).toString());
  if (record === undefined) {
    throw new Error(
      `${name}: got no record of an incident of schema 1, expected a file of incidents.directory or what /api/v1/incidents/<id> answers`,
    );
  }
  return record;
}

/** The directory of the configuration. Throws an error in one line where there is none. */
export async function configuredRecords(flags: FlagValues): Promise<SavedRecords> {
  const source = await configSource(flags);
  const { directory } = loadConfig(source, process.env).config.incidents;
  if (directory === '') {
    throw new Error(
      `${source.name}: no incidents.directory: records are in the exporter's memory alone: see /incidents of its page, or pipe what /api/v1/incidents/<id> answers into explain -`,
    );
  }
  return new SavedRecords(directory);
}

export class SavedRecords {
  readonly #folder: string;
  readonly #directory: RecordDirectory;

  constructor(folder: string) {
    const reason = whyUnreadable(folder) ?? 'not a folder';
    if (reason !== 'a folder') {
      throw new Error(`${folder} (incidents.directory): cannot be read: ${reason}`);
    }
    this.#folder = folder;
    this.#directory = new RecordDirectory(folder, {
      lanes: new DiskLanes(),
      faults: new DiskFaults(WARNINGS, systemClock, () => {}),
    });
  }

  /** The newest first. */
  async list(): Promise<readonly IncidentSummary[]> {
    const found: IncidentSummary[] = [];
    await this.#directory.look((head) => found.push(summaryOf(head)));
    return found.sort((a, b) => Date.parse(b.started_at) - Date.parse(a.started_at));
  }

  /** `id`: of the form of one. Throws an error in one line that says what there is, where it is not this one. */
  async get(id: string): Promise<IncidentRecord> {
    const found = await this.#directory.read(id);
    if (typeof found !== 'string') {
      return found;
    }
    if (found === 'unread') {
      throw new Error(`${this.#folder}: ${id} cannot be read`);
    }
    const nodeId = readIncidentId(id)?.nodeId;
    const ids = (await this.list()).filter(({ node_id }) => node_id === nodeId).map((one) => one.id);
    const rest = ids.length > MOST_NAMED ? ` and ${ids.length - MOST_NAMED} older ones` : '';
    const there = ids.length === 0 ? 'none of this node' : `${ids.slice(0, MOST_NAMED).join(', ')}${rest}`;
    throw new Error(`${this.#folder}: no incident ${id}: there ${ids.length === 1 ? 'is' : 'are'} ${there}`);
  }
}
