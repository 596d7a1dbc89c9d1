// What a cell says: where it begins and ends in a record, and the number in it.
import { DOUBLE, FIRST_COUNT, NO_FIELD, NUMBER_FIELDS, NUMBERS, WORD } from '../layout';
import { oddNumber } from './asks';
import { areDigits, digitsBefore, placeOf } from './blocks';
import { isNull } from './texts';

const QUOTE: u8 = 0x22;
const ZERO: u8 = 0x30;
const POINT: u8 = 0x2e;
/** Of more digits a number of the program is not exact. */
const MOST_DIGITS = 15;
const EIGHT_DIGITS: u32 = 8;
/** A time below 0 is written as an unsigned number: MySQL has shown the highest of 31, of 32 and of 64 bits. */
const WRAPPED_SECONDS: f64 = 2_147_483_647;

/** Where the cell begins whose separator before is at `place`: behind its quote, where it has one. */
export function startOf(place: u32): u32 {
  const start = load<u32>(place) + 1;
  return load<u8>(start) === QUOTE ? start + 1 : start;
}

/** Where the cell ends that begins at `start`; doubled quotes in it are made single. */
export function endOf(place: u32, start: u32): u32 {
  const end = load<u32>(place, WORD);
  return load<u32>(place) + 1 === start ? end : singled(start, end - 1);
}

/** Reads the numbers of a record in the columns from `first` up to `end`, to NUMBERS. `record`: where the separator before it is. */
export function readNumbers(record: u32, first: u32, end: u32): void {
  for (let column = first; column < end; column++) {
    store<f64>(NUMBERS + DOUBLE * column, numberIn(record, column));
  }
}

/** What was read last in the column: from 0 on, NaN for a missing number, or UNREADABLE. */
export function numberOf(column: u32): f64 {
  return load<f64>(NUMBERS + DOUBLE * column);
}

function numberIn(record: u32, column: u32): f64 {
  const place = load<u32>(NUMBER_FIELDS + WORD * column);
  if (place === NO_FIELD) {
    return NaN;
  }
  let start = load<u32>(record + place) + 1;
  let end = load<u32>(record + place, WORD);
  if (load<u8>(start) === QUOTE) {
    start++;
    end = singled(start, end - 1);
  }
  const length = end - start;
  if (length === 0) {
    return NaN;
  }
  if (length > EIGHT_DIGITS) {
    return longNumber(column, start, end);
  }
  const digits = digitsBefore(end, length);
  return areDigits(digits) ? (valueIn(digits) as f64) : longNumber(column, start, end);
}

/** Of eight digits, the first one lowest: in pairs, fours and all. */
function valueIn(digits: u64): u32 {
  const pairs = ((digits * 2_561) >>> 8) & 0x00ff_00ff_00ff_00ff;
  const fours = ((pairs * 6_553_601) >>> 16) & 0x0000_ffff_0000_ffff;
  return ((fours * 42_949_672_960_001) >>> 32) as u32;
}

/** Also of a decimal; of both its parts as whole numbers the quotient is the nearest number to it, as they are exact. */
function longNumber(column: u32, start: u32, end: u32): f64 {
  if (isNull(start, end - start)) {
    return NaN;
  }
  let number: u64 = 0;
  let digits = 0;
  let point: u32 = 0;
  let divisor: f64 = 1;
  for (let at = start; at < end; at++) {
    const byte = load<u8>(at);
    const digit = byte - ZERO;
    if (digit < 10) {
      number = 10 * number + digit;
      divisor *= point === 0 ? 1 : 10;
      digits++;
    } else if (byte === POINT && point === 0 && digits > 0) {
      point = at;
    } else {
      return oddNumber(column, start, end);
    }
    if (digits > MOST_DIGITS) {
      return oddNumber(column, start, end);
    }
  }
  const quotient = (number as f64) / divisor;
  return point + 1 === end || (column < (FIRST_COUNT as u32) && quotient >= WRAPPED_SECONDS)
    ? oddNumber(column, start, end)
    : quotient;
}

/** Where a quoted cell ends when its doubled quotes are single. Its rest becomes quotes: it must not hold a line end that another one was made of. */
export function singled(start: u32, end: u32): u32 {
  let target = placeOf(QUOTE, start, end);
  if (target === end) {
    return end;
  }
  for (let at = target; at < end; ) {
    const next = placeOf(QUOTE, at + 2, end);
    memory.copy(target, at + 1, next - at - 1);
    target += next - at - 1;
    at = next;
  }
  memory.fill(target, QUOTE, end - target);
  return target;
}
