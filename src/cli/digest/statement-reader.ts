// Parts the bytes of a file into statements, in the kernel's memory, and has each one's shape looked up. What a statement has
// beyond MAX_SHAPED_BYTES goes by unread, however long it is.
import type { Kernel } from '../../sessions/kernel/kernel.js';
import { BYTES, MAX_SHAPED_BYTES, PIECE_BYTES } from '../../sessions/kernel/layout.js';
import type { Shape } from '../../statements/shape.js';

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const NUL = 0x00;

/** A byte-order mark before a statement and a CR behind it do not count among its bytes. */
const MOST_HELD = MAX_SHAPED_BYTES + 8;

export interface StatementReading {
  /** Statements are parted by NUL bytes, else by line ends. */
  readonly isNullParted: boolean;
  /** Takes the shape that the kernel has just made. */
  readonly take: (hash: bigint, shape: () => Shape) => void;
}

export class StatementReader {
  readonly #kernel: Kernel;
  readonly #reading: StatementReading;
  readonly #separator: number;
  readonly #shape = () => this.#kernel.shapeMade(this.#shapeLength);
  #shapeLength = 0;
  /** Bytes of a statement that has not ended, at BYTES. */
  #held = 0;
  /** What comes up to the next separator belongs to a statement that was taken. */
  #isSkipping = false;

  constructor(kernel: Kernel, reading: StatementReading) {
    this.#kernel = kernel;
    this.#reading = reading;
    this.#separator = reading.isNullParted ? NUL : LINE_FEED;
  }

  /** At most PIECE_BYTES of the file. */
  read(piece: Uint8Array): void {
    const from = BYTES + this.#held;
    const end = from + piece.length;
    this.#kernel.bytes.set(piece, from);
    // So that every search ends here.
    this.#kernel.bytes[end] = this.#separator;
    let start = BYTES;
    for (let at = this.#nextSeparator(from); at < end; at = this.#nextSeparator(start)) {
      if (!this.#isSkipping) {
        this.#take(start, at);
      }
      this.#isSkipping = false;
      start = at + 1;
    }
    this.#hold(start, end);
  }

  /** At the end of a file, whose last statement has no separator behind it. */
  end(): void {
    this.#take(BYTES, BYTES + this.#held);
    this.#held = 0;
    this.#isSkipping = false;
  }

  /** The kernel's memory is another one after it has grown. */
  #nextSeparator(from: number): number {
    return this.#kernel.bytes.indexOf(this.#separator, from);
  }

  #hold(start: number, end: number): void {
    this.#held = this.#isSkipping ? 0 : end - start;
    if (this.#held > MOST_HELD) {
      this.#take(start, end);
      this.#held = 0;
      this.#isSkipping = true;
    }
    this.#kernel.bytes.copyWithin(BYTES, start, start + this.#held);
  }

  #take(start: number, end: number): void {
    const { bytes } = this.#kernel;
    const hasReturn = !this.#reading.isNullParted && end > start && bytes[end - 1] === CARRIAGE_RETURN;
    const length = end - start - (hasReturn ? 1 : 0);
    if (length > 0) {
      this.#shapeLength = this.#kernel.run.shape(start, length);
      this.#reading.take(this.#kernel.shapeHash(), this.#shape);
    }
  }
}

/** The parts of a chunk, each to be read at once. */
export function* piecesOf(chunk: Uint8Array): Generator<Uint8Array, void, undefined> {
  for (let start = 0; start < chunk.length; start += PIECE_BYTES) {
    yield chunk.subarray(start, start + PIECE_BYTES);
  }
}
