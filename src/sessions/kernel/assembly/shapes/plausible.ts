// Whether a reading of a statement's quotes makes sense, told from its shape.
import { AFTER_LITERAL, BEFORE_LITERAL, SHAPE } from '../../layout';
import { placeOf, placeOfEither } from '../blocks';
import {
  AT,
  BACKSLASH,
  BACKTICK,
  BLANK,
  CLOSING,
  COMMA,
  EQUALS,
  EXCLAMATION,
  GREATER,
  isDigit,
  isKeyword,
  isWordByte,
  LESS,
  OPENING,
  SEMICOLON,
  SINGLE_QUOTE,
  SMALL,
  UNDERSCORE,
  wordEnd,
} from './sql';

// What introduces a text (`N'…'`).
const CAPITAL_B: u8 = 0x42;
const CAPITAL_N: u8 = 0x4e;
const CAPITAL_X: u8 = 0x58;

/** Each literal stands where a value may. */
export let areInPlace: bool = false;
let isBehindLiteral: bool = false;
/** Nothing but what may end a statement stands behind the last literal. */
let endsSoon: bool = false;
/** What stands before: a word of so many bytes, or 0, and whether another thing may stand before a value. */
let wordStart: u32 = 0;
let wordLength: u32 = 0;
let mayPrecede: bool = false;

/** Whether a backslash stands outside of literals and comments, but for `\N`. */
export function hasStrayBackslash(end: u32): bool {
  let at = placeOfEither(BACKSLASH, BACKTICK, SHAPE, end);
  while (at < end) {
    if (load<u8>(at) === BACKTICK) {
      at = nameEnd(at, end);
    } else if (at + 1 >= end || load<u8>(at, 1) !== CAPITAL_N) {
      return true;
    } else {
      at++;
    }
    at = placeOfEither(BACKSLASH, BACKTICK, at, end);
  }
  return false;
}

/** Whether the word may stand right before a quote: it says what kind of text comes, or a value may follow. */
export function mayIntroduce(at: u32, length: u32): bool {
  return isIntroducer(at, length) || isKeyword(at, length, BEFORE_LITERAL);
}

/** Whether the word may stand right behind a quote. */
export function mayFollow(at: u32, length: u32): bool {
  return isKeyword(at, length, AFTER_LITERAL);
}

/** Whether each literal stands where a value may stand, and behind the last one the statement soon ends. Lists must be whole. */
export function looksComplete(end: u32): bool {
  areInPlace = true;
  isBehindLiteral = false;
  endsSoon = false;
  wordLength = 0;
  mayPrecede = false;
  let depth: i32 = 0;
  let at: u32 = SHAPE;
  while (at < end && areInPlace) {
    const byte = load<u8>(at);
    if (byte <= BLANK) {
      at++;
    } else if (isWordByte(byte)) {
      at = judgeWord(at, wordEnd(at, end));
    } else if (byte === SINGLE_QUOTE) {
      at = judgeLiteral(at);
    } else if (byte === BACKTICK) {
      at = nameEnd(at, end);
      judgeOther(false, false, false);
    } else {
      at++;
      depth += byte === OPENING ? 1 : byte === CLOSING ? -1 : 0;
      judgeOther(mayFollowValue(byte), mayPrecedeValue(byte), byte === CLOSING || byte === SEMICOLON);
      areInPlace = areInPlace && depth >= 0;
    }
  }
  return areInPlace && endsSoon && depth === 0;
}

/** Behind the name in backticks that begins at `from`; behind `end` where it has no end. */
export function nameEnd(from: u32, end: u32): u32 {
  let at = from;
  do {
    at = placeOf(BACKTICK, at + 1, end) + 1;
  } while (at < end && load<u8>(at) === BACKTICK);
  return at;
}

/** Words are looked up only where it matters which ones they are. */
function judgeWord(at: u32, end: u32): u32 {
  const length = end - at;
  if (isBehindLiteral) {
    areInPlace = isKeyword(at, length, AFTER_LITERAL);
    isBehindLiteral = false;
  }
  endsSoon =
    endsSoon &&
    (areAllDigits(at, end) || isKeyword(at, length, AFTER_LITERAL) || isKeyword(at, length, BEFORE_LITERAL));
  wordStart = at;
  wordLength = length;
  return end;
}

function judgeLiteral(at: u32): u32 {
  areInPlace = wordLength > 0 ? mayIntroduce(wordStart, wordLength) : mayPrecede || isBehindLiteral;
  isBehindLiteral = true;
  endsSoon = true;
  wordLength = 0;
  mayPrecede = false;
  return at + 2;
}

function judgeOther(mayStandBehind: bool, mayStandBefore: bool, mayEnd: bool): void {
  areInPlace = mayStandBehind || !isBehindLiteral;
  endsSoon = endsSoon && mayEnd;
  isBehindLiteral = false;
  wordLength = 0;
  mayPrecede = mayStandBefore;
}

function isIntroducer(at: u32, length: u32): bool {
  const first = load<u8>(at);
  if (length > 1) {
    return first === UNDERSCORE;
  }
  const capital = first & ~SMALL;
  return capital === CAPITAL_N || capital === CAPITAL_X || capital === CAPITAL_B;
}

function areAllDigits(from: u32, to: u32): bool {
  for (let at = from; at < to; at++) {
    if (!isDigit(load<u8>(at))) {
      return false;
    }
  }
  return true;
}

/** `!` `)` `;`, and what may stand before one, too. */
function mayFollowValue(byte: u8): bool {
  return byte === EXCLAMATION || byte === CLOSING || byte === SEMICOLON || isJoining(byte);
}

/** `(`, and what may stand behind one, too. */
function mayPrecedeValue(byte: u8): bool {
  return byte === OPENING || isJoining(byte);
}

/** One of `, < = > @`. Arithmetic with texts is rarer than a `%` or a dash where a text only seems to begin or to end. */
function isJoining(byte: u8): bool {
  return byte === COMMA || byte === LESS || byte === EQUALS || byte === GREATER || byte === AT;
}
