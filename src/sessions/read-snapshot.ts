// The core's one entrance: the bytes of a session CSV → a snapshot, in a single pass that keeps no session.
import { parse } from 'csv-parse/sync';
import {
  COLUMNS,
  type ColumnName,
  checkColumnCount,
  columnsByName,
  findColumns,
  type HeaderNames,
  hasCell,
  refuseSeparatorBehind,
} from './columns.js';
import { type CountingSettings, SessionAggregate } from './counting/session-aggregate.js';
import { CsvError } from './csv-error.js';
import { toUtf8 } from './encoding.js';
import { onlyTrue } from './filters.js';
import { foreignStart, START_BYTES } from './foreign-start.js';
import { RepeatedHeader } from './repeated-header.js';
import { CR_CR_LF, foreignLineEnd, foreignLineEnds } from './scanner/line-ends.js';
import { type CsvRecord, RecordScanner } from './scanner/record-scanner.js';
import type { CsvTally, Filter, Snapshot } from './snapshot.js';

const LF = 0x0a;
const CR = 0x0d;
const BLANKS: ReadonlySet<number | undefined> = new Set(Buffer.from(' \t\r\n'));

/** What the configuration decides about reading session files. */
export interface SessionSettings extends CountingSettings {
  /** A label of the WHATWG Encoding Standard; a byte-order mark in the file wins over it. */
  readonly encoding: string;
  readonly columnNames: HeaderNames;
  /** Which sessions the files have. */
  readonly filter: Filter;
}

export interface ReadResult {
  readonly snapshot: Snapshot;
  /** The columns that the file has. */
  readonly columns: readonly ColumnName[];
  /** Header names that no column is known by, as they may be shown: at most 20, cut to 40 characters. */
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
  let table: Table | undefined;
  const read = (record: CsvRecord): void => {
    if (table === undefined) {
      const header = headerIn(record);
      if (header.join('').trim() !== '' || header.length > 1) {
        table = tableOf(header, settings);
        tally.unreadable = table.aggregate.unreadable;
      }
      return;
    }
    if (tally.rows + tally.rejectedRows === 0) {
      refuseLeadingCr(record);
    }
    if (record.fields !== table.header.length) {
      const foreign = countRejected(record, tally);
      table.foreign ??= foreign;
    } else if (table.repeated.isIn(record)) {
      tally.rejectedRows++;
    } else {
      tally.rows++;
      table.aggregate.add(record);
    }
  };
  const records = new RecordScanner(read, (behind, line) => {
    if (table === undefined) {
      refuseSeparatorBehind(behind, line);
    }
  });
  for await (const utf8 of checkBody(toUtf8(counted(bytes, tally), settings.encoding))) {
    records.push(utf8);
  }
  records.end();
  if (table === undefined) {
    throw new CsvError('csv body: got blank lines only, expected a header line');
  }
  refuseUnreadRows(tally, table);
  const { columns, unknownHeaders } = table;
  const snapshot = onlyTrue(table.aggregate.toCounted(previous), settings.filter);
  return { snapshot, columns, unknownHeaders };
}

/** What follows from the header. */
interface Table {
  readonly header: readonly string[];
  readonly columns: readonly ColumnName[];
  readonly unknownHeaders: readonly string[];
  readonly repeated: RepeatedHeader;
  readonly aggregate: SessionAggregate;
  /** The first line end of another system in a rejected row. */
  foreign: CsvError | undefined;
}

/** Once per file, and of all names: by csv-parse. Before any field is read, which changes the record's bytes. */
function headerIn(record: CsvRecord): readonly string[] {
  const written = record.written();
  refuseHiddenRows(written, record);
  // Before millions of names become strings.
  checkColumnCount(record.fields);
  const [header = []] = parse(written, {
    record_delimiter: ['\r\n', '\n'],
    relax_quotes: true,
  });
  return header;
}

function tableOf(header: readonly string[], settings: SessionSettings): Table {
  const { indexes, unknownHeaders } = findColumns(header, settings.columnNames);
  return {
    header,
    columns: COLUMNS.filter((column) => indexes.has(column)),
    unknownHeaders,
    repeated: new RepeatedHeader({ indexes, columnsByName: columnsByName(settings.columnNames) }),
    aggregate: new SessionAggregate(indexes, settings),
    foreign: undefined,
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

/**
 * Yields the bytes of a UTF-8 body unchanged. Refuses one that is no CSV file at all: an empty one, or the JSON or HTML
 * that gateways answer with, which would only seem to lack columns.
 */
async function* checkBody(utf8: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  let held = Buffer.alloc(0);
  let isChecked = false;
  for await (const chunk of utf8) {
    if (isChecked) {
      yield chunk;
      continue;
    }
    held = Buffer.concat([held, chunk]);
    const start = held.findIndex((byte) => !BLANKS.has(byte));
    isChecked = start !== -1 && held.length - start >= START_BYTES;
    if (isChecked) {
      refuseForeign(held.subarray(start));
    }
    if (isChecked || start === -1) {
      yield held;
      held = Buffer.alloc(0);
    }
  }
  if (isChecked) {
    return;
  }
  if (held.length === 0) {
    throw new CsvError('csv body: got an empty one, expected a header line');
  }
  refuseForeign(held.subarray(held.findIndex((byte) => !BLANKS.has(byte))));
  yield held;
}

function refuseForeign(start: Buffer): void {
  const format = foreignStart(start.toString('latin1', 0, START_BYTES));
  if (format !== undefined) {
    throw new CsvError(
      `csv body: got ${format} (it starts with "${start.toString('latin1', 0, 1)}"), expected a CSV header line`,
    );
  }
}

/** A line of blanks; the scanner leaves out only those that are empty. */
function isBlank(record: CsvRecord): boolean {
  if (record.fields > 1) {
    return false;
  }
  return record.bytes.toString('utf8', record.startOf(0), record.unquote(0)).trim() === '';
}

/** A header that does not end where the file's lines do has rows in it. */
function refuseHiddenRows(header: Buffer, { line }: CsvRecord): void {
  if (header.includes(0)) {
    throw new CsvError(
      `csv encoding: got NUL bytes in the header line, expected text: ${adviceOnNul(header)}`,
    );
  }
  const { first, last } = foreignLineEnds(header, 0, header.length);
  // Behind a quoted name it is an error of its own, whichever names the exporter of the file quotes.
  const end =
    header.at(-1) === LF ? (header.toString('latin1').endsWith('\r\r\n') ? CR_CR_LF : undefined) : last;
  const found = first ?? end;
  if (found !== undefined) {
    throw foreignLineEnd(found, line);
  }
}

/** Half the bytes of ASCII in UTF-16 are NUL; what else holds one is no text. */
function adviceOnNul(header: Buffer): string {
  const place = header.subarray(0, 2).indexOf(0);
  return place === -1
    ? 'is it compressed, or a spreadsheet?'
    : `UTF-16 without a byte-order mark needs csv.encoding: utf-16${place === 0 ? 'be' : 'le'}`;
}

/** A row of a file whose lines end in LF and CR begins with the CR, before its first quote. */
function refuseLeadingCr(record: CsvRecord): void {
  if (record.written()[0] === CR && !isBlank(record)) {
    throw foreignLineEnd('LF CR', record.line);
  }
}

/**
 * Several rows where they end as those of other systems do: then returns the error of that, to be thrown where most are
 * rejected. Blank lines are nothing.
 */
function countRejected(record: CsvRecord, tally: CsvTally): CsvError | undefined {
  const written = record.written();
  const { count, first } = foreignLineEnds(written, 0, written.length);
  if (isBlank(record)) {
    return undefined;
  }
  tally.rejectedRows += 1 + count;
  return first === undefined ? undefined : foreignLineEnd(first, record.line);
}

function refuseUnreadRows({ rows, rejectedRows }: CsvTally, { header, foreign }: Table): void {
  if (rejectedRows > rows) {
    throw (
      foreign ??
      new CsvError(
        `csv rows: got ${rejectedRows} of ${rows + rejectedRows} without the header's ${header.length} fields or repeating it, expected at most half`,
      )
    );
  }
  if (rows === 0 && hasCell(header)) {
    throw new CsvError(
      `csv header: got ${header.length} names, with a number, an address or NULL among them, and no row, expected lines that end in LF or CRLF`,
    );
  }
}
