// The core's one entrance: the bytes of a session CSV → a snapshot, in a single pass that keeps no session.
import { checkBody } from './check-body.js';
import { COLUMNS, type ColumnName, findColumns } from './columns.js';
import { CsvError } from './csv-error.js';
import { parseRecords } from './parse-records.js';
import { type Session, sessionReader } from './session.js';
import { SessionAggregate } from './session-aggregate.js';
import type { SessionSettings } from './session-settings.js';
import type { CsvTally, Snapshot } from './snapshot.js';
import { toUtf8 } from './to-utf8.js';

export interface ReadResult {
  readonly snapshot: Snapshot;
  /** The columns that the file has. */
  readonly columns: readonly ColumnName[];
  /** Header names that no column is known by: at most 20, cut to 40 characters. */
  readonly unknownHeaders: readonly string[];
}

/**
 * Adds to `tally`, which starts at 0, while it reads. Rejects with CsvError for a file that is no session CSV,
 * and with the source's own error, unchanged. Which values stay shown depends on `previous`, the last snapshot.
 */
export async function readSnapshot(
  bytes: AsyncIterable<Uint8Array>,
  settings: SessionSettings,
  tally: CsvTally,
  previous?: Snapshot,
): Promise<ReadResult> {
  const utf8 = checkBody(toUtf8(counted(bytes, tally), settings.encoding));
  let table: Table | undefined;
  for await (const row of parseRecords(utf8)) {
    if (isBlank(row)) continue;
    if (table === undefined) {
      table = tableOf(row, settings);
    } else if (row.length === table.fields) {
      tally.rows++;
      table.aggregate.add(table.read(row));
    } else {
      tally.rejectedRows++;
    }
  }
  if (table === undefined) throw new CsvError('csv body: got blank lines only, expected a header line');
  refuseMostlyRejected(tally, table.fields);
  const { columns, unknownHeaders } = table;
  return { snapshot: table.aggregate.toSnapshot(previous), columns, unknownHeaders };
}

/** What follows from the header. */
interface Table {
  readonly fields: number;
  readonly columns: readonly ColumnName[];
  readonly unknownHeaders: readonly string[];
  readonly read: (row: readonly string[]) => Session;
  readonly aggregate: SessionAggregate;
}

function tableOf(header: readonly string[], settings: SessionSettings): Table {
  const { indexes, unknownHeaders } = findColumns(header, settings.columnNames);
  return {
    fields: header.length,
    columns: COLUMNS.filter((column) => indexes.has(column)),
    unknownHeaders,
    read: sessionReader(indexes, settings.stripPort),
    aggregate: new SessionAggregate(new Set(indexes.keys()), settings),
  };
}

async function* counted(
  bytes: AsyncIterable<Uint8Array>,
  tally: CsvTally,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of bytes) {
    tally.bytes += chunk.length;
    yield chunk;
  }
}

/** A line of blanks; csv-parse leaves out only those that are empty. */
function isBlank(row: readonly string[]): boolean {
  return row.length === 1 && row[0]?.trim() === '';
}

function refuseMostlyRejected({ rows, rejectedRows }: CsvTally, fields: number): void {
  if (rejectedRows > rows) {
    throw new CsvError(
      `csv rows: got ${rejectedRows} of ${rows + rejectedRows} without the header's ${fields} fields, expected at most half`,
    );
  }
}
