// UTF-8 bytes in chunks → the records of a CSV file (RFC 4180), each as the places of its fields in one buffer.
// Nothing is decoded or allocated per record: of most fields nobody asks, and the others say the same again and again.
//
// A field starts with a quote or it does not:
//   bare    It runs to the next comma or line end. A quote in it is text.
//   quoted  It runs to the first quote that no other quote follows. Then a comma, a line end or the end of the
//           body must come. Two quotes in it stand for one.
// A line end is LF or CRLF; an empty line is no record.
//
// No state survives from chunk to chunk: what is left of a chunk, a record without its end, moves to the start of
// the buffer and is scanned again from there with the next chunk behind it. An LF stands behind the last byte, so
// that every search ends; a record that ends in that one has not ended yet.
import { MAX_COLUMNS } from './columns.js';
import { CsvError } from './csv-error.js';

/** Statements are long; a record longer than this is a quote that nobody closed. */
export const MAX_RECORD_BYTES = 4 * 1024 * 1024;

/** Room for a chunk of a stream, and as much of what was left before. */
const USUAL_BYTES = 128 * 1024;

const QUOTE = 0x22;
const COMMA = 0x2c;
const LF = 0x0a;
const CR = 0x0d;

export class RecordScanner {
  /** Fields of the record. */
  fields = 0;
  #bytes = Buffer.allocUnsafe(USUAL_BYTES);
  #view = viewOf(this.#bytes);
  #length = 0;
  #isWhole = false;
  /** Fields beyond the last possible column are counted, but not noted. */
  readonly #starts = new Int32Array(MAX_COLUMNS);
  /** Inverted, which is negative, where the field holds doubled quotes. */
  readonly #ends = new Int32Array(MAX_COLUMNS);
  #hasQuotes = false;
  #recordStart = 0;
  #nextStart = 0;
  #nextLine = 1;
  /** Fewer bytes are not scanned: a long record would be scanned again for every small chunk of it. */
  #worthScanning = 0;

  /** Where the record's fields lie, until more bytes are pushed. */
  get bytes(): Buffer {
    return this.#bytes;
  }

  /** The same bytes. */
  get view(): DataView {
    return this.#view;
  }

  /** All records of the bytes before must have been read: `next` has said false. */
  push(chunk: Uint8Array): void {
    const rest = this.#length - this.#nextStart;
    const length = rest + chunk.length;
    const target = length < this.#bytes.length ? this.#bytes : Buffer.allocUnsafe(2 * length);
    if (target !== this.#bytes || this.#nextStart > 0) {
      this.#bytes.copy(target, 0, this.#nextStart, this.#length);
    }
    target.set(chunk, rest);
    target[length] = LF;
    if (target !== this.#bytes) this.#view = viewOf(target);
    this.#bytes = target;
    this.#length = length;
    this.#nextStart = 0;
  }

  /** No more bytes come: what is left is a record, too. */
  end(): void {
    this.#isWhole = true;
    this.#worthScanning = 0;
  }

  /** Moves on to the next record that is not empty; false where more bytes must come first. Throws CsvError. */
  next(): boolean {
    if (this.#length - this.#nextStart < this.#worthScanning) return false;
    while (this.#nextStart < this.#length) {
      this.#recordStart = this.#nextStart;
      const lineEnd = this.#scan();
      this.#checkSize(lineEnd);
      if (lineEnd === this.#length && !this.#isWhole) {
        this.#worthScanning = Math.min(2 * (lineEnd - this.#recordStart), MAX_RECORD_BYTES + 1);
        return false;
      }
      this.#worthScanning = 0;
      this.#nextStart = Math.min(lineEnd + 1, this.#length);
      this.#nextLine = this.#hasQuotes ? this.#lineOf(lineEnd) + 1 : this.#nextLine + 1;
      const isEmpty = this.fields === 1 && this.#ends[0] === this.#recordStart;
      if (!isEmpty) return true;
    }
    return false;
  }

  /** The record as it is written, with its line end. */
  record(): Buffer {
    return this.#bytes.subarray(this.#recordStart, this.#nextStart);
  }

  startOf(field: number): number {
    return this.#starts[field] ?? 0;
  }

  /** Makes the doubled quotes of the field single. */
  endOf(field: number): number {
    const end = this.#ends[field] ?? 0;
    return end < 0 ? this.#singleQuotes(field, ~end) : end;
  }

  /** Notes the places of the record's fields; returns that of the LF behind it. */
  #scan(): number {
    const bytes = this.#bytes;
    const starts = this.#starts;
    const ends = this.#ends;
    this.#hasQuotes = false;
    let fields = 0;
    for (let at = this.#recordStart; ; at++) {
      const start = at;
      if (bytes[start] === QUOTE) {
        this.#hasQuotes = true;
        const end = this.#closingQuote(start + 1);
        if (end === this.#length) return this.#endInQuotes(start);
        starts[fields] = start + 1;
        ends[fields] = end;
        at = this.#afterQuotes(end < 0 ? ~end : end);
      } else {
        let byte = bytes[at];
        while (byte !== COMMA && byte !== LF) byte = bytes[++at];
        starts[fields] = start;
        ends[fields] = byte === LF ? this.#beforeLineEnd(start, at) : at;
      }
      fields++;
      if (bytes[at] === LF) {
        this.fields = fields;
        return at;
      }
    }
  }

  /** A CR before the LF belongs to the line end, but not at the end of the body, where no LF is. */
  #beforeLineEnd(start: number, at: number): number {
    return at > start && this.#bytes[at - 1] === CR && at < this.#length ? at - 1 : at;
  }

  /** Inverted where doubled quotes come before it; the length where the data ends first. */
  #closingQuote(start: number): number {
    let hasDoubled = false;
    let quote = this.#quoteFrom(start);
    while (quote < this.#length && this.#bytes[quote + 1] === QUOTE) {
      hasDoubled = true;
      quote = this.#quoteFrom(quote + 2);
    }
    return hasDoubled && quote < this.#length ? ~quote : quote;
  }

  #quoteFrom(start: number): number {
    const quote = this.#bytes.indexOf(QUOTE, start);
    return quote === -1 ? this.#length : Math.min(quote, this.#length);
  }

  /** Where the comma or the LF behind a quoted field stands. */
  #afterQuotes(close: number): number {
    const next = this.#bytes[close + 1];
    if (next === COMMA || next === LF) return close + 1;
    if (next !== CR) throw this.#refused(brokenQuoting, close + 1);
    const isCut = close + 2 === this.#length;
    if (this.#bytes[close + 2] !== LF || (isCut && this.#isWhole))
      throw this.#refused(brokenQuoting, close + 2);
    return close + 2;
  }

  #endInQuotes(start: number): number {
    if (this.#isWhole) {
      this.#checkSize(this.#length);
      throw openQuote(this.#lineOf(start));
    }
    return this.#length;
  }

  #refused(fault: (line: number) => CsvError, at: number): CsvError {
    this.#checkSize(at);
    return fault(this.#lineOf(at));
  }

  /** Of the record up to and with the byte at `last`. */
  #checkSize(last: number): void {
    if (Math.min(last + 1, this.#length) - this.#recordStart > MAX_RECORD_BYTES) {
      throw endlessRecord(this.#nextLine);
    }
  }

  #lineOf(place: number): number {
    let line = this.#nextLine;
    let lineEnd = this.#bytes.indexOf(LF, this.#recordStart);
    for (; lineEnd < place; lineEnd = this.#bytes.indexOf(LF, lineEnd + 1)) line++;
    return line;
  }

  #singleQuotes(field: number, end: number): number {
    const bytes = this.#bytes;
    let target = this.startOf(field);
    for (let at = target; at < end; at++) {
      const byte = bytes[at] ?? 0;
      bytes[target++] = byte;
      if (byte === QUOTE) at++;
    }
    this.#ends[field] = target;
    return target;
  }
}

function viewOf({ buffer, byteOffset, byteLength }: Buffer): DataView {
  return new DataView(buffer, byteOffset, byteLength);
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
