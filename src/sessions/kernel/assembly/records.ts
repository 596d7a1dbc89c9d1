// Where the fields and records of a CSV body end (RFC 4180): a block of 64 bytes at a time, without a branch for each
// field. A field starts with a quote or it does not:
//   bare    It runs to the next comma or line end. A quote in it is text.
//   quoted  It runs to the first quote that no other quote follows. Then a comma, a line end or the end of the
//           body must come.
// A block in which each quote opens or closes a field, or is one of two, is read by the parity of the quotes before each
// byte. In any other block, such as one with a quote in a bare field or with a fault, the fields are read one after the other.
import {
  FAULT,
  FAULT_AT,
  FIELDS_OMITTED,
  LINES_IN_QUOTES,
  MAX_FIELDS,
  OPEN_QUOTE,
  REACHED,
  RECORD_ENDS,
  RECORD_ENDS_ROOM,
  RECORDS,
  REST,
  SEPARATORS,
  SEPARATORS_ROOM,
  SOUND,
  TEXT_AFTER_QUOTE,
  WORD,
} from '../layout';
import { BLOCK, before, countOf, isWithout, placeOf, placesOf } from './blocks';

const QUOTE: u8 = 0x22;
const COMMA: u8 = 0x2c;
const LF: u8 = 0x0a;
const CR: u8 = 0x0d;

/** A block, and the fields read one by one that begin in it, add no more than so many. */
const MOST_ADDED = 2 * BLOCK;
const LAST_SEPARATOR: u32 = SEPARATORS + WORD * (SEPARATORS_ROOM - MOST_ADDED);
const LAST_RECORD_END: u32 = RECORD_ENDS + WORD * (RECORD_ENDS_ROOM - MOST_ADDED);
/** Behind the separators that are kept of a record with too many. */
const KEPT_OF_LONG: u32 = SEPARATORS + WORD * (2 + MAX_FIELDS);
/** Of a place in a mask, as in a block of bytes. */
const LAST_BIT = BLOCK - 1;

/** Where the next separator and the next record's end are noted. */
let separator: u32 = 0;
let recordEnd: u32 = 0;
let linesInQuotes: u32 = 0;
/** The end of the bytes that are read; an LF there is none of the file's. */
export let bytesEnd: u32 = 0;

/**
 * Notes the records from `from` on, or as many as there is room for; an LF stands at `to`. `isWhole`: no more bytes
 * come, so that what is left of them is a record, too.
 */
export function findRecords(from: u32, to: u32, isWhole: bool): void {
  store<u32>(FAULT, SOUND);
  store<u32>(FIELDS_OMITTED, 0);
  store<u32>(SEPARATORS, from - 1);
  separator = SEPARATORS + WORD;
  recordEnd = RECORD_ENDS;
  linesInQuotes = 0;
  bytesEnd = to;
  const at = scan(from, to, isWhole);
  if (isWhole && at === to && load<u32>(FAULT) === SOUND && restOf(from) < to) {
    noteSeparator(to, LF);
  }
  const rest = restOf(from);
  store<u32>(RECORDS, (recordEnd - RECORD_ENDS) / WORD);
  store<u32>(REST, rest);
  store<u32>(REACHED, at);
  store<u32>(LINES_IN_QUOTES, linesInQuotes - (rest < at ? countOf(LF, rest, at) : 0));
}

/** Returns up to where. */
function scan(from: u32, to: u32, isWhole: bool): u32 {
  let at = from;
  /** All ones inside of quotes. */
  let inside: u64 = 0;
  /** Whether a quote at `at` would open a field, or be the second of two. */
  let mayOpen: u64 = 1;
  while (at < to) {
    if ((separator > LAST_SEPARATOR || recordEnd > LAST_RECORD_END) && !hasMadeRoom()) {
      return at;
    }
    if (inside !== 0) {
      at = passQuoted(at, to);
    }
    const left = to - at;
    const some = left < BLOCK ? before(left) : ~0;
    const lines = placesOf(LF, at) & some;
    const quotes = placesOf(QUOTE, at) & some;
    if (quotes === 0) {
      if (inside !== 0) {
        linesInQuotes += popcnt(lines) as u32;
      } else {
        const separators = (placesOf(COMMA, at) & some) | lines;
        note(at, separators, lines);
        mayOpen = separators >>> LAST_BIT;
      }
      at = min(at + BLOCK, to);
      continue;
    }
    const within = parityOf(quotes) ^ inside;
    const separators = (placesOf(COMMA, at) & some) | lines;
    const outside = separators & ~within;
    const closing = quotes & ~within;
    const opening = quotes & within;
    const mayFollow = separators | quotes | lineEndsIn(at, to, lines);
    const followed = (mayFollow >>> 1) | (isFollowed(at, to) ? (1 as u64) << min(left - 1, LAST_BIT) : 0);
    const openable = ((outside | closing) << 1) | mayOpen;
    if (((opening & ~openable) | (closing & ~followed)) !== 0) {
      const reached = readFields(load<u32>(separator - WORD) + 1, at, min(at + BLOCK, to), to, isWhole);
      if (load<u32>(FAULT) !== SOUND || reached >= to) {
        return reached;
      }
      at = reached;
      inside = 0;
      mayOpen = 1;
      continue;
    }
    linesInQuotes += popcnt(lines & within) as u32;
    note(at, outside, lines & ~within);
    mayOpen = (outside | closing) >>> LAST_BIT;
    inside = (((within as i64) << (left < BLOCK ? BLOCK - left : 0)) >> LAST_BIT) as u64;
    at = min(at + BLOCK, to);
  }
  if (inside !== 0 && isWhole) {
    return refuse(OPEN_QUOTE, load<u32>(separator - WORD) + 1, to);
  }
  return to;
}

/** Passes over blocks that are all in quotes, as most of a statement is. */
function passQuoted(from: u32, to: u32): u32 {
  let at = from;
  for (; at + BLOCK <= to && isWithout(QUOTE, at); at += BLOCK) {
    if (!isWithout(LF, at)) {
      linesInQuotes += popcnt(placesOf(LF, at)) as u32;
    }
  }
  return at;
}

/** For each byte whether an odd number of quotes is before it or at it. */
function parityOf(quotes: u64): u64 {
  let parity = quotes ^ (quotes << 1);
  parity ^= parity << 2;
  parity ^= parity << 4;
  parity ^= parity << 8;
  parity ^= parity << 16;
  return parity ^ (parity << 32);
}

/** The CRs of a block that an LF follows. */
function lineEndsIn(at: u32, to: u32, lines: u64): u64 {
  const next = (at + BLOCK < to && load<u8>(at, BLOCK) === LF ? 1 : 0) as u64;
  return placesOf(CR, at) & ((lines >>> 1) | (next << LAST_BIT));
}

/** Whether what stands behind the block may stand behind a closing quote. */
function isFollowed(at: u32, to: u32): bool {
  if (at + BLOCK >= to) {
    return true;
  }
  const next = load<u8>(at, BLOCK);
  return (
    next === COMMA ||
    next === LF ||
    next === QUOTE ||
    (next === CR && at + BLOCK + 1 < to && load<u8>(at, BLOCK + 1) === LF)
  );
}

/** Notes the separators of a block; `lines` are those that end records. */
function note(at: u32, separators: u64, lines: u64): void {
  const first = separator;
  let left = separators;
  let count = popcnt(separators) as u32;
  separator = first + WORD * count;
  for (let ends = lines; ends !== 0; ends &= ends - 1) {
    const passed = popcnt(separators & ((ends & -ends) - 1)) as u32;
    store<u32>(recordEnd, first + WORD * passed);
    recordEnd += WORD;
  }
  // Eight without asking: a place behind the last is overwritten by the next block.
  for (let next = first; ; next += 8 * WORD) {
    store<u32>(next, at + (ctz(left) as u32));
    left &= left - 1;
    store<u32>(next, at + (ctz(left) as u32), WORD);
    left &= left - 1;
    store<u32>(next, at + (ctz(left) as u32), 2 * WORD);
    left &= left - 1;
    store<u32>(next, at + (ctz(left) as u32), 3 * WORD);
    left &= left - 1;
    store<u32>(next, at + (ctz(left) as u32), 4 * WORD);
    left &= left - 1;
    store<u32>(next, at + (ctz(left) as u32), 5 * WORD);
    left &= left - 1;
    store<u32>(next, at + (ctz(left) as u32), 6 * WORD);
    left &= left - 1;
    store<u32>(next, at + (ctz(left) as u32), 7 * WORD);
    left &= left - 1;
    if (count <= 8) {
      return;
    }
    count -= 8;
  }
}

function noteSeparator(at: u32, byte: u8): void {
  store<u32>(separator, at);
  if (byte === LF) {
    store<u32>(recordEnd, separator);
    recordEnd += WORD;
  }
  separator += WORD;
}

/** Where there is no whole record yet, its fields are too many to be kept. */
function hasMadeRoom(): bool {
  if (recordEnd !== RECORD_ENDS) {
    return false;
  }
  const last = load<u32>(separator - WORD);
  store<u32>(FIELDS_OMITTED, load<u32>(FIELDS_OMITTED) + (separator - KEPT_OF_LONG) / WORD);
  separator = KEPT_OF_LONG;
  store<u32>(separator - WORD, last);
  return true;
}

function restOf(from: u32): u32 {
  return recordEnd === RECORD_ENDS ? from : load<u32>(load<u32>(recordEnd - WORD)) + 1;
}

/**
 * Reads fields one by one, from `from` up to one that ends at `least` or behind it; line ends in quotes are counted from
 * `counted` on. Returns where the next field begins; `to` or more where the bytes end before, or the place of a fault.
 */
function readFields(from: u32, counted: u32, least: u32, to: u32, isWhole: bool): u32 {
  let at = from;
  while (at < least) {
    const start = at;
    if (load<u8>(start) === QUOTE) {
      let quote = placeOf(QUOTE, start + 1, to);
      while (quote + 1 < to && load<u8>(quote, 1) === QUOTE) {
        quote = placeOf(QUOTE, quote + 2, to);
      }
      linesInQuotes += countOf(LF, max(start, counted), max(quote, counted));
      if (quote >= to) {
        return isWhole ? refuse(OPEN_QUOTE, start, to) : to;
      }
      at = quote + 1;
      const next = load<u8>(at);
      if (next === CR) {
        at++;
        if (load<u8>(at) !== LF || (at === to && isWhole)) {
          return refuse(TEXT_AFTER_QUOTE, at, at);
        }
      } else if (next !== COMMA && next !== LF) {
        return refuse(TEXT_AFTER_QUOTE, at, at);
      }
    } else {
      at = separatorFrom(start, to);
    }
    if (at >= to) {
      return to;
    }
    noteSeparator(at, load<u8>(at));
    at++;
  }
  return at;
}

/** Of a bare field; `to` where it has none. */
function separatorFrom(start: u32, to: u32): u32 {
  for (let at = start; at < to; at += BLOCK) {
    const places = placesOf(COMMA, at) | placesOf(LF, at);
    if (places !== 0) {
      return min(at + (ctz(places) as u32), to);
    }
  }
  return to;
}

/** Returns up to where was read. */
function refuse(fault: u32, at: u32, reached: u32): u32 {
  store<u32>(FAULT, fault);
  store<u32>(FAULT_AT, at);
  return reached;
}
