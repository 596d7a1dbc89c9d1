// Distinct strings, kept as bytes and numbered from 0 in the order in which they came: looking one up allocates
// nothing and decodes nothing, and a million of them take a fraction of what a Map of strings takes.
import { randomInt } from 'node:crypto';

/** Random, so that no file can be made whose strings all have the same hash. */
const SEED = randomInt(2 ** 32);
const FIRST_STRINGS = 64;
const FIRST_BYTES = 1024;
const WORD = 4;
/** No database has so many sessions: a file with more distinct values is one made to take memory. */
const MAX_STRINGS = 2 ** 20;

/** In place of the number of a new string that there is no room for. */
export const FULL = -1;

export class ByteStrings {
  /** How many there are. */
  size = 0;
  /** All strings, one behind the other. */
  #bytes = viewOf(new Uint8Array(FIRST_BYTES));
  /** Where the string of a number ends; it starts where the one before ends. */
  #ends = new Uint32Array(FIRST_STRINGS);
  #hashes = new Int32Array(FIRST_STRINGS);
  /** A hash table, at most half full: a string's number and 1, at the first free slot from its hash on. */
  #slots = new Uint32Array(2 * FIRST_STRINGS);

  /** The number of the string from `start` up to `end`: the size from before where it is new, or FULL. */
  numberOf(bytes: DataView, start: number, end: number): number {
    const hash = hashOf(bytes, start, end);
    const last = this.#slots.length - 1;
    for (let slot = hash & last; ; slot = (slot + 1) & last) {
      const number = (this.#slots[slot] ?? 0) - 1;
      if (number === -1) {
        return this.size < MAX_STRINGS ? this.#add(bytes, start, end, hash) : FULL;
      }
      if (this.#hashes[number] === hash && this.#isEqual(number, bytes, start, end)) {
        return number;
      }
    }
  }

  numberOfText(text: string): number {
    const bytes = Buffer.from(text);
    return this.numberOf(viewOf(bytes), 0, bytes.length);
  }

  textOf(number: number): string {
    const start = this.#startOf(number);
    return Buffer.from(this.#bytes.buffer, start, (this.#ends[number] ?? 0) - start).toString();
  }

  /** Below 0 where `a` comes before `b` by bytes, which in UTF-8 is by code points. */
  compare(a: number, b: number): number {
    const bytes = this.#bytes;
    const endA = this.#ends[a] ?? 0;
    const endB = this.#ends[b] ?? 0;
    let atA = this.#startOf(a);
    let atB = this.#startOf(b);
    while (atA < endA && atB < endB && bytes.getUint8(atA) === bytes.getUint8(atB)) {
      atA++;
      atB++;
    }
    if (atA === endA || atB === endB) {
      return endA - atA - (endB - atB);
    }
    return bytes.getUint8(atA) - bytes.getUint8(atB);
  }

  #startOf(number: number): number {
    return number === 0 ? 0 : (this.#ends[number - 1] ?? 0);
  }

  #isEqual(number: number, bytes: DataView, start: number, end: number): boolean {
    const known = this.#bytes;
    const knownStart = this.#startOf(number);
    if ((this.#ends[number] ?? 0) - knownStart !== end - start) {
      return false;
    }
    const offset = knownStart - start;
    let at = start;
    for (; at + WORD <= end; at += WORD) {
      if (bytes.getInt32(at, true) !== known.getInt32(at + offset, true)) {
        return false;
      }
    }
    for (; at < end; at++) {
      if (bytes.getUint8(at) !== known.getUint8(at + offset)) {
        return false;
      }
    }
    return true;
  }

  #add(bytes: DataView, start: number, end: number, hash: number): number {
    const number = this.size++;
    const from = this.#startOf(number);
    const to = from + end - start;
    if (to > this.#bytes.byteLength) {
      this.#bytes = viewOf(grown(bytesOf(this.#bytes), new Uint8Array(2 * to)));
    }
    if (number === this.#ends.length) {
      this.#ends = grown(this.#ends, new Uint32Array(2 * number));
      this.#hashes = grown(this.#hashes, new Int32Array(2 * number));
      this.#slots = new Uint32Array(4 * number);
      for (let known = 0; known < number; known++) {
        this.#place(known);
      }
    }
    // Most are short: views of them would take longer to make than to copy.
    for (let at = start, target = from; at < end; at++) {
      this.#bytes.setUint8(target++, bytes.getUint8(at));
    }
    this.#ends[number] = to;
    this.#hashes[number] = hash;
    this.#place(number);
    return number;
  }

  #place(number: number): void {
    const last = this.#slots.length - 1;
    let slot = (this.#hashes[number] ?? 0) & last;
    while (this.#slots[slot] !== 0) {
      slot = (slot + 1) & last;
    }
    this.#slots[slot] = number + 1;
  }
}

/** Four bytes at a time: most of a look-up is this and the comparison. */
function hashOf(bytes: DataView, start: number, end: number): number {
  let hash = SEED ^ (end - start);
  let at = start;
  for (; at + WORD <= end; at += WORD) {
    hash = mixed(hash, bytes.getInt32(at, true));
  }
  for (; at < end; at++) {
    hash = mixed(hash, bytes.getUint8(at));
  }
  return hash;
}

function mixed(hash: number, bits: number): number {
  const product = Math.imul(hash ^ bits, 0x9e3779b1);
  return product ^ (product >>> 15);
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

function bytesOf({ buffer, byteOffset, byteLength }: DataView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function grown<T extends Uint8Array | Uint32Array | Int32Array>(old: T, larger: T): T {
  larger.set(old);
  return larger;
}
