// The oracle of the core: the same files read the plain way, every row through csv-parse into strings and every session
// counted in Maps. Slow, simple enough to be believed, and without a line of the code that it judges.
import { parse } from 'csv-parse/sync';
import { COLUMNS, type ColumnName } from '../../../src/sessions/columns.js';
import type { ReadResult, SessionSettings } from '../../../src/sessions/read-snapshot.js';
import type { CsvTally, Snapshot } from '../../../src/sessions/snapshot.js';
import { findColumns } from './find-columns.js';
import { findFault, Refusal } from './find-fault.js';
import { sessionReader } from './session.js';
import { SessionAggregate } from './session-aggregate.js';

/** Reads a whole body of UTF-8, valid or not; throws a Refusal, of several faults for the first. */
export function readPlainly(
  body: Buffer,
  settings: SessionSettings,
  tally: CsvTally,
  previous?: Snapshot,
): ReadResult {
  tally.bytes = body.length;
  const utf8 = body.subarray(body.toString('latin1', 0, 3) === '\u00ef\u00bb\u00bf' ? 3 : 0);
  checkStart(utf8);
  const fault = findFault(utf8);
  const rows = recordsOf(utf8.subarray(0, fault?.recordStart)).filter(
    (row) => row.length > 1 || row[0]?.trim() !== '',
  );
  const [header, ...sessions] = rows;
  if (header === undefined) {
    throw fault?.error ?? new Refusal('csv body: got blank lines only, expected a header line');
  }
  const { indexes, unknownHeaders } = findColumns(header, settings.columnNames);
  const columns = new Set<ColumnName>(indexes.keys());
  const read = sessionReader(indexes, settings.stripPort);
  const aggregate = new SessionAggregate(columns, settings);
  for (const row of sessions) {
    if (row.length === header.length) {
      tally.rows++;
      aggregate.add(read(row));
    } else {
      tally.rejectedRows++;
    }
  }
  if (fault !== undefined) {
    throw fault.error;
  }
  if (tally.rejectedRows > tally.rows) {
    throw new Refusal(
      `csv rows: got ${tally.rejectedRows} of ${sessions.length} without the header's ${header.length} fields, expected at most half`,
    );
  }
  return {
    snapshot: aggregate.toSnapshot(previous),
    columns: COLUMNS.filter((column) => columns.has(column)),
    unknownHeaders,
  };
}

export function recordsOf(utf8: Buffer): string[][] {
  return parse(utf8, {
    record_delimiter: ['\r\n', '\n'],
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
  });
}

function checkStart(utf8: Buffer): void {
  const first = /[^ \t\r\n]/.exec(utf8.toString('latin1'))?.[0];
  if (first === undefined) {
    throw new Refusal('csv body: got an empty one, expected a header line');
  }
  const format = first === '<' ? 'HTML or XML' : '{['.includes(first) ? 'JSON' : undefined;
  if (format !== undefined) {
    throw new Refusal(`csv body: got ${format} (it starts with "${first}"), expected a CSV header line`);
  }
}
