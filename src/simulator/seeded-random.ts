// Chance that repeats: everything in the simulator that looks random comes from a seed and these functions.
import { createHash } from 'node:crypto';

/** Mixes two integers into 32 well-spread bits (the finalizer of MurmurHash3). */
export function mix(seed: number, value: number): number {
  let bits = seed ^ Math.imul(value, 0x9e3779b1);
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

/** The share, from 0 up to but not including 1, that 32 bits stand for. */
export function share(bits: number): number {
  return bits / 2 ** 32;
}

export function pick<T>(values: readonly T[], bits: number): T {
  const value = values[bits % values.length];
  if (value === undefined) {
    throw new RangeError('nothing to pick: got an empty list');
  }
  return value;
}

/** A sequence of shares. */
export function createRandom(seed: number): () => number {
  let turn = 0;
  return () => {
    turn += 1;
    return share(mix(seed, turn));
  };
}

/** At most 64 lower-case hexadecimal digits that belong to the seed and the name. */
export function seededHex(seed: number, name: string, length: number): string {
  return createHash('sha256').update(`${seed}/${name}`).digest('hex').slice(0, length);
}

export function seedOf(seed: number, name: string): number {
  return Number.parseInt(seededHex(seed, name, 8), 16);
}
