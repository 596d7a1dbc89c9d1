// Literals in a row: of a list the shape has the first two, and of the rows of VALUES the first one and the one that is read.
import { resetRowsOfValues, withoutRowBefore } from './rows-of-values';
import { BLANK, COMMA } from './sql';
import { dropBehind, out } from './writing';

/** As many literals of a list are kept. */
const KEPT: u32 = 2;
/** What stands between a literal and the one before. */
const OTHER = 0;
const GAP = 1;
const PART = 2;

/** All literals are written. */
let areWhole: bool = false;
/** The list that the literal written last belongs to: how many there are, and where the last one that was kept ends. */
let listed: u32 = 0;
let listedEnd: u32 = 0;
let isStringLast: bool = false;
let isLastDropped: bool = false;

export function resetLists(whole: bool): void {
  areWhole = whole;
  listed = 0;
  isStringLast = false;
  isLastDropped = false;
  resetRowsOfValues();
}

/** The literal that was written, or dropped, ends. */
export function endLiteral(): void {
  listedEnd = out;
}

/** A text with something glued before it, that is part of no list. */
export function leaveList(): void {
  listed = 0;
  isLastDropped = false;
  isStringLast = true;
}

/** Whether a literal is one more of a list, or of the text before it: then what parts it from those is dropped. */
export function isListed(isString: bool): bool {
  const between = listed === 0 && !isStringLast ? OTHER : partBefore();
  const isPart = between === GAP && isString && isStringLast;
  if (!isPart) {
    listed = between === PART ? listed + 1 : 1;
    isLastDropped = !areWhole && listed > KEPT;
    if (between === OTHER && !areWhole) {
      dropRow();
    }
  }
  isStringLast = isString;
  if (isLastDropped) {
    dropBehind(listedEnd);
  }
  return isLastDropped;
}

function dropRow(): void {
  const kept = withoutRowBefore(out);
  if (kept !== out) {
    dropBehind(kept);
  }
}

function partBefore(): i32 {
  let at = gapEnd(listedEnd);
  if (at === out) {
    return GAP;
  }
  if (load<u8>(at) !== COMMA) {
    return OTHER;
  }
  at = gapEnd(at + 1);
  return at === out ? PART : OTHER;
}

/** In the shape. */
function gapEnd(from: u32): u32 {
  let at = from;
  while (at < out && load<u8>(at) <= BLANK) {
    at++;
  }
  return at;
}
