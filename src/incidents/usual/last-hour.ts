// The values of the last hour of one figure of a node: all while there is room, then the first of each slot of time, so that a node
// that is collected every second takes no more memory than others. Instants are the wall clock's, which may be set back: what lies
// ahead is then let go.
import { type EpochMs, elapsedMs, epochMs } from '../../clock.js';

export const HOUR_MS = 3_600_000;
/** Of slots, as the room gets scarce: of the last ones an hour has no more than there is room for. */
const SLOTS_MS = [1, 3_750, 7_500, 15_000, 30_000] as const;
const CAPACITY = HOUR_MS / SLOTS_MS[4];
const INSTANT_BYTES = 8;
const VALUE_BYTES = 4;
/** Ages are saved in whole seconds, in two bytes each, behind a value in four. */
const SAVED_BYTES = 6;

export interface SavedHour {
  /** Of the newest value; null where there is none. */
  readonly at: number | null;
  /** Base64: of each value, the oldest first, a float of four bytes, and two bytes of seconds before `at`, low bytes first. */
  readonly values: string;
}

export class LastHour {
  /** Rings, in one piece of memory: the oldest at #first. */
  readonly #instants = new Float64Array(
    new ArrayBuffer(CAPACITY * (INSTANT_BYTES + VALUE_BYTES)),
    0,
    CAPACITY,
  );
  readonly #values = new Float32Array(this.#instants.buffer, CAPACITY * INSTANT_BYTES, CAPACITY);
  #first = 0;
  #length = 0;
  /** The slots now, in SLOTS_MS: the same for all that is kept, as newer values must not count more than older ones. */
  #slots = 0;

  /** Whether it was kept: it is the first of its slot. */
  add(at: EpochMs, value: number): boolean {
    this.#forget(at);
    while (this.#length === CAPACITY && this.#slots < SLOTS_MS.length - 1) {
      this.#slots++;
      this.#thinOut();
    }
    const newest = this.#instant(this.#length - 1);
    if (newest !== undefined && this.#slotOf(newest) === this.#slotOf(at)) {
      return false;
    }
    const place = this.#place(this.#length);
    this.#values[place] = value;
    this.#instants[place] = at;
    if (this.#length < CAPACITY) {
      this.#length++;
    } else {
      this.#first = (this.#first + 1) % CAPACITY;
    }
    return true;
  }

  /** Whether there is a value from `from` on and before `to`. */
  hasValueIn(from: EpochMs, to: EpochMs): boolean {
    return this.#countBefore(from) < this.#countBefore(to);
  }

  /** From `from` on and before `to`; a copy. */
  valuesIn(from: EpochMs, to: EpochMs): Float64Array {
    const start = this.#first + this.#countBefore(from);
    const end = this.#first + this.#countBefore(to);
    const found = new Float64Array(end - start);
    // The ring's end may lie between.
    const turn = Math.min(Math.max(CAPACITY, start), end);
    found.set(this.#values.subarray(start % CAPACITY, (start % CAPACITY) + turn - start));
    found.set(this.#values.subarray(turn % CAPACITY, (turn % CAPACITY) + end - turn), turn - start);
    return found;
  }

  save(): SavedHour {
    const at = this.#instant(this.#length - 1);
    if (at === undefined) {
      return { at: null, values: '' };
    }
    const bytes = Buffer.alloc(this.#length * SAVED_BYTES);
    for (let index = 0; index < this.#length; index++) {
      bytes.writeFloatLE(this.#values[this.#place(index)] ?? 0, index * SAVED_BYTES);
      const seconds = Math.round(elapsedMs(this.#instant(index) ?? at, at) / 1000);
      bytes.writeUInt16LE(seconds, index * SAVED_BYTES + 4);
    }
    return { at, values: bytes.toString('base64') };
  }

  /** Whether it could be read; else nothing is there. */
  restore({ at, values }: SavedHour): boolean {
    const bytes = Buffer.from(values, 'base64');
    this.#first = 0;
    this.#length = 0;
    this.#slots = 0;
    if (at === null || bytes.length > CAPACITY * SAVED_BYTES || bytes.length % SAVED_BYTES > 0) {
      return at === null && bytes.length === 0;
    }
    for (let start = 0; start < bytes.length; start += SAVED_BYTES) {
      const value = bytes.readFloatLE(start);
      const instant = at - 1000 * bytes.readUInt16LE(start + 4);
      // Of two in one second the ages may be the same.
      const isInOrder = instant >= (this.#instant(this.#length - 1) ?? Number.NEGATIVE_INFINITY);
      if (!(value >= 0 && Number.isFinite(value) && isInOrder)) {
        this.#length = 0;
        return false;
      }
      this.#values[this.#length] = value;
      this.#instants[this.#length] = instant;
      this.#length++;
    }
    return true;
  }

  #countBefore(instant: EpochMs): number {
    let [low, high] = [0, this.#length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#instants[this.#place(middle)] ?? 0) < instant) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  #slotOf(instant: number): number {
    return Math.floor(instant / (SLOTS_MS[this.#slots] ?? SLOTS_MS[4]));
  }

  /** Of each slot only the first is left. */
  #thinOut(): void {
    let left = 0;
    let last = Number.NaN;
    for (let index = 0; index < this.#length; index++) {
      const from = this.#place(index);
      const slot = this.#slotOf(this.#instants[from] ?? 0);
      if (slot !== last) {
        const to = this.#place(left++);
        this.#values[to] = this.#values[from] ?? 0;
        this.#instants[to] = this.#instants[from] ?? 0;
        last = slot;
      }
    }
    this.#length = left;
  }

  #place(index: number): number {
    return (this.#first + index) % CAPACITY;
  }

  /** Undefined beyond either end. */
  #instant(index: number): EpochMs | undefined {
    return index < 0 || index >= this.#length ? undefined : epochMs(this.#instants[this.#place(index)] ?? 0);
  }

  /** What is an hour old, and what lies ahead as the clock was set back. */
  #forget(at: EpochMs): void {
    for (
      let oldest = this.#instant(0);
      oldest !== undefined && oldest < at - HOUR_MS;
      oldest = this.#instant(0)
    ) {
      this.#first = (this.#first + 1) % CAPACITY;
      this.#length--;
    }
    for (
      let newest = this.#instant(this.#length - 1);
      newest !== undefined && newest > at;
      newest = this.#instant(this.#length - 1)
    ) {
      this.#length--;
    }
    if (this.#length === 0) {
      this.#slots = 0;
    }
  }
}
