// Distinct strings, kept as bytes and numbered from 0 in the order in which they came: looking one up allocates
// nothing and decodes nothing, and a million of them take a fraction of what a Map of strings takes.

const FIRST_STRINGS = 64;
const FIRST_BYTES = 1024;

export class ByteStrings {
  /** How many there are. */
  size = 0;
  /** All strings, one behind the other. */
  #bytes = Buffer.allocUnsafe(FIRST_BYTES);
  /** Where the string of a number ends; it starts where the one before ends. */
  #ends = new Uint32Array(FIRST_STRINGS);
  #hashes = new Int32Array(FIRST_STRINGS);
  /** A hash table, at most half full: a string's number and 1, at the first free slot from its hash on. */
  #slots = new Uint32Array(2 * FIRST_STRINGS);

  /** The number of the string from `start` up to `end`, which is the size from before where it is new. */
  numberOf(bytes: Uint8Array, start: number, end: number): number {
    let hash = end - start;
    for (let at = start; at < end; at++) hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193);
    hash ^= hash >>> 15;
    const last = this.#slots.length - 1;
    for (let slot = hash & last; ; slot = (slot + 1) & last) {
      const number = (this.#slots[slot] ?? 0) - 1;
      if (number === -1) return this.#add(bytes, start, end, hash);
      if (this.#hashes[number] === hash && this.#isEqual(number, bytes, start, end)) return number;
    }
  }

  bytesOf(number: number): Buffer {
    return this.#bytes.subarray(this.#startOf(number), this.#ends[number]);
  }

  /** Below 0 where `a` comes before `b` by bytes, which in UTF-8 is by code points. */
  compare(a: number, b: number): number {
    const bytes = this.#bytes;
    const endA = this.#ends[a] ?? 0;
    const endB = this.#ends[b] ?? 0;
    let atA = this.#startOf(a);
    let atB = this.#startOf(b);
    while (atA < endA && atB < endB && bytes[atA] === bytes[atB]) {
      atA++;
      atB++;
    }
    if (atA === endA || atB === endB) return endA - atA - (endB - atB);
    return (bytes[atA] ?? 0) - (bytes[atB] ?? 0);
  }

  #startOf(number: number): number {
    return number === 0 ? 0 : (this.#ends[number - 1] ?? 0);
  }

  #isEqual(number: number, bytes: Uint8Array, start: number, end: number): boolean {
    const known = this.#bytes;
    let knownAt = this.#startOf(number);
    if ((this.#ends[number] ?? 0) - knownAt !== end - start) return false;
    for (let at = start; at < end; at++) {
      if (bytes[at] !== known[knownAt++]) return false;
    }
    return true;
  }

  #add(bytes: Uint8Array, start: number, end: number, hash: number): number {
    const number = this.size++;
    const from = this.#startOf(number);
    const to = from + end - start;
    if (to > this.#bytes.length) this.#bytes = grown(this.#bytes, Buffer.allocUnsafe(2 * to));
    if (number === this.#ends.length) {
      this.#ends = grown(this.#ends, new Uint32Array(2 * number));
      this.#hashes = grown(this.#hashes, new Int32Array(2 * number));
      this.#slots = new Uint32Array(4 * number);
      for (let known = 0; known < number; known++) this.#place(known);
    }
    this.#bytes.set(bytes.subarray(start, end), from);
    this.#ends[number] = to;
    this.#hashes[number] = hash;
    this.#place(number);
    return number;
  }

  #place(number: number): void {
    const last = this.#slots.length - 1;
    let slot = (this.#hashes[number] ?? 0) & last;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & last;
    this.#slots[slot] = number + 1;
  }
}

function grown<T extends Uint8Array | Uint32Array | Int32Array>(old: T, larger: T): T {
  larger.set(old);
  return larger;
}
