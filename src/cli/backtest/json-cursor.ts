// Reads JSON from its beginning to its end without making objects of it: an answer of 200 MB has ten million pairs.
import { HistoryError } from './history.js';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPENING = new Set([0x7b, 0x5b]);
const CLOSING = new Set([0x7d, 0x5d]);
const BLANKS = new Set([0x20, 0x09, 0x0a, 0x0d]);
const ENDS_SCALAR = new Set([...BLANKS, ...CLOSING, COMMA]);

export class JsonCursor {
  readonly #bytes: Buffer;
  #at: number;

  constructor(bytes: Buffer, start: number) {
    this.#bytes = bytes;
    this.#at = start;
  }

  /** The character that the next value begins with; empty at the end. */
  peek(): string {
    while (BLANKS.has(this.#bytes[this.#at] ?? 0)) {
      this.#at++;
    }
    const byte = this.#bytes[this.#at];
    return byte === undefined ? '' : String.fromCharCode(byte);
  }

  /** Names of an object; the value of each must be read before the next. */
  *members(): Generator<string, void, undefined> {
    this.#take('{');
    for (let more = this.peek() !== '}'; more; more = this.#isMore('}')) {
      const name = this.string();
      this.#take(':');
      yield name;
    }
    this.#take('}');
  }

  /** Once for each element of a list, which must be read before the next. */
  *elements(): Generator<void, void, undefined> {
    this.#take('[');
    for (let more = this.peek() !== ']'; more; more = this.#isMore(']')) {
      yield;
    }
    this.#take(']');
  }

  string(): string {
    if (this.peek() !== '"') {
      throw this.#broken();
    }
    const start = this.#at;
    this.#passString();
    try {
      return JSON.parse(this.#bytes.toString('utf8', start, this.#at));
    } catch {
      this.#at = start;
      throw this.#broken();
    }
  }

  /** A number, or a string that holds one, as Prometheus writes values. */
  number(): number {
    if (this.peek() === '"') {
      const start = this.#at + 1;
      this.#passString();
      return numberOf(this.#bytes.toString('latin1', start, this.#at - 1));
    }
    const start = this.#at;
    this.#passScalar();
    return numberOf(this.#bytes.toString('latin1', start, this.#at));
  }

  /** Whatever the next value is. */
  skip(): void {
    let depth = 0;
    do {
      const next = this.peek();
      const byte = next.charCodeAt(0);
      if (next === '"') {
        this.#passString();
      } else if (OPENING.has(byte)) {
        depth++;
        this.#at++;
      } else if (CLOSING.has(byte) && depth > 0) {
        depth--;
        this.#at++;
      } else if ((next === ',' || next === ':') && depth > 0) {
        this.#at++;
      } else {
        this.#passScalar();
      }
    } while (depth > 0);
  }

  #isMore(end: string): boolean {
    if (this.peek() === end) {
      return false;
    }
    this.#take(',');
    return true;
  }

  #take(character: string): void {
    if (this.peek() !== character) {
      throw this.#broken();
    }
    this.#at++;
  }

  #passString(): void {
    let end = this.#at + 1;
    while (this.#bytes[end] !== QUOTE) {
      if (end >= this.#bytes.length) {
        throw new HistoryError('got JSON that is cut off: it ends in a string');
      }
      end += this.#bytes[end] === BACKSLASH ? 2 : 1;
    }
    this.#at = end + 1;
  }

  #passScalar(): void {
    const start = this.#at;
    while (this.#at < this.#bytes.length && !ENDS_SCALAR.has(this.#bytes[this.#at] ?? 0)) {
      this.#at++;
    }
    if (this.#at === start) {
      throw this.#broken();
    }
  }

  #broken(): HistoryError {
    return new HistoryError(
      this.#at >= this.#bytes.length
        ? 'got JSON that is cut off'
        : `got no answer of Prometheus: its JSON is broken, or has something else, at byte ${this.#at + 1}`,
    );
  }
}

/** Empty texts are no 0. */
function numberOf(text: string): number {
  return text.trim() === '' ? Number.NaN : Number(text);
}
