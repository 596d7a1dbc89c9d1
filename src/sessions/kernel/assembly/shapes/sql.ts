// Bytes and words of SQL.
import { KEYWORD_BYTES } from '../../layout';

export const LF: u8 = 0x0a;
/** It and what is below it parts words. */
export const BLANK: u8 = 0x20;
export const EXCLAMATION: u8 = 0x21;
export const DOUBLE_QUOTE: u8 = 0x22;
export const HASH: u8 = 0x23;
export const SINGLE_QUOTE: u8 = 0x27;
export const OPENING: u8 = 0x28;
export const CLOSING: u8 = 0x29;
export const ASTERISK: u8 = 0x2a;
export const PLUS: u8 = 0x2b;
export const COMMA: u8 = 0x2c;
export const DASH: u8 = 0x2d;
export const POINT: u8 = 0x2e;
export const SLASH: u8 = 0x2f;
export const ZERO: u8 = 0x30;
export const SEMICOLON: u8 = 0x3b;
export const LESS: u8 = 0x3c;
export const EQUALS: u8 = 0x3d;
export const GREATER: u8 = 0x3e;
export const AT: u8 = 0x40;
export const BACKSLASH: u8 = 0x5c;
export const UNDERSCORE: u8 = 0x5f;
export const BACKTICK: u8 = 0x60;
export const DELETE: u8 = 0x7f;

const DOLLAR: u8 = 0x24;
const LOWER_A: u8 = 0x61;
const LOWER_F: u8 = 0x66;
const LETTERS: u8 = 26;
const FIRST_BEYOND_ASCII: u8 = 0x80;
/** What a small letter has more than a capital one. */
export const SMALL: u8 = 0x20;
const CAPITALS: u64 = 0xdfdf_dfdf_dfdf_dfdf;

export function isDigit(byte: u8): bool {
  return byte - ZERO < 10;
}

export function isHexDigit(byte: u8): bool {
  return isDigit(byte) || (byte | SMALL) - LOWER_A <= LOWER_F - LOWER_A;
}

/** Of names, keywords and numbers. */
export function isWordByte(byte: u8): bool {
  return (
    (byte | SMALL) - LOWER_A < LETTERS ||
    isDigit(byte) ||
    byte >= FIRST_BEYOND_ASCII ||
    byte === UNDERSCORE ||
    byte === DOLLAR
  );
}

/** Where the word ends that begins at `at`. */
export function wordEnd(at: u32, to: u32): u32 {
  let end = at;
  while (end < to && isWordByte(load<u8>(end))) {
    end++;
  }
  return end;
}

/** Whether the word is one of those at `keywords`. */
export function isKeyword(at: u32, length: u32, keywords: u32): bool {
  if (length > (KEYWORD_BYTES as u32)) {
    return false;
  }
  const first = capitals(at, length);
  const second = length > 8 ? capitals(at + 8, length - 8) : 0;
  for (let keyword = keywords; load<u64>(keyword) !== 0; keyword += KEYWORD_BYTES) {
    if (load<u64>(keyword) === first && load<u64>(keyword, 8) === second) {
      return true;
    }
  }
  return false;
}

/** The letters of a word of up to eight bytes as capital ones, the first lowest. */
export function capitals(at: u32, length: u32): u64 {
  const some = length < 8 ? ((1 as u64) << (8 * length)) - 1 : ~0;
  return load<u64>(at) & some & CAPITALS;
}
