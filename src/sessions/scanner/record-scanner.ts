// UTF-8 bytes in chunks → the records of a CSV file (RFC 4180), each as the places of its fields in one memory.
// Nothing is decoded or allocated per record: most fields are never read, and the others say the same again and again.
//
// A field starts with a quote or it does not:
//   bare    It runs to the next comma or line end. A quote in it is text.
//   quoted  It runs to the first quote that no other quote follows. Then a comma, a line end or the end of the
//           body must come. Two quotes in it stand for one.
// A line end is LF or CRLF; an empty line is no record. A fault behind a line end of another system is that line end's.
//
// No state survives from chunk to chunk: what is left of a chunk, a record without its end, is kept and scanned again
// with the next chunk behind it. assembly/scan-record.ts scans one record.
import { CsvError } from '../csv-error.js';
import { foreignBehind, foreignLineEnd, foreignLineEnds, LINE_END_BYTES } from './line-ends.js';
import { bytes, ends, scanRecord, starts, view, words } from './scan-record.js';
import {
  FAULT,
  FIELDS,
  LINES_IN_QUOTES,
  MAX_RECORD_BYTES,
  OPEN_QUOTE,
  PIECE_BYTES,
  SOUND,
  TEXT_AFTER_QUOTE,
} from './scanner-memory.js';

const FIRST_KEPT_BYTES = 1024;

const QUOTE = 0x22;
const LF = 0x0a;

/** Holds until `read` returns; then its bytes are overwritten. */
export interface CsvRecord {
  readonly fields: number;
  /** Of the file, where the record starts. */
  readonly line: number;
  /** Where the fields lie. */
  readonly bytes: Buffer;
  /** The same bytes. */
  readonly view: DataView;
  startOf(field: number): number;
  /** Makes the doubled quotes of the field single, in place, and returns where it ends: to be called before its bytes are read. */
  unquote(field: number): number;
  /** The record as it is written, with its line end. */
  written(): Buffer;
}

export class RecordScanner implements CsvRecord {
  fields = 0;
  readonly bytes = bytes;
  readonly view = view;
  readonly #read: (record: CsvRecord) => void;
  readonly #refuseBehind: (behind: string, line: number) => void;
  /** Begins a record whose end has not come. */
  #kept = Buffer.allocUnsafe(FIRST_KEPT_BYTES);
  #keptBytes = 0;
  #recordStart = 0;
  #recordEnd = 0;
  #nextLine = 1;
  /** Fewer bytes are not scanned: a long record would be scanned again for every small chunk of it. */
  #worthScanning = 0;

  /**
   * `read` is called for each record that is not empty; `refuseBehind` with the first characters behind a closing quote that
   * should not be there: it may throw what says more of them.
   */
  constructor(
    read: (record: CsvRecord) => void,
    refuseBehind: (behind: string, line: number) => void = () => {},
  ) {
    this.#read = read;
    this.#refuseBehind = refuseBehind;
  }

  /** Throws CsvError, and what `read` throws. */
  push(chunk: Uint8Array): void {
    for (let start = 0; start < chunk.length; start += PIECE_BYTES) {
      const piece = chunk.subarray(start, start + PIECE_BYTES);
      if (this.#keptBytes + piece.length < this.#worthScanning) {
        this.#keep(piece);
      } else {
        this.#scan(piece, false);
      }
    }
  }

  /** No more bytes come: what is left is a record, too. Throws as `push` does. */
  end(): void {
    this.#scan(Buffer.alloc(0), true);
  }

  get line(): number {
    return this.#nextLine;
  }

  startOf(field: number): number {
    return starts[field] ?? 0;
  }

  unquote(field: number): number {
    const end = ends[field] ?? 0;
    return end < 0 ? this.#singleQuotes(field, ~end) : end;
  }

  written(): Buffer {
    return bytes.subarray(this.#recordStart, this.#recordEnd);
  }

  #keep(rest: Uint8Array): void {
    const length = this.#keptBytes + rest.length;
    if (length > this.#kept.length) {
      const kept = Buffer.allocUnsafe(2 * length);
      this.#kept.copy(kept, 0, 0, this.#keptBytes);
      this.#kept = kept;
    }
    this.#kept.set(rest, this.#keptBytes);
    this.#keptBytes = length;
  }

  /** Reads the records of what is kept and `piece`, and keeps the rest. */
  #scan(piece: Uint8Array, isWhole: boolean): void {
    const length = this.#keptBytes + piece.length;
    this.#kept.copy(bytes, 0, 0, this.#keptBytes);
    bytes.set(piece, this.#keptBytes);
    bytes[length] = LF;
    this.#keptBytes = 0;
    this.#worthScanning = 0;
    let start = 0;
    while (start < length) {
      const lineEnd = scanRecord(start, length, isWhole);
      this.#recordStart = start;
      const isUnfinished = !isWhole && isUnclear(lineEnd, length);
      this.#check(lineEnd, length, isUnfinished);
      if (isUnfinished) {
        this.#worthScanning = Math.min(2 * (length - start), MAX_RECORD_BYTES + 1);
        this.#keep(bytes.subarray(start, length));
        return;
      }
      const fields = words[FIELDS] ?? 0;
      start = Math.min(lineEnd + 1, length);
      this.fields = fields;
      this.#recordEnd = start;
      if (fields > 1 || ends[0] !== this.#recordStart) {
        this.#read(this);
      }
      this.#nextLine += 1 + (words[LINES_IN_QUOTES] ?? 0);
    }
  }

  /** A record that is too long is that fault, whatever else is wrong with it. */
  #check(at: number, length: number, isUnfinished: boolean): void {
    const fault = words[FAULT];
    const start = this.#recordStart;
    const last = fault === OPEN_QUOTE ? length : at;
    if (Math.min(last + 1, length) - start > MAX_RECORD_BYTES) {
      this.#refuseForeign(start + MAX_RECORD_BYTES);
      throw endlessRecord(this.#nextLine);
    }
    if (isUnfinished || fault === SOUND) {
      return;
    }
    this.#refuseForeign(at);
    if (fault === OPEN_QUOTE) {
      throw openQuote(this.#lineOf(at));
    }
    // A CR behind the quote is passed over before the fault is seen.
    const behindQuote = bytes[at - 1] === QUOTE ? at : at - 1;
    const lineEnd = foreignBehind(bytes, behindQuote, length);
    const line = this.#lineOf(at);
    if (lineEnd !== undefined) {
      throw foreignLineEnd(lineEnd, line);
    }
    this.#refuseBehind(
      bytes.toString('utf8', behindQuote, Math.min(behindQuote + LINE_END_BYTES, length)),
      line,
    );
    throw brokenQuoting(line);
  }

  #refuseForeign(end: number): void {
    const { first } = foreignLineEnds(bytes, this.#recordStart, end);
    if (first !== undefined) {
      throw foreignLineEnd(first, this.#nextLine);
    }
  }

  #lineOf(place: number): number {
    let line = this.#nextLine;
    let lineEnd = bytes.indexOf(LF, this.#recordStart);
    for (; lineEnd < place; lineEnd = bytes.indexOf(LF, lineEnd + 1)) {
      line++;
    }
    return line;
  }

  #singleQuotes(field: number, end: number): number {
    let target = this.startOf(field);
    for (let at = target; at < end; at++) {
      const byte = bytes[at] ?? 0;
      bytes[target++] = byte;
      if (byte === QUOTE) {
        at++;
      }
    }
    ends[field] = target;
    return target;
  }
}

/** Whether the bytes end before the record does, or before what stands behind a quote can be told. */
function isUnclear(at: number, length: number): boolean {
  return at === length || (words[FAULT] === TEXT_AFTER_QUOTE && length - at < LINE_END_BYTES);
}

function endlessRecord(line: number): CsvError {
  return new CsvError(
    `csv record: got more than ${MAX_RECORD_BYTES} bytes, expected it to end (it starts on line ${line})`,
  );
}

function brokenQuoting(line: number): CsvError {
  return new CsvError(
    `csv quoting: got text after a closing quote, expected a comma or a line end (line ${line})`,
  );
}

function openQuote(line: number): CsvError {
  return new CsvError(
    `csv quoting: got the end of the body inside a quoted field, expected a closing quote (it opens on line ${line})`,
  );
}
