// The session kernel (assembly/), compiled, and the memory in which it reads one file. What it asks while it reads is
// answered by `cells` and `records`.
import { randomFillSync } from 'node:crypto';
import * as keywords from '../../statements/keywords.js';
import type { Shape, SqlMode } from '../../statements/shape.js';
import { CsvError } from '../csv-error.js';
import { KERNEL, KERNEL_WITHOUT_SIMD } from './kernel.wasm.js';
import {
  AFTER_LITERAL,
  AMBIGUOUS,
  ANSI_QUOTES,
  ANSWER,
  ANSWER_BYTES,
  ANSWER_MARKS,
  AUTO,
  BEFORE_HINT,
  BEFORE_LITERAL,
  CAP,
  CUT,
  DEFAULT,
  HEAP,
  KEYWORD_BYTES,
  MASK_BYTES,
  MASKS,
  MAX_SHAPED_BYTES,
  NO_BACKSLASH_ESCAPES,
  SECRET,
  SECRET_BYTES,
  SHAPE,
  SHAPE_FLAGS,
  SHAPE_HASH,
  SHAPE_SECRET,
  SHAPE_SECRET_BYTES,
  SQL_MODE,
} from './layout.js';

/** What cells say. Columns and texts are told by their addresses, a cell by where it begins and ends. */
export interface CellAnswers {
  /** Writes the label of a new text with `answer`, and returns its length, or ITSELF. */
  learn(column: number, at: number, length: number): number;
  /** Returns the text that one of more than MAX_KEPT_BYTES is kept as. */
  longText(column: number, at: number, length: number): number;
  /** Returns where the host ends, or 0 where it has counted the session, of a text that it writes to SEEN of the column. */
  oddHost(at: number, end: number): number;
  /** Returns what a cell of a column of numbers says that is not a plain decimal: `column` is its place in NUMBER_COLUMNS. */
  oddNumber(column: number, at: number, end: number): number;
  /** Returns whether an id of a transaction that has blanks at its ends is one. */
  oddTransaction(at: number, end: number): boolean;
}

/** What records are, told by their numbers among those found. */
export interface RecordAnswers {
  /** Returns whether the record repeats the header, of which its telling field gives a sign. */
  isHeader(record: number): boolean;
  /** Of a record with too few or too many fields. */
  reject(record: number): void;
}

/** As assembly/ has them. */
interface Exports {
  reset(): void;
  wipe(): void;
  roomFor(least: number, kept: number): number;
  findRecords(from: number, to: number, isWhole: boolean): void;
  resetRows(columns: number): void;
  addRecords(from: number, to: number): void;
  makeColumn(column: number, kind: number, askedLength: number): void;
  count(column: number, at: number, length: number): number;
  keptText(column: number, at: number, length: number): number;
  entryOf(column: number, at: number, length: number): number;
  rankLabels(first: number, some: number, limit: number, by: number): number;
  sortLabels(count: number, by: number): void;
  addOtherTimes(first: number, some: number, ofServerThreads: boolean): number;
  countDetails(columns: number, longest: number, queries: number, oldest: number, waiting: number): void;
  rankPairs(limit: number): number;
  chosenNotable(labels: number): number;
  makeCounters(count: number): void;
  rankShares(): void;
  shape(at: number, length: number): number;
}

interface Memory {
  readonly buffer: ArrayBuffer;
}
/** Node has it, but Node's types do not. */
declare const WebAssembly: {
  readonly Memory: new (pages: { readonly initial: number; readonly maximum: number }) => Memory;
  readonly Module: new (code: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: Exports };
  validate(code: Uint8Array): boolean;
};

/** A compiled kernel. */
export type KernelCode = object;

const SQL_MODES: Readonly<Record<SqlMode, number>> = {
  auto: AUTO,
  default: DEFAULT,
  no_backslash_escapes: NO_BACKSLASH_ESCAPES,
  ansi_quotes: ANSI_QUOTES,
};
/** Shared by all kernels: a shape has the same hash in every file. */
const SECRET_OF_SHAPES = randomFillSync(Buffer.alloc(SHAPE_SECRET_BYTES));
/** One byte beyond what is read tells that a statement is longer, and a byte-order mark may stand before it. */
const MOST_OF_STATEMENT = MAX_SHAPED_BYTES + 4;

const PAGE_BYTES = 64 * 1024;
/** All that an ordinary list takes; pages that were never written take no memory. */
const FIRST_PAGES = Math.ceil((HEAP + 225_000) / PAGE_BYTES);
/** Of a list in which everything differs: no database has one. */
const MOST_PAGES = 2 ** 30 / PAGE_BYTES;

/** Without SIMD for processors that lack it: those of x86-64 from before SSE4.1, and virtual machines that hide it. */
export function compiledKernel(withSimd: boolean = hasSimd()): KernelCode {
  return new WebAssembly.Module(Buffer.from(withSimd ? KERNEL : KERNEL_WITHOUT_SIMD, 'base64'));
}

/** Whether the processor, as Node uses it, can run the kernel with SIMD. */
function hasSimd(): boolean {
  return WebAssembly.validate(Buffer.from(KERNEL, 'base64'));
}

export class Kernel {
  readonly run: Exports;
  /** Of the file that is read. */
  cells: CellAnswers | undefined;
  records: RecordAnswers | undefined;
  /** All of its memory; another one after the kernel has taken more. */
  bytes: Buffer;
  #view: DataView;
  readonly #memory: Memory;

  constructor(code: KernelCode, mostPages = MOST_PAGES) {
    this.#memory = madeMemory(mostPages);
    this.bytes = Buffer.from(this.#memory.buffer);
    this.#view = new DataView(this.#memory.buffer);
    this.run = new WebAssembly.Instance(code, { env: { memory: this.#memory }, asks: this.#asks() }).exports;
    this.bytes.fill(0xff, MASKS, MASKS + MASK_BYTES);
    randomFillSync(this.bytes, SECRET, SECRET_BYTES);
    this.bytes.set(SECRET_OF_SHAPES, SHAPE_SECRET);
    this.#writeKeywords(BEFORE_LITERAL, keywords.BEFORE_EXPRESSION | keywords.BEFORE_LITERAL);
    this.#writeKeywords(AFTER_LITERAL, keywords.AFTER_LITERAL);
    this.#writeKeywords(BEFORE_HINT, keywords.BEFORE_HINT);
  }

  /** How much memory it has: never less than before. */
  get size(): number {
    return this.bytes.length;
  }

  word(at: number): number {
    return this.#view.getUint32(at, true);
  }

  setWord(at: number, word: number): void {
    this.#view.setUint32(at, word, true);
  }

  /** 64 bits. */
  longWord(at: number): bigint {
    return this.#view.getBigUint64(at, true);
  }

  half(at: number): number {
    return this.#view.getUint16(at, true);
  }

  setHalf(at: number, half: number): void {
    this.#view.setUint16(at, half, true);
  }

  double(at: number): number {
    return this.#view.getFloat64(at, true);
  }

  setDouble(at: number, double: number): void {
    this.#view.setFloat64(at, double, true);
  }

  text(start: number, end: number): string {
    return this.bytes.toString('utf8', start, end);
  }

  /** Writes at ANSWER a text of at most 128 characters; returns how many bytes it has. */
  answer(text: string, marks = 0): number {
    this.setWord(ANSWER_MARKS, marks);
    return this.bytes.write(text, ANSWER, ANSWER_BYTES);
  }

  /** How statements are read from now on. `cap`: a text of so many characters or more is cut; 0 where that is not known. */
  readStatements(sqlMode: SqlMode, cap: number): void {
    this.setWord(SQL_MODE, SQL_MODES[sqlMode]);
    this.setWord(CAP, cap);
  }

  /** The shape of a statement; only while no file is read. */
  shapeOf(statement: Uint8Array): Shape {
    const some = statement.subarray(0, MOST_OF_STATEMENT);
    const at = this.run.roomFor(some.length, 0) >>> 0;
    this.bytes.set(some, at);
    return this.shapeMade(this.run.shape(at, some.length));
  }

  /** A copy of the shape that `run.shape` made last, of `length` bytes. */
  shapeMade(length: number): Shape {
    const shape = this.shapeAt(SHAPE, length, this.word(SHAPE_FLAGS));
    return { ...shape, bytes: Uint8Array.prototype.slice.call(shape.bytes) };
  }

  /** A view of a shape: it holds until the kernel goes on. */
  shapeAt(at: number, length: number, flags: number): Shape {
    return {
      bytes: this.bytes.subarray(at, at + length),
      isCut: (flags & CUT) !== 0,
      isAmbiguous: (flags & AMBIGUOUS) !== 0,
    };
  }

  /** The hash of that shape and its flags. Without the secret of the process nobody makes two of them collide but by luck. */
  shapeHash(): bigint {
    return this.longWord(SHAPE_HASH);
  }

  #writeKeywords(at: number, meanings: number): void {
    for (const [number, word] of keywords.wordsThat(meanings).entries()) {
      this.bytes.write(word.toUpperCase(), at + KEYWORD_BYTES * number);
    }
  }

  #grew(): void {
    this.bytes = Buffer.from(this.#memory.buffer);
    this.#view = new DataView(this.#memory.buffer);
  }

  #asks() {
    const cells = (): CellAnswers => this.cells ?? nobody();
    const records = (): RecordAnswers => this.records ?? nobody();
    // Words come as signed numbers.
    return {
      learn: (column: number, at: number, length: number) => cells().learn(column, at >>> 0, length),
      longText: (column: number, at: number, length: number) => cells().longText(column, at >>> 0, length),
      oddHost: (at: number, end: number) => cells().oddHost(at >>> 0, end >>> 0),
      oddNumber: (column: number, at: number, end: number) => cells().oddNumber(column, at >>> 0, end >>> 0),
      oddTransaction: (at: number, end: number) => cells().oddTransaction(at >>> 0, end >>> 0),
      isHeader: (record: number) => records().isHeader(record),
      reject: (record: number) => records().reject(record),
      grew: () => this.#grew(),
      refuseMemory: (bytes: number) => refuseMemory(bytes >>> 0),
    };
  }
}

function nobody(): never {
  throw new Error('kernel: got a question while no file is read');
}

function madeMemory(mostPages: number): Memory {
  try {
    return new WebAssembly.Memory({ initial: FIRST_PAGES, maximum: mostPages });
  } catch (cause) {
    throw new CsvError(
      `csv memory: got none of the system, expected ${FIRST_PAGES * PAGE_BYTES} bytes: is the address space of the process limited (ulimit -v)?`,
      { cause },
    );
  }
}

function refuseMemory(bytes: number): never {
  throw new CsvError(
    `csv memory: got a list that takes more than ${Math.round(bytes / 2 ** 20)} MiB to read, expected fewer distinct users, hosts and other values, or shorter records`,
  );
}
