// The shape of a statement: what is left of it without its literals (../../../../statements/shape.ts).
//
// A statement does not say how its quotes are to be read. `'O\'Brien'` is one text where a backslash escapes a quote; under
// NO_BACKSLASH_ESCAPES, which each session may set, it ends behind the backslash. So there are three readings:
//   A  backslashes escape in both kinds of quotes: MySQL's default
//   B  in none: NO_BACKSLASH_ESCAPES
//   C  in single ones: ANSI_QUOTES, under which double ones hold names. They are taken for literals all the same: so a name
//      is lost, but no value is shown
// Of `a = 'x\' OR b = 5 -- '`, A shows `a = ''`, for the text ends with the last quote, and B `a = '' OR b = 0`.
//
// Where the configuration states sql_mode, its reading alone is read, and A alone where no backslash stands before a quote of
// the kind that the text is in, so that none can differ: that is most statements. Of the others
// 1. each reading is tried (readings.ts, with writing.ts, lists.ts, numbers.ts and rows-of-values.ts);
// 2. those are left out that make no sense: with a backslash outside of literals that is not `\N`, or with a name or a word
//    glued to a closing quote, but for keywords that may follow a value (plausible.ts). If none makes sense, all are kept;
// 3. if some of the rest end within a literal and some do not, the former are left out as soon as one of the latter surely has
//    the statement's end: the longest length is known and was not reached, or it looks whole, as each literal stands where a
//    value may, parentheses are closed, and little follows the last literal (plausible.ts). A text that looks whole may be cut
//    all the same, behind what is its last quote: a reading in which that one opens a literal, in a value's place, stays.
//    None is of a statement that is known to be cut, which may well end within a literal;
// 4. if the rest make the same shape, it is the statement's. If they do not, the statement is ambiguous, and a byte is shown
//    only where every reading, also one that makes no sense, has it outside of literals and comments.
//
// What begins in a hint or in a comment that only some servers read, and ends behind it, has no end that all readers agree
// on, nor has a name whose backtick may be half of a character: nothing is shown behind where it begins.
//
// Where a statement is no UTF-8 and a backslash stands behind a byte beyond ASCII, the two may be one character (GBK, Big5,
// Shift JIS): A and C are then tried in this way, too.
import {
  AMBIGUOUS,
  ANSI_QUOTES,
  AUTO,
  CAP,
  CUT,
  MASK_BYTES,
  MAX_SHAPED_BYTES,
  NO_BACKSLASH_ESCAPES,
  SHAPE,
  SHAPE_FLAGS,
  SHAPE_HASH,
  SHAPE_SECRET,
  SLACK,
  SQL_MODE,
} from '../../layout';
import { take } from '../heap';
import { maskOf, sumOf } from '../texts';
import { withoutMadeUpName } from './names-made-up';
import { areInPlace, hasStrayBackslash, looksComplete, nameEnd } from './plausible';
import {
  endsInLiteral,
  escapedQuotes,
  hasWideBackslash,
  IN_DOUBLE,
  IN_LITERAL,
  IN_NAME,
  IN_SINGLE,
  isDoubtful,
  isGlued,
  isOpen,
  JUDGED,
  markAs,
  opensLast,
  readAs,
  shapeEnd,
  WIDE,
  WITH_LISTS,
  WITHOUT_COMMENTS,
} from './readings';
import { BACKTICK, BLANK, isWordByte, POINT, SINGLE_QUOTE } from './sql';

const A: u32 = IN_SINGLE | IN_DOUBLE;
const B: u32 = 0;
const C: u32 = IN_SINGLE;
// Bits of sets of readings.
const IS_B: u32 = 1;
const IS_C: u32 = 2;
const IS_A: u32 = 4;
/** By so many bits further those of characters of two bytes. */
const IS_WIDE: u32 = 2;

const BYTE_ORDER_MARK: u32 = 0x00bf_bbef;
const ELLIPSIS: u32 = 0x00a6_80e2;
const DOTS: u32 = 0x002e_2e2e;
const THREE_BYTES: u32 = 0x00ff_ffff;

/** For ambiguous statements: a mark for each byte, and the statement without what is hidden. 0 until there is one. */
let marks: u32 = 0;
let masked: u32 = 0;

export function resetShapes(): void {
  marks = 0;
  masked = 0;
}

/** Writes the shape of the statement to SHAPE, and its flags and hash; returns its length. */
export function shape(at: u32, length: u32): u32 {
  const from = length >= 3 && (load<u32>(at) & THREE_BYTES) === BYTE_ORDER_MARK ? at + 3 : at;
  const whole = at + length;
  const read = min(whole, from + MAX_SHAPED_BYTES);
  const to = endWithoutSign(from, read, read === whole);
  const isKnownCut = to < whole || isAsLongAsCap(from, read);
  const mode = load<u32>(SQL_MODE);
  readAs(mode === NO_BACKSLASH_ESCAPES ? B : mode === ANSI_QUOTES ? C : A, from, to);
  let flags: u32 = (isKnownCut || isOpen ? CUT : 0) | (isDoubtful ? AMBIGUOUS : 0);
  const isWide = hasWideBackslash && !isUtf8(from, to);
  if (isWide || (mode === AUTO && escapedQuotes !== 0)) {
    flags = chosen(candidates(mode, isWide), from, to, isKnownCut);
  }
  const made = (flags === 0 ? withoutMadeUpName(shapeEnd) : shapeEnd) - SHAPE;
  store<u32>(SHAPE_FLAGS, flags);
  store<u64>(SHAPE_HASH, hashOf(made, flags));
  return made;
}

/** Without what says that the statement went on: `...` glued to it, or ` …`, and bytes of a character that is not all there. */
function endWithoutSign(from: u32, to: u32, isWhole: bool): u32 {
  let end = to;
  if (isWhole && end >= from + 4) {
    const last = load<u32>(end - 4);
    const before = last as u8;
    if (last >>> 8 === DOTS ? before > BLANK : last >>> 8 === ELLIPSIS && before <= BLANK) {
      end -= 3;
    }
  }
  for (let length: u32 = 1; length <= 3 && end >= from + length; length++) {
    const byte = load<u8>(end - length);
    if (byte < 0x80) {
      return end;
    }
    if (byte >= 0xc0) {
      const expected: u32 = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
      return length < expected ? end - length : end;
    }
  }
  return end;
}

function isAsLongAsCap(from: u32, to: u32): bool {
  const cap = load<u32>(CAP);
  if (cap === 0 || to - from < cap) {
    return false;
  }
  let characters: u32 = 0;
  for (let at = from; at < to; at++) {
    characters += ((load<u8>(at) & 0xc0) !== 0x80) as u32;
  }
  return characters >= cap;
}

function isUtf8(from: u32, to: u32): bool {
  let expected: u32 = 0;
  for (let at = from; at < to; at++) {
    const byte = load<u8>(at);
    const continues = (byte & 0xc0) === 0x80;
    if (continues !== expected > 0) {
      return false;
    }
    expected = continues ? expected - 1 : byte < 0xc0 ? 0 : byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
  }
  return expected === 0;
}

/** The readings that can be meant, after the first one was read. */
function candidates(mode: u32, isWide: bool): u32 {
  if (isWide) {
    const readings: u32 = mode === AUTO ? IS_C | IS_A : mode === ANSI_QUOTES ? IS_C : IS_A;
    return readings | (readings << IS_WIDE) | (mode === AUTO ? IS_B : 0);
  }
  // In double quotes C reads no backslash as A does, and so it is A where they have none that matters.
  return (escapedQuotes & IN_DOUBLE) === 0 ? IS_B | IS_A : IS_B | IS_C | IS_A;
}

/** Makes the shape of a statement whose readings may differ; returns its flags. */
function chosen(tried: u32, from: u32, to: u32, isKnownCut: bool): u32 {
  let natural: u32 = 0;
  let ending: u32 = 0;
  let opening: u32 = 0;
  let open: u32 = 0;
  let doubtful: u32 = 0;
  // The highest bit is the last: of UTF-8 that is A, mostly the one that is meant, and then its shape is there.
  for (let left = tried; left !== 0; left &= left - 1) {
    const bit = left & -left;
    readAs(readingOf(bit) | JUDGED, from, to);
    natural |= isGlued || hasStrayBackslash(shapeEnd) ? 0 : bit;
    ending |= endsInLiteral ? bit : 0;
    opening |= opensLast ? bit : 0;
    open |= isOpen ? bit : 0;
    doubtful |= isDoubtful ? bit : 0;
  }
  const outside = natural & ~ending;
  const isInDoubt = !isKnownCut && (natural & ending) !== 0 && outside !== 0;
  let plausible = natural !== 0 ? natural : tried;
  if (isInDoubt && isAnyWhole(outside, from, to)) {
    plausible = outside | cutBehindQuote(natural & opening, from, to);
  }
  const flags: u32 =
    (isKnownCut || (open & plausible) !== 0 ? CUT : 0) | ((doubtful & plausible) !== 0 ? AMBIGUOUS : 0);
  const isWritten = plausible === IS_A && !isInDoubt && tried < IS_A << 1;
  if (isWritten || agree(plausible, from, to)) {
    return flags;
  }
  writeCommon(tried, from, to);
  return flags | AMBIGUOUS | (isOpen ? CUT : 0);
}

function readingOf(bit: u32): u32 {
  if (bit > IS_A) {
    return readingOf(bit >>> IS_WIDE) | WIDE;
  }
  return bit === IS_B ? B : bit === IS_C ? C : A;
}

/** Whether one of these readings, which end outside of literals, surely has the end of the statement. */
/** Of readings in which the last quote opens a literal, those that the statement may have been cut in. */
function cutBehindQuote(readings: u32, from: u32, to: u32): u32 {
  let some: u32 = 0;
  for (let left = load<u32>(CAP) !== 0 ? 0 : readings; left !== 0; left &= left - 1) {
    const bit = left & -left;
    readAs(readingOf(bit) | WITH_LISTS, from, to);
    looksComplete(shapeEnd);
    some |= areInPlace ? bit : 0;
  }
  return some;
}

function isAnyWhole(readings: u32, from: u32, to: u32): bool {
  if (load<u32>(CAP) !== 0) {
    return true;
  }
  for (let left = readings; left !== 0; left &= left - 1) {
    readAs(readingOf(left & -left) | WITH_LISTS, from, to);
    if (!isOpen && looksComplete(shapeEnd)) {
      return true;
    }
  }
  return false;
}

/** Whether the readings make the same shape, which is written then. */
function agree(readings: u32, from: u32, to: u32): bool {
  let hash: u64 = 0;
  for (let left = readings; left !== 0; left &= left - 1) {
    readAs(readingOf(left & -left), from, to);
    const other = hashOf(shapeEnd - SHAPE, 0);
    if (left !== readings && other !== hash) {
      return false;
    }
    hash = other;
  }
  return true;
}

/** Writes what all readings show. */
function writeCommon(readings: u32, from: u32, to: u32): void {
  if (marks === 0) {
    marks = take(MAX_SHAPED_BYTES + SLACK);
    masked = take(MAX_SHAPED_BYTES + 2 * SLACK);
  }
  memory.fill(marks, 0, to - from);
  for (let left = readings; left !== 0; left &= left - 1) {
    const bit = left & -left;
    markAs(readingOf(bit), from, to, marks, (IN_NAME * bit) as u8);
  }
  settleNames(from, to, (IN_NAME * readings) as u8);
  readAs(WITHOUT_COMMENTS, masked, writeMasked(from, to));
}

/** What is a name to some readings, and code to others, is hidden: what stands between two backticks may be anything. */
function settleNames(from: u32, to: u32, ofAll: u8): void {
  let at = from;
  while (at < to) {
    const mark = load<u8>(marks + at - from);
    let next = at + 1;
    if (mark >= IN_NAME) {
      while (next < to && load<u8>(marks + next - from) === mark) {
        next++;
      }
      const isName = mark === ofAll && load<u8>(at) === BACKTICK && nameEnd(at, next) === next;
      memory.fill(marks + at - from, isName ? 0 : IN_LITERAL, next - at);
    }
    at = next;
  }
}

/**
 * The statement with `''` for what any reading takes for a literal, and a blank for what others take for a comment. Returns
 * its end.
 */
function writeMasked(from: u32, to: u32): u32 {
  let out = masked;
  let at = from;
  while (at < to) {
    if (load<u8>(marks + at - from) === 0) {
      store<u8>(out++, load<u8>(at++));
      continue;
    }
    let all: u8 = 0;
    let mark = load<u8>(marks + at - from);
    // With a word or a number that is glued to a literal.
    while (mark !== 0 || ((all & IN_LITERAL) !== 0 && (isWordByte(load<u8>(at)) || load<u8>(at) === POINT))) {
      all |= mark;
      at++;
      if (at === to) {
        break;
      }
      mark = load<u8>(marks + at - from);
    }
    if ((all & IN_LITERAL) !== 0) {
      store<u8>(out++, SINGLE_QUOTE);
      store<u8>(out++, SINGLE_QUOTE);
    } else {
      store<u8>(out++, BLANK);
    }
  }
  return out;
}

/**
 * Of what was made, with its flags. NH of each 32 bytes (RFC 4418, 5.2.2) and a polynomial of those, twice: one of them takes one
 * pair of shapes in 2 ** 32 for the same.
 */
function hashOf(length: u32, flags: u32): u64 {
  const factor0 = load<u64>(SHAPE_SECRET, 64) | 1;
  const factor1 = load<u64>(SHAPE_SECRET, 72) | 1;
  let hash0: u64 = ((length as u64) << 8) | flags;
  let hash1: u64 = hash0;
  for (let passed: u32 = 0; passed < length; passed += MASK_BYTES) {
    const mask = maskOf(min(length - passed, MASK_BYTES));
    hash0 = (hash0 ^ (hash0 >>> 32)) * factor0 + sumOf(SHAPE + passed, mask, SHAPE_SECRET);
    hash1 = (hash1 ^ (hash1 >>> 32)) * factor1 + sumOf(SHAPE + passed, mask, SHAPE_SECRET + MASK_BYTES);
  }
  return mixed(hash0) * (load<u64>(SHAPE_SECRET, 80) | 1) + mixed(hash1) * (load<u64>(SHAPE_SECRET, 88) | 1);
}

function mixed(hash: u64): u64 {
  return hash ^ (hash >>> 29);
}
