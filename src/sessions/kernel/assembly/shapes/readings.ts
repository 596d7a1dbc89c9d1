// Reads a statement in one of the ways in which its quotes can be read, and writes its shape: ../../../../statements/shape.ts
// says what is left. What is not copied is found here and nowhere else: literals, comments, and where numbers begin (numbers.ts).
import { SHAPE, SLACK } from '../../layout';
import { placeOf, placeOfEither } from '../blocks';
import { endLiteral, isListed, leaveList, resetLists } from './lists';
import { digitsEnd, passGap, passNumber } from './numbers';
import { mayFollow, nameEnd } from './plausible';
import {
  ASTERISK,
  AT,
  BACKSLASH,
  BACKTICK,
  BLANK,
  DASH,
  DELETE,
  DOUBLE_QUOTE,
  EXCLAMATION,
  HASH,
  isDigit,
  isWordByte,
  LF,
  PLUS,
  POINT,
  SINGLE_QUOTE,
  SLASH,
  wordEnd,
} from './sql';
import { isStop, STEP, stopsIn } from './stops';
import {
  copy,
  dropByte,
  isBehindVerb,
  keepBytes,
  out,
  resetWriting,
  write,
  writeBlank,
  writeQuotes,
} from './writing';

// Ways to read a statement, in bits: whether a backslash makes the quote behind it one of the text, by kinds of quotes;
/** In `'…'`, */
export const IN_SINGLE: u32 = 1;
/** and in `"…"`. */
export const IN_DOUBLE: u32 = 2;
/** All literals of a list are written, not the first two. */
export const WITH_LISTS: u32 = 4;
/** What looks like a comment is code. */
export const WITHOUT_COMMENTS: u32 = 8;
/** What stands at the ends of literals is looked at. */
export const JUDGED: u32 = 16;
/** Where backslashes escape, a byte beyond ASCII and the one behind it, maybe a backslash, are one character, as in GBK. */
export const WIDE: u32 = 32;

/** Marks of bytes. */
export const IN_LITERAL: u8 = 1;
export const IN_COMMENT: u8 = 2;
/** Of names from here on, of each reading another. */
export const IN_NAME: u8 = 4;

/** Of characters of two bytes: no quote is a second one. */
const FIRST_WIDE_BYTE: u8 = 0x80;
const FIRST_SECOND_BYTE: u8 = 0x40;
const CAPITAL_M: u8 = 0x4d;

/** Behind the shape that is written. */
export let shapeEnd: u32 = SHAPE;
/** A literal, a name or a comment had no end. */
export let isOpen: bool = false;
export let endsInLiteral: bool = false;
/** That literal begins with the last of all quotes. */
export let opensLast: bool = false;
/** In which quotes a backslash made another one part of the text, where other readings may differ: bits as of ways. */
export let escapedQuotes: u32 = 0;
/** A backslash that counted as one may be the second byte of a character. */
export let hasWideBackslash: bool = false;

/**
 * A literal or a name in backticks may end elsewhere than any reading has it, for a server may take its beginning for a part of a
 * comment or of a character: the rest of the statement is not shown.
 */
export let isDoubtful: bool = false;

/** Where that is looked at: a word or a name touches a literal that is none of those that may. */
export let isGlued: bool = false;

/** Of SHAPE so many bytes may have been written to: what is copied in steps stays behind a shape. */
let written: u32 = 0;
let end: u32 = 0;
let marks: u32 = 0;
let nameMark: u8 = 0;
let start: u32 = 0;
let ways: u32 = 0;
/** Comments whose content is code. */
let openCode: u32 = 0;
let isInHint: bool = false;

/** Marks at `markedAt` the bytes of literals, comments and names, one mark a byte. */
export function markAs(reading: u32, from: u32, to: u32, markedAt: u32, asName: u8): void {
  marks = markedAt;
  nameMark = asName;
  readAs(reading, from, to);
  marks = 0;
}

/** Writes the shape of what is between `from` and `to`. */
export function readAs(reading: u32, from: u32, to: u32): void {
  start = from;
  end = to;
  ways = reading;
  isOpen = false;
  endsInLiteral = false;
  opensLast = false;
  isDoubtful = false;
  isGlued = false;
  escapedQuotes = 0;
  hasWideBackslash = false;
  openCode = 0;
  isInHint = false;
  resetWriting();
  resetLists((ways & WITH_LISTS) !== 0);
  let at = from;
  while (true) {
    if (out === SHAPE) {
      at = passGap(at, end);
    }
    at = copyPlain(at);
    if (at >= end) {
      break;
    }
    const byte = load<u8>(at);
    if (isDigit(byte)) {
      at = passNumber(at, end);
    } else if (byte === SINGLE_QUOTE) {
      at = passString(at, (ways & IN_SINGLE) !== 0);
    } else if (byte === DOUBLE_QUOTE) {
      at = passString(at, (ways & IN_DOUBLE) !== 0);
    } else if (byte === BACKTICK) {
      at = passName(at);
    } else if ((ways & WITHOUT_COMMENTS) === 0 && byte === SLASH) {
      at = passSlash(at);
    } else if ((ways & WITHOUT_COMMENTS) === 0 && (byte === HASH || isLineComment(at))) {
      at = passLineComment(at);
    } else {
      write(byte);
      at++;
    }
  }
  isOpen = isOpen || openCode > 0 || isInHint;
  shapeEnd = out;
  written = max(written, end - start + SLACK);
}

/** Overwrites the shapes that were made. */
export function wipeShapes(): void {
  memory.fill(SHAPE, 0, written);
  written = 0;
}

/** Copies up to a byte that something else than itself may begin; what is behind `out` is overwritten. */
function copyPlain(from: u32): u32 {
  if (from === start && from < end && isDigit(load<u8>(from))) {
    return from;
  }
  let at = from;
  if (ASC_FEATURE_SIMD) {
    const last = end;
    let target = out;
    while (at < last) {
      v128.store(target, v128.load(at));
      v128.store(target, v128.load(at, 16), 16);
      const stops = stopsIn(at);
      const passed = min(stops === 0 ? STEP : ctz(stops), last - at);
      target += passed;
      at += passed;
      if (stops !== 0) {
        break;
      }
    }
    keepBytes(at - from);
  } else {
    let before: u8 = at > start ? load<u8>(at - 1) : 0;
    while (at < end) {
      const byte = load<u8>(at);
      if (isStop(byte) || (isDigit(byte) && !isWordByte(before) && before !== POINT && before !== AT)) {
        break;
      }
      write(byte);
      before = byte;
      at++;
    }
  }
  return at;
}

function passString(from: u32, escapes: bool): u32 {
  const at = quotedEnd(from, escapes);
  if (mayEndInComment(from, at)) {
    return hideRest(from);
  }
  if ((ways & JUDGED) !== 0) {
    isGlued = isGlued || (at < end && !mayTouch(at));
  }
  return writeString(from, at);
}

function writeString(from: u32, to: u32): u32 {
  mark(from, to, IN_LITERAL);
  const before: u8 = from > start ? load<u8>(from - 1) : 0;
  const isPrefixed = isWordByte(before) || before === AT;
  if (isPrefixed || !isListed(true)) {
    writeQuotes();
  }
  if (isPrefixed) {
    leaveList();
  }
  endLiteral();
  return to;
}

/** Whether what is there may stand right behind a quote. */
function mayTouch(at: u32): bool {
  const byte = load<u8>(at);
  return byte !== BACKTICK && (!isWordByte(byte) || mayFollow(at, wordEnd(at, end) - at));
}

/** Behind the closing quote. */
function quotedEnd(from: u32, escapes: bool): u32 {
  const quote = load<u8>(from);
  if (escapes && (ways & WIDE) !== 0) {
    return wideQuotedEnd(from, quote);
  }
  const escaping = escapes ? BACKSLASH : quote;
  let at = placeOfEither(quote, escaping, from + 1, end);
  while (at < end) {
    const isNextQuote = at + 1 < end && load<u8>(at, 1) === quote;
    if (load<u8>(at) !== quote) {
      hasWideBackslash = hasWideBackslash || load<u8>(at - 1) >= FIRST_WIDE_BYTE;
      escapedQuotes |= !isNextQuote ? 0 : quote === SINGLE_QUOTE ? IN_SINGLE : IN_DOUBLE;
    } else if (!isNextQuote) {
      return at + 1;
    }
    at = placeOfEither(quote, escaping, at + 2, end);
  }
  return leaveOpen(from);
}

/** The same where backslashes escape and a character may have two bytes. */
function wideQuotedEnd(from: u32, quote: u8): u32 {
  let at = from + 1;
  while (at < end) {
    const byte = load<u8>(at);
    const next: u8 = at + 1 < end ? load<u8>(at, 1) : 0;
    if (byte === quote && next !== quote) {
      return at + 1;
    }
    const isWide = byte >= FIRST_WIDE_BYTE && next >= FIRST_SECOND_BYTE;
    at += byte === quote || byte === BACKSLASH || isWide ? 2 : 1;
  }
  return leaveOpen(from);
}

function leaveOpen(from: u32): u32 {
  isOpen = true;
  endsInLiteral = true;
  opensLast = placeOfEither(SINGLE_QUOTE, DOUBLE_QUOTE, from + 1, end) === end;
  return end;
}

function passName(from: u32): u32 {
  const at = nameEnd(from, end);
  if (mayEndInComment(from, min(at, end)) || hasWideBacktick(from, min(at, end))) {
    return hideRest(from);
  }
  if (at <= end) {
    mark(from, at, nameMark);
    return copy(from, at);
  }
  isOpen = true;
  mark(from, end, IN_COMMENT);
  writeBlank();
  return end;
}

/** Whether what begins at `from` begins in a hint, or in a comment whose content is code to some servers only, and goes on behind its end. */
function mayEndInComment(from: u32, to: u32): bool {
  return (openCode > 0 || isInHint) && closingFrom(from, to) < to;
}

/** Where the next mark stands that ends a comment; `to` where none does. */
function closingFrom(from: u32, to: u32): u32 {
  let at = placeOf(SLASH, from + 1, to);
  while (at < to && load<u8>(at - 1) !== ASTERISK) {
    at = placeOf(SLASH, at + 1, to);
  }
  return at < to ? at - 1 : to;
}

/** Whether one of the backticks may be the second byte of a character, as in GBK: the bytes before are none of UTF-8. */
function hasWideBacktick(from: u32, to: u32): bool {
  for (let at = from; at < to; at++) {
    if (load<u8>(at) === BACKTICK && at > start && !endsCharacter(at)) {
      return true;
    }
  }
  return false;
}

/** Whether a character of UTF-8 ends before `end`. */
function endsCharacter(end: u32): bool {
  let first = end - 1;
  while (first > start && (load<u8>(first) & 0xc0) === 0x80 && end - first < 4) {
    first--;
  }
  const byte = load<u8>(first);
  const expected: u32 = byte < 0x80 ? 1 : byte < 0xc0 ? 0 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
  return end - first === expected;
}

function hideRest(from: u32): u32 {
  isOpen = true;
  isDoubtful = true;
  return writeString(from, end);
}

function passSlash(at: u32): u32 {
  // An asterisk before it is code, for comments and literals end with other bytes.
  if (at > start && load<u8>(at - 1) === ASTERISK && (isInHint || openCode > 0)) {
    if (isInHint) {
      isInHint = false;
      write(SLASH);
    } else {
      openCode--;
      dropByte();
      passComment(at - 1, at + 1);
    }
    return at + 1;
  }
  if (at + 1 < end && load<u8>(at, 1) === ASTERISK) {
    return isInHint ? passCommentInHint(at) : passLongComment(at);
  }
  write(SLASH);
  return at + 1;
}

/** Its end is the hint's, too. */
function passCommentInHint(from: u32): u32 {
  return passComment(from, closingFrom(from + 2, end));
}

function passLongComment(from: u32): u32 {
  const third: u8 = from + 2 < end ? load<u8>(from, 2) : 0;
  const fourth: u8 = from + 3 < end ? load<u8>(from, 3) : 0;
  if (third === EXCLAMATION || (third === CAPITAL_M && fourth === EXCLAMATION)) {
    openCode++;
    const at = passComment(from, versionEnd(from + (third === EXCLAMATION ? 3 : 4)));
    return at < end && isDigit(load<u8>(at)) ? passNumber(at, end) : at;
  }
  if (third === PLUS && isBehindVerb()) {
    isInHint = true;
    return copy(from, from + 3);
  }
  const closing = closingFrom(from + 2, end);
  isOpen = isOpen || closing === end;
  return passComment(from, min(closing + 2, end));
}

/** Five or six digits, or none. */
function versionEnd(from: u32): u32 {
  const at = min(digitsEnd(from, end), from + 6);
  return at < from + 5 ? from : at;
}

function passComment(from: u32, to: u32): u32 {
  mark(from, to, IN_COMMENT);
  writeBlank();
  return to;
}

function passLineComment(from: u32): u32 {
  const at = placeOf(LF, from, end);
  return mayEndInComment(from, at) ? hideRest(from) : passComment(from, at);
}

function isLineComment(at: u32): bool {
  if (load<u8>(at) !== DASH || at + 1 >= end || load<u8>(at, 1) !== DASH) {
    return false;
  }
  return at + 2 >= end || load<u8>(at, 2) <= BLANK || load<u8>(at, 2) === DELETE;
}

function mark(from: u32, to: u32, as: u8): void {
  if (marks !== 0) {
    for (let at = from; at < to; at++) {
      store<u8>(marks + at - start, load<u8>(marks + at - start) | as);
    }
  }
}
