// UTF-8 bytes in chunks → the records of a CSV file, each as the places of its fields in the kernel's memory; the kernel
// finds them (../kernel/assembly/records.ts), and here is what it does not do: cut chunks, and tell what is wrong.
//
// A line end is LF or CRLF; an empty line is no record. A fault behind a line end of another system is that line end's.
//
// No state survives from chunk to chunk: what is left of a chunk, a record without its end, is kept and scanned again
// with the next chunk behind it.
import { CsvError } from '../csv-error.js';
import type { Kernel } from '../kernel/kernel.js';
import {
  BYTES,
  FAULT,
  FAULT_AT,
  FIELDS_OMITTED,
  LINES_IN_QUOTES,
  MAX_RECORD_BYTES,
  OPEN_QUOTE,
  PIECE_BYTES,
  REACHED,
  RECORD_ENDS,
  RECORDS,
  REST,
  SEPARATORS,
  SLACK,
  SOUND,
  TEXT_AFTER_QUOTE,
  WORD,
} from '../kernel/layout.js';
import { foreignBehind, foreignLineEnd, foreignLineEnds, LINE_END_BYTES } from './line-ends.js';

const QUOTE = 0x22;
const LF = 0x0a;
const CR = 0x0d;

/** Those found at once, by number; empty lines are among them. Holds until the function returns that they are given to. */
export interface CsvRecords {
  readonly count: number;
  /** How many fields a record has. */
  fieldsOf(record: number): number;
  /** A field without its quotes. */
  textOf(record: number, field: number): string;
  /** The record as it is written, with its line end: before its sessions are added up, which changes its bytes. */
  written(record: number): Buffer;
  isEmpty(record: number): boolean;
  /** Of the file, where the record starts. */
  lineOf(record: number): number;
}

export class RecordScanner implements CsvRecords {
  count = 0;
  readonly #kernel: Kernel;
  readonly #read: (records: CsvRecords) => void;
  readonly #refuseBehind: (behind: string, line: number) => void;
  /** Where the bytes are that no record was made of yet, and how many. */
  #base = BYTES;
  #held = 0;
  /** The end of the bytes that are scanned. */
  #end = BYTES;
  /** Where those begin that records are looked for in, and the line of the file there. */
  #from = BYTES;
  #line = 1;
  /** Fewer bytes are not scanned: a long record would be scanned again for every small chunk of it. */
  #worthScanning = 0;

  /**
   * `read` is called with all records that a piece of a chunk ends; `refuseBehind` with the first characters behind a closing
   * quote that should not be there: it may throw what says more of them.
   */
  constructor(
    kernel: Kernel,
    read: (records: CsvRecords) => void,
    refuseBehind: (behind: string, line: number) => void = () => {},
  ) {
    this.#kernel = kernel;
    this.#read = read;
    this.#refuseBehind = refuseBehind;
  }

  /** Throws CsvError, and what `read` throws. */
  push(chunk: Uint8Array): void {
    for (let start = 0; start < chunk.length; start += PIECE_BYTES) {
      this.#hold(chunk.subarray(start, start + PIECE_BYTES));
      if (this.#held >= this.#worthScanning) {
        this.#scan(false);
      }
    }
  }

  /** No more bytes come: what is left is a record, too. Throws as `push` does. */
  end(): void {
    this.#scan(true);
  }

  fieldsOf(record: number): number {
    const omitted = record === 0 ? this.#kernel.word(FIELDS_OMITTED) : 0;
    return (this.#placeOfEnd(record) - this.#placeBefore(record)) / WORD + omitted;
  }

  textOf(record: number, field: number): string {
    const place = this.#placeBefore(record) + field * WORD;
    const start = this.#kernel.word(place) + 1;
    const end =
      place + WORD === this.#placeOfEnd(record) ? this.#endOf(record) : this.#kernel.word(place + WORD);
    return this.#kernel.bytes[start] === QUOTE
      ? this.#kernel.text(start + 1, end - 1).replaceAll('""', '"')
      : this.#kernel.text(start, end);
  }

  written(record: number): Buffer {
    const lineEnd = this.#kernel.word(this.#placeOfEnd(record));
    return this.#kernel.bytes.subarray(this.#startOf(record), Math.min(lineEnd + 1, this.#end));
  }

  isEmpty(record: number): boolean {
    return this.fieldsOf(record) === 1 && this.#startOf(record) === this.#endOf(record);
  }

  lineOf(record: number): number {
    return this.#lineOfPlace(this.#startOf(record));
  }

  /** Where in the kernel's memory the place of the separator before the record is. */
  #placeBefore(record: number): number {
    return record === 0 ? SEPARATORS : this.#placeOfEnd(record - 1);
  }

  #placeOfEnd(record: number): number {
    return this.#kernel.word(RECORD_ENDS + record * WORD);
  }

  #startOf(record: number): number {
    return this.#kernel.word(this.#placeBefore(record)) + 1;
  }

  /** Before the line end. */
  #endOf(record: number): number {
    const place = this.#placeOfEnd(record);
    const lineEnd = this.#kernel.word(place);
    const lastField = this.#kernel.word(place - WORD) + 1;
    const isCrLf = lineEnd < this.#end && lineEnd > lastField && this.#kernel.bytes[lineEnd - 1] === CR;
    return isCrLf ? lineEnd - 1 : lineEnd;
  }

  #hold(piece: Uint8Array): void {
    const held = this.#held + piece.length;
    this.#base = this.#kernel.run.roomFor(held + SLACK, this.#held) >>> 0;
    this.#kernel.bytes.set(piece, this.#base + this.#held);
    this.#held = held;
  }

  #scan(isWhole: boolean): void {
    const kernel = this.#kernel;
    this.#end = this.#base + this.#held;
    kernel.bytes[this.#end] = LF;
    this.#from = this.#base;
    for (let reached = this.#from; reached < this.#end; ) {
      kernel.run.findRecords(this.#from, this.#end, isWhole);
      reached = kernel.word(REACHED);
      const rest = kernel.word(REST);
      const lines = kernel.word(RECORDS) + kernel.word(LINES_IN_QUOTES);
      this.#refuseEndless();
      this.count = kernel.word(RECORDS);
      if (this.count > 0) {
        this.#read(this);
      }
      this.#line += lines;
      this.#from = rest;
      if (kernel.word(FAULT) !== SOUND) {
        this.#refuse(isWhole);
        break;
      }
    }
    this.#held = Math.max(this.#end - this.#from, 0);
    this.#worthScanning = Math.min(2 * this.#held, MAX_RECORD_BYTES + 1);
    kernel.bytes.copyWithin(this.#base, this.#from, this.#end);
  }

  /** A record that is too long is that fault, whatever else is wrong with it. Only the first one can be. */
  #refuseEndless(): void {
    if (this.#end - this.#from <= MAX_RECORD_BYTES) {
      return;
    }
    const kernel = this.#kernel;
    const [recordEnd, fault] = [kernel.word(RECORDS) > 0 ? this.#placeOfEnd(0) : 0, kernel.word(FAULT)];
    const last =
      recordEnd > 0 ? kernel.word(recordEnd) : fault === TEXT_AFTER_QUOTE ? kernel.word(FAULT_AT) : this.#end;
    if (Math.min(last + 1, this.#end) - this.#from > MAX_RECORD_BYTES) {
      this.#refuseForeign(this.#from + MAX_RECORD_BYTES);
      throw endlessRecord(this.#line);
    }
  }

  /** Unless the bytes end before it can be told what stands behind a quote. */
  #refuse(isWhole: boolean): void {
    const { bytes } = this.#kernel;
    const at = this.#kernel.word(FAULT_AT);
    if (!isWhole && this.#end - at < LINE_END_BYTES) {
      return;
    }
    this.#refuseForeign(at);
    const line = this.#lineOfPlace(at);
    if (this.#kernel.word(FAULT) === OPEN_QUOTE) {
      throw openQuote(line);
    }
    // A CR behind the quote is passed over before the fault is seen.
    const behindQuote = bytes[at - 1] === QUOTE ? at : at - 1;
    const lineEnd = foreignBehind(bytes, behindQuote, this.#end);
    if (lineEnd !== undefined) {
      throw foreignLineEnd(lineEnd, line);
    }
    this.#refuseBehind(
      bytes.toString('utf8', behindQuote, Math.min(behindQuote + LINE_END_BYTES, this.#end)),
      line,
    );
    throw brokenQuoting(line);
  }

  #refuseForeign(end: number): void {
    const { first } = foreignLineEnds(this.#kernel.bytes, this.#from, end);
    if (first !== undefined) {
      throw foreignLineEnd(first, this.#line);
    }
  }

  #lineOfPlace(place: number): number {
    const { bytes } = this.#kernel;
    let line = this.#line;
    for (let at = bytes.indexOf(LF, this.#from); at < place; at = bytes.indexOf(LF, at + 1)) {
      line++;
    }
    return line;
  }
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
