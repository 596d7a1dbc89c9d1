// Numbers: their digits are `0` in the shape.
import { endLiteral, isListed } from './lists';
import { BLANK, COMMA, isDigit, isHexDigit, isWordByte, POINT, ZERO } from './sql';
import { copy, write } from './writing';

const LOWER_B: u8 = 0x62;
const LOWER_X: u8 = 0x78;

/** Of a word that begins with a digit all is kept. Returns where it ends. */
export function passNumber(from: u32, end: u32): u32 {
  const kind = from + 1 < end && load<u8>(from) === ZERO ? load<u8>(from, 1) : 0;
  let at = from + 1;
  if (kind === LOWER_X || kind === LOWER_B) {
    at++;
    while (at < end && (kind === LOWER_X ? isHexDigit(load<u8>(at)) : load<u8>(at) - ZERO < 2)) {
      at++;
    }
    if (at === from + 2 || (at < end && isWordByte(load<u8>(at)))) {
      return copy(from, at);
    }
    if (!isListed(false)) {
      write(ZERO);
      write(kind);
      write(ZERO);
    }
    endLiteral();
    return at;
  }
  at = digitsEnd(at, end);
  const point = at;
  if (at < end && load<u8>(at) === POINT) {
    at = digitsEnd(at + 1, end);
  }
  if (at < end && isWordByte(load<u8>(at))) {
    return copy(from, at);
  }
  if (isListed(false)) {
    return passFurther(at, end);
  }
  write(ZERO);
  if (at > point) {
    write(POINT);
    if (at > point + 1) {
      write(ZERO);
    }
  }
  endLiteral();
  return at;
}

/** Passes over whole numbers of a list that has two literals already: long lists are mostly these. */
function passFurther(from: u32, end: u32): u32 {
  let at = from;
  while (true) {
    const comma = passGap(at, end);
    if (comma >= end || load<u8>(comma) !== COMMA) {
      return at;
    }
    const first = passGap(comma + 1, end);
    const next = digitsEnd(first, end);
    if (next === first || (next < end && (isWordByte(load<u8>(next)) || load<u8>(next) === POINT))) {
      return at;
    }
    at = next;
  }
}

export function digitsEnd(from: u32, end: u32): u32 {
  let at = from;
  while (at < end && isDigit(load<u8>(at))) {
    at++;
  }
  return at;
}

/** Where the next byte is that is no gap. */
export function passGap(from: u32, end: u32): u32 {
  let at = from;
  while (at < end && load<u8>(at) <= BLANK) {
    at++;
  }
  return at;
}
