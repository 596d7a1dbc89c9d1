// Rows of VALUES: the shape keeps the first one and the one that is read. A digest heeds the first alone, and without this
// a batch would have a shape for each number of rows, most of them too long to be kept.
import { SHAPE } from '../../layout';
import { AT, BACKSLASH, BACKTICK, BLANK, CLOSING, COMMA, capitals, isWordByte, OPENING, POINT } from './sql';

// Words, as `capitals` has them.
const VALUES: u64 = 0x0000_5345_554c_4156;
const NULL: u64 = 0x0000_0000_4c4c_554e;
const DEFAULT: u64 = 0x0054_4c55_4146_4544;
const LONGEST_WORD: u32 = 7;

/** Where the row begins that is read; 0 where none is. Behind the first VALUES only: behind another one may stand an argument. */
let row: u32 = 0;
let isFirst: bool = false;
let isOver: bool = false;
/** Up to where parentheses were counted, from `row` on, and how many are open there. */
let counted: u32 = 0;
let depth: i32 = 0;

export function resetRowsOfValues(): void {
  row = 0;
  isFirst = false;
  isOver = false;
}

/**
 * Where a literal is to be written to, at `out` so far: a row that begins with it takes the place of the one before, unless
 * that is the first.
 */
export function withoutRowBefore(out: u32): u32 {
  const opening = mayBegin(out) ? openingBefore(out) : 0;
  if (opening === 0) {
    return out;
  }
  const before = endBefore(opening);
  if (row === 0) {
    if (!isOver && wordBefore(before) === VALUES && isWhole(before - 6)) {
      isFirst = true;
      isOver = true;
      begin(opening);
    }
    return out;
  }
  if (!areRows(before)) {
    row = 0;
    return out;
  }
  if (depth > 0) {
    return out;
  }
  if (isFirst) {
    isFirst = false;
    begin(opening);
    return out;
  }
  const begun = out - opening;
  memory.copy(row, opening, begun);
  begin(row);
  return row + begun;
}

/** Most literals stand behind an operator and a blank. */
function mayBegin(out: u32): bool {
  const last = load<u8>(out - 1);
  const byte = last <= BLANK ? load<u8>(out - 2) : last;
  return byte === OPENING || byte === COMMA || byte <= BLANK;
}

function begin(opening: u32): void {
  row = opening;
  counted = opening;
  depth = 0;
}

/** Whether there is nothing from `row` up to `end` but rows, or the beginning of one. */
function areRows(end: u32): bool {
  let last: u8 = COMMA;
  for (; counted < end; counted++) {
    const byte = load<u8>(counted);
    if (byte === OPENING) {
      depth++;
    } else if (byte === CLOSING) {
      depth--;
    } else if (byte === BACKTICK || byte === BACKSLASH || (depth === 0 && byte !== COMMA && byte > BLANK)) {
      // A backslash tells that a reading makes no sense: it must not get lost.
      return false;
    }
    last = byte;
  }
  return depth > 0 || (depth === 0 && last === COMMA);
}

/** Of the parentheses in which a literal at `out` is the first value, or the first but NULL or DEFAULT; else 0. */
function openingBefore(out: u32): u32 {
  let end = endBefore(out);
  if (isLast(end, COMMA)) {
    end = endBefore(end - 1);
    const word = wordBefore(end);
    end = endBefore(end - (word === NULL ? 4 : word === DEFAULT ? 7 : 0));
  }
  return isLast(end, OPENING) ? end - 1 : 0;
}

function isLast(end: u32, byte: u8): bool {
  return end > (SHAPE as u32) && load<u8>(end - 1) === byte;
}

/** Before gaps. */
function endBefore(from: u32): u32 {
  let end = from;
  while (end > (SHAPE as u32) && load<u8>(end - 1) <= BLANK) {
    end--;
  }
  return end;
}

/** Capital letters of the word; 0 for one that is longer than those above. */
function wordBefore(end: u32): u64 {
  let at = end;
  while (at > (SHAPE as u32) && isWordByte(load<u8>(at - 1)) && end - at <= LONGEST_WORD) {
    at--;
  }
  return end - at > LONGEST_WORD ? 0 : capitals(at, end - at);
}

/** Whether the word at `at` is no part of a name. */
function isWhole(at: u32): bool {
  const before: u8 = at > (SHAPE as u32) ? load<u8>(at - 1) : 0;
  return before !== POINT && before !== AT && before !== BACKTICK;
}
