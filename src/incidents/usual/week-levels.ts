// The levels of the last week of one figure of a node: of each ten minutes by the wall clock one number, NaN where there is none.
import type { EpochMs } from '../../clock.js';

export const BLOCK_MS = 600_000;
export const WEEK_MS = 7 * 24 * 3_600_000;
/** A week and the hour before it, and the blocks at both ends that are not over yet. */
const CAPACITY = (WEEK_MS + 3_600_000) / BLOCK_MS + 2;
const VALUE_BYTES = 4;

export interface SavedLevels {
  /** Ten minutes since the epoch: of the newest level; null where there is none. */
  readonly block: number | null;
  /** Base64: the levels up to the newest one, the oldest first, floats of four bytes, low bytes first. */
  readonly levels: string;
}

/** Starts of blocks are whole multiples of ten minutes since the epoch. */
export function blockStart(at: EpochMs): EpochMs {
  return (Math.floor(at / BLOCK_MS) * BLOCK_MS) as EpochMs;
}

export class WeekLevels {
  /** Of block `b` at `b % CAPACITY`: those of the CAPACITY blocks up to the newest one. */
  readonly #levels = new Float32Array(CAPACITY).fill(Number.NaN);
  #newest: number | undefined;

  /** The level of the block that the instant lies in, which becomes the newest: those ahead of it are let go, as the clock was set back. */
  set(at: EpochMs, level: number): void {
    const block = Math.floor(at / BLOCK_MS);
    const newest = this.#newest ?? block;
    const from = Math.min(block, newest) + 1;
    const count = Math.min(Math.abs(block - newest), CAPACITY);
    for (let cleared = 0; cleared < count; cleared++) {
      this.#levels[placeOf(from + cleared)] = Number.NaN;
    }
    this.#levels[placeOf(block)] = level;
    this.#newest = block;
  }

  /** The highest of the blocks that overlap the time from one instant to the other; NaN where there is none. */
  highest(from: EpochMs, to: EpochMs): number {
    const newest = this.#newest ?? Number.NEGATIVE_INFINITY;
    const first = Math.max(Math.floor(from / BLOCK_MS), newest - CAPACITY + 1);
    const last = Math.min(Math.floor(to / BLOCK_MS), newest);
    let highest = Number.NaN;
    for (let block = first; block <= last; block++) {
      const level = this.#levels[placeOf(block)] ?? Number.NaN;
      if (!(level <= highest) && !Number.isNaN(level)) {
        highest = level;
      }
    }
    return highest;
  }

  save(): SavedLevels {
    if (this.#newest === undefined) {
      return { block: null, levels: '' };
    }
    const levels: number[] = [];
    for (let block = this.#newest - CAPACITY + 1; block <= this.#newest; block++) {
      levels.push(this.#levels[placeOf(block)] ?? Number.NaN);
    }
    const known = levels.slice(levels.findIndex((level) => !Number.isNaN(level)));
    const bytes = Buffer.alloc(known.length * VALUE_BYTES);
    for (const [index, level] of known.entries()) {
      bytes.writeFloatLE(level, index * VALUE_BYTES);
    }
    return { block: this.#newest, levels: bytes.toString('base64') };
  }

  /** Whether it could be read; else nothing is there. */
  restore({ block, levels }: SavedLevels): boolean {
    const bytes = Buffer.from(levels, 'base64');
    const count = bytes.length / VALUE_BYTES;
    this.#levels.fill(Number.NaN);
    this.#newest = undefined;
    if (block === null || !Number.isInteger(count) || count > CAPACITY) {
      return block === null && count === 0;
    }
    for (let index = 0; index < count; index++) {
      const level = bytes.readFloatLE(index * VALUE_BYTES);
      if (level < 0 || level === Number.POSITIVE_INFINITY) {
        this.#levels.fill(Number.NaN);
        return false;
      }
      this.#levels[placeOf(block - count + 1 + index)] = level;
    }
    this.#newest = block;
    return true;
  }
}

function placeOf(block: number): number {
  return ((block % CAPACITY) + CAPACITY) % CAPACITY;
}
