// The shape as it is written: at SHAPE, and behind what is there already.
import { BEFORE_HINT, SHAPE } from '../../layout';
import { BLANK, isKeyword, isWordByte } from './sql';

const QUOTES: u16 = 0x2727;

/** Where the next byte goes; what is behind it may be overwritten. */
export let out: u32 = SHAPE;
/** Up to where was looked for a verb, and whether there was one before the gap. */
let lookedAt: u32 = 0;
let foundVerb: bool = false;

export function resetWriting(): void {
  out = SHAPE;
  lookedAt = 0;
}

export function write(byte: u8): void {
  store<u8>(out, byte);
  out++;
}

/** A text, without what it holds. */
export function writeQuotes(): void {
  store<u16>(out, QUOTES);
  out += 2;
}

export function writeBlank(): void {
  if (out !== SHAPE) {
    write(BLANK);
  }
}

export function copy(from: u32, to: u32): u32 {
  memory.copy(out, from, to - from);
  out += to - from;
  return to;
}

/** What is at `out` already is part of the shape. */
export function keepBytes(length: u32): void {
  out += length;
}

/** Drops the byte that was written last. */
export function dropByte(): void {
  out--;
}

/** Drops what is behind `to`. */
export function dropBehind(to: u32): void {
  out = to;
  lookedAt = 0;
}

/** SELECT, INSERT, UPDATE, DELETE or REPLACE, with nothing behind it but gaps. */
export function isBehindVerb(): bool {
  let at = out;
  while (at > (SHAPE as u32) && at !== lookedAt && load<u8>(at - 1) <= BLANK) {
    at--;
  }
  if (at !== lookedAt) {
    foundVerb = isVerb(at);
  }
  lookedAt = out;
  return foundVerb;
}

function isVerb(to: u32): bool {
  let at = to;
  while (at > (SHAPE as u32) && isWordByte(load<u8>(at - 1)) && to - at < 8) {
    at--;
  }
  return isKeyword(at, to - at, BEFORE_HINT);
}
