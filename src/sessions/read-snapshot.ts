// The core's one entrance: the bytes of a session CSV → a snapshot, in a single pass that keeps no session.
import { setImmediate as nextTurn } from 'node:timers/promises';
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
import { withStatementValues } from './counting/statement-values.js';
import { CsvError } from './csv-error.js';
import { toUtf8 } from './encoding.js';
import { onlyTrue, onlyTrueDetails } from './filters.js';
import { foreignStart, START_BYTES } from './foreign-start.js';
import type { Kernel, RecordAnswers } from './kernel/kernel.js';
import { KERNELS, type KernelPool } from './kernel/kernel-pool.js';
import { RepeatedHeader } from './repeated-header.js';
import { CR_CR_LF, foreignLineEnd, foreignLineEnds } from './scanner/line-ends.js';
import { type CsvRecords, RecordScanner } from './scanner/record-scanner.js';
import type { SessionDetails } from './session-details.js';
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
  /** Absent where the settings do not ask for them. */
  readonly details?: SessionDetails;
  /** The columns that the file has. */
  readonly columns: readonly ColumnName[];
  /** Header names that no column is known by, as they may be shown: at most 20, cut to 40 characters. */
  readonly unknownHeaders: readonly string[];
}

/**
 * A chunk of `bytes` need not hold but until the next one is asked for. Adds to `tally`, which starts at 0, while it reads.
 * Rejects with CsvError for a file that is no session CSV, and with the source's own error, unchanged. Which values stay shown depends on `previous`, the last snapshot.
 */
export async function readSnapshot(
  bytes: AsyncIterable<Uint8Array>,
  settings: SessionSettings,
  tally: CsvTally,
  previous?: Snapshot,
  kernels: KernelPool = KERNELS,
): Promise<ReadResult> {
  let kernel: Kernel | undefined;
  let file: SessionFile | undefined;
  try {
    for await (const utf8 of checkBody(toUtf8(counted(bytes, tally), settings.encoding))) {
      // Not before: no kernel is needed to wait for the first bytes.
      kernel ??= await kernels.take();
      file ??= new SessionFile(kernel, settings, tally);
      file.push(utf8);
    }
    if (file === undefined) {
      throw emptyBody();
    }
    return await file.end(previous);
  } finally {
    if (kernel !== undefined) {
      kernels.giveBack(kernel);
    }
  }
}

/** A session list while it is read, in a kernel of its own. */
class SessionFile implements RecordAnswers {
  readonly #kernel: Kernel;
  readonly #settings: SessionSettings;
  readonly #tally: CsvTally;
  readonly #records: RecordScanner;
  #table: Table | undefined;
  /** The first line end of another system in a rejected row: its error. */
  #foreign: CsvError | undefined;

  constructor(kernel: Kernel, settings: SessionSettings, tally: CsvTally) {
    this.#kernel = kernel;
    this.#settings = settings;
    this.#tally = tally;
    kernel.records = this;
    this.#records = new RecordScanner(
      kernel,
      () => this.#read(),
      (behind, line) => this.#refuseBehind(behind, line),
    );
  }

  push(utf8: Uint8Array): void {
    this.#counting(() => this.#records.push(utf8));
  }

  async end(previous: Snapshot | undefined): Promise<ReadResult> {
    this.#counting(() => this.#records.end());
    if (this.#table === undefined) {
      throw new CsvError('csv body: got blank lines only, expected a header line');
    }
    const { header, columns, unknownHeaders, aggregate } = this.#table;
    refuseUnreadRows(this.#tally, header, this.#foreign);
    const { filter, statements: { maxValues } = {} } = this.#settings;
    const counted = onlyTrue(await inSlices(aggregate.counted(previous)), filter);
    const snapshot = maxValues === undefined ? counted : withStatementValues(counted, maxValues, previous);
    const details = await inSlices(aggregate.details());
    return {
      snapshot,
      ...(details && { details: onlyTrueDetails(details, filter) }),
      columns,
      unknownHeaders,
    };
  }

  isHeader(record: number): boolean {
    const isRepeated = this.#table?.repeated.isIn(this.#records, record) ?? false;
    this.#tally.rejectedRows += Number(isRepeated);
    return isRepeated;
  }

  /** Several rows where they end as those of other systems do. Blank lines are nothing. */
  reject(record: number): void {
    const records = this.#records;
    if (isBlank(records, record)) {
      return;
    }
    const written = records.written(record);
    const { count, first } = foreignLineEnds(written, 0, written.length);
    this.#tally.rejectedRows += 1 + count;
    if (first !== undefined) {
      this.#foreign ??= foreignLineEnd(first, records.lineOf(record));
    }
  }

  /** The tally is right after an error, too. */
  #counting(read: () => void): void {
    try {
      read();
    } finally {
      this.#tally.rows = this.#rows;
    }
  }

  get #rows(): number {
    return this.#table?.aggregate.sessions ?? 0;
  }

  #read(): void {
    const records = this.#records;
    let next = 0;
    for (; this.#table === undefined && next < records.count; next++) {
      if (!records.isEmpty(next)) {
        this.#table = this.#tableIn(next);
      }
    }
    if (this.#table === undefined) {
      return;
    }
    for (; this.#rows + this.#tally.rejectedRows === 0 && next < records.count; next++) {
      refuseLeadingCr(records, next);
      this.#kernel.run.addRecords(next, next + 1);
    }
    this.#kernel.run.addRecords(next, records.count);
  }

  /** Undefined for a line of blanks. */
  #tableIn(record: number): Table | undefined {
    if (isBlank(this.#records, record)) {
      return undefined;
    }
    const header = headerIn(this.#records, record);
    const table = tableOf(this.#kernel, header, this.#settings);
    this.#tally.unreadable = table.aggregate.unreadable;
    return table;
  }

  #refuseBehind(behind: string, line: number): void {
    if (this.#table === undefined) {
      refuseSeparatorBehind(behind, line);
    }
  }
}

/** What follows from the header. */
interface Table {
  readonly header: readonly string[];
  readonly columns: readonly ColumnName[];
  readonly unknownHeaders: readonly string[];
  readonly repeated: RepeatedHeader;
  readonly aggregate: SessionAggregate;
}

/** Once per file, and of all names: by csv-parse. */
function headerIn(records: CsvRecords, record: number): readonly string[] {
  const written = records.written(record);
  refuseHiddenRows(written, records.lineOf(record));
  // Before millions of names become strings.
  checkColumnCount(records.fieldsOf(record));
  const [header = []] = parse(written, {
    record_delimiter: ['\r\n', '\n'],
    relax_quotes: true,
  });
  return header;
}

function tableOf(kernel: Kernel, header: readonly string[], settings: SessionSettings): Table {
  const readsStatements = settings.statements !== undefined;
  const { indexes, doubled, unknownHeaders } = findColumns(header, settings.columnNames, readsStatements);
  const counted = new Map([...indexes].filter(([column]) => !doubled.has(column)));
  return {
    header,
    columns: COLUMNS.filter((column) => indexes.has(column)),
    unknownHeaders,
    repeated: new RepeatedHeader(kernel, { indexes, columnsByName: columnsByName(settings.columnNames) }),
    aggregate: new SessionAggregate(kernel, header.length, counted, settings),
  };
}

/** Runs to the end what yields where the event loop may go on. */
async function inSlices<Result>(steps: Generator<void, Result, undefined>): Promise<Result> {
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done) {
      return step.value;
    }
    await nextTurn();
  }
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
    const body = held.length === 0 ? bufferOf(chunk) : Buffer.concat([held, chunk]);
    const start = body.findIndex((byte) => !BLANKS.has(byte));
    isChecked = start !== -1 && body.length - start >= START_BYTES;
    if (isChecked) {
      refuseForeign(body.subarray(start));
    }
    if (isChecked || start === -1) {
      held = Buffer.alloc(0);
      yield body;
    } else {
      held = Buffer.from(body);
    }
  }
  if (isChecked) {
    return;
  }
  if (held.length === 0) {
    throw emptyBody();
  }
  refuseForeign(held.subarray(held.findIndex((byte) => !BLANKS.has(byte))));
  yield held;
}

function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

function emptyBody(): CsvError {
  return new CsvError('csv body: got an empty one, expected a header line');
}

function refuseForeign(start: Buffer): void {
  const format = foreignStart(start.toString('latin1', 0, START_BYTES));
  if (format !== undefined) {
    throw new CsvError(
      `csv body: got ${format} (it starts with "${start.toString('latin1', 0, 1)}"), expected a CSV header line`,
    );
  }
}

/** A line of blanks; only those that are empty are no records. */
function isBlank(records: CsvRecords, record: number): boolean {
  return records.fieldsOf(record) === 1 && records.textOf(record, 0).trim() === '';
}

/** A header that does not end where the file's lines do has rows in it. */
function refuseHiddenRows(header: Buffer, line: number): void {
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
function refuseLeadingCr(records: CsvRecords, record: number): void {
  if (records.written(record)[0] === CR && !isBlank(records, record)) {
    throw foreignLineEnd('LF CR', records.lineOf(record));
  }
}

function refuseUnreadRows(
  { rows, rejectedRows }: CsvTally,
  header: readonly string[],
  foreign: CsvError | undefined,
): void {
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
