// What was made of shapes that were seen before: to normalise a shape takes thousands of times as long as to look it up, and
// most statements come again and again.
import type { Shape } from './shape.js';
import type { Statement } from './statement.js';

/** What a cache takes at most, its maps included. */
const MOST_BYTES = 5 * 1024 * 1024;
/** What an entry takes besides its value: the hash, and a place in a map that grows by doubling. */
const ENTRY_BYTES = 120;
/** What a statement takes besides its text's characters: the object, and digests that V8 keeps as parts of longer strings. */
const STATEMENT_BYTES = 320;

/**
 * Values by the hashes of their shapes, in a memory of bounded size. Of two maps, the newer one has what was asked for of
 * late. Once that takes half of the memory, the older one is dropped, with all that was not asked for meanwhile, and the
 * newer one takes its place. A hit in the newer one moves nothing.
 */
export class ShapeCache<Value> {
  readonly #make: (shape: Shape) => Value;
  readonly #bytesOf: (value: Value) => number;
  readonly #mostBytes: number;
  #newer = new Map<bigint, Value>();
  #older = new Map<bigint, Value>();
  #newerBytes = 0;

  /** `bytesOf`: what a value takes in memory, at most half of `mostBytes` (5 MiB if left out). */
  constructor(
    make: (shape: Shape) => Value,
    bytesOf: (value: Value) => number,
    mostBytes: number = MOST_BYTES,
  ) {
    this.#make = make;
    this.#bytesOf = bytesOf;
    this.#mostBytes = mostBytes;
  }

  /** `hash`: of the shape and its flags, 64 bits with a secret of the process. The shape is asked for where it is new. */
  valueOf(hash: bigint, shape: () => Shape): Value {
    const value = this.#newer.get(hash);
    return value === undefined ? this.#promote(hash, this.#older.get(hash) ?? this.#make(shape())) : value;
  }

  #promote(hash: bigint, value: Value): Value {
    const bytes = ENTRY_BYTES + this.#bytesOf(value);
    if (this.#newerBytes + bytes > this.#mostBytes / 2) {
      this.#older = this.#newer;
      this.#newer = new Map();
      this.#newerBytes = 0;
    }
    this.#newer.set(hash, value);
    this.#newerBytes += bytes;
    return value;
  }
}

/** One for all nodes: their statements have the same shapes. */
export class StatementCache {
  readonly #cache: ShapeCache<Statement>;

  constructor(statementOf: (shape: Shape) => Statement, mostBytes?: number) {
    // Two bytes a character: what has one beyond Latin-1 is kept so.
    this.#cache = new ShapeCache(statementOf, ({ text }) => STATEMENT_BYTES + 2 * text.length, mostBytes);
  }

  /** See ShapeCache. */
  statementOf(hash: bigint, shape: () => Shape): Statement {
    return this.#cache.valueOf(hash, shape);
  }
}
