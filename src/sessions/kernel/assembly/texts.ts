// The distinct texts of the columns, each kept once as bytes, and what they are counted as. Looking one up decodes nothing
// and allocates nothing; of a new one the program is asked what it says, unless it is plain.
import {
  ANSWER,
  ANSWER_MARKS,
  ASKED_LENGTH,
  CACHE,
  COUNTED,
  COUNTED_ACTIVE,
  FIRST_TEXT,
  IS_ASKED,
  ITSELF,
  KEY,
  KIND,
  LABEL,
  LAST_TABLE,
  LAST_TEXT,
  LENGTH,
  MARKS,
  MASK_BYTES,
  MASKS,
  MAX_KEPT_BYTES,
  MAX_TEXTS,
  MORE,
  NEXT,
  OTHER_TEXT,
  SECRET,
  SETTLED,
  TABLES,
  TEXTS,
  WORD,
} from '../layout';
import { learn, longText } from './asks';
import { giveBack, take } from './heap';

/** A hash table: where its slots are, the number of the last one, and how many are taken. */
const TABLE: u32 = 12;
const SLOTS = 0;
const LAST_SLOT = 4;
const TAKEN = 8;
/** A slot: the text's address, 0 where it is free, and its hash. */
const SLOT: u32 = 8;
const HASH = 4;
const FIRST_SLOTS: u32 = 128;
/** One table of more would take too long to be made anew in one go: its texts go to many tables, by the highest bits of their hashes. */
const MOST_SLOTS_OF_ONE: u32 = 16_384;
const MANY_TABLES: u32 = 64;
const TABLE_SHIFT = 26;
/** The cache of a column: addresses of texts, one for each of 1,024 places. */
const CACHE_BYTES: u32 = 4_096;
/** Leaves the ten highest bits of a word of eight bytes. */
const CACHE_SHIFT = 54;
const LAST_CONTROL: u8 = 0x20;
const DELETE: u8 = 0x7f;
/** `NULL` and `\N`, as words. */
const NULL_WORD: u32 = 0x4c4c_554e;
const ESCAPED_N: u16 = 0x4e5c;

/** A column at `column` whose texts are of this kind. */
export function makeColumn(column: u32, kind: u32, askedLength: u32): void {
  store<u32>(column, kind, KIND);
  store<u32>(column, askedLength, ASKED_LENGTH);
  store<u32>(column, 0, TEXTS);
  store<u32>(column, 0, FIRST_TEXT);
  store<u32>(column, 0, LAST_TEXT);
  store<u32>(column, 0, OTHER_TEXT);
  makeTables(column, 1, FIRST_SLOTS);
  const cache = take(CACHE_BYTES);
  memory.fill(cache, 0, CACHE_BYTES);
  store<u32>(column, cache, CACHE);
}

/** Counts a session of the text; returns what it is kept as. */
export function count(column: u32, at: u32, length: u32): u32 {
  const text = textOf(column, at, length);
  countAs(text);
  return text;
}

export function countAs(text: u32): void {
  const label = load<u32>(text, LABEL);
  store<u32>(label, load<u32>(label, COUNTED) + 1, COUNTED);
}

/** The label that the sessions of an unclear host were added to; of any other itself. */
export function settled(label: u32): u32 {
  return (load<u16>(label, MARKS) & SETTLED) === 0 ? label : load<u32>(label, LABEL);
}

/** The text of these bytes where it was looked up last in its place of the column's cache, for which no whole hash is needed; else 0. */
export function cachedText(column: u32, at: u32, length: u32): u32 {
  if (length > (MASK_BYTES as u32)) {
    return 0;
  }
  const text = load<u32>(load<u32>(column, CACHE) + placeInCache(at, length));
  return isText(text, at, length) ? text : 0;
}

/** Whether a text, or 0, is one of these up to 32 bytes. */
export function isText(text: u32, at: u32, length: u32): bool {
  return text !== 0 && load<u16>(text, LENGTH) === length && isEqual(text, at, maskOf(length));
}

/** What a text is kept as; it is known then what that is counted as, and where it is short, it is in the column's cache. */
export function textOf(column: u32, at: u32, length: u32): u32 {
  if (length > (MAX_KEPT_BYTES as u32)) {
    return longText(column, at, length);
  }
  const text = keptText(column, at, length);
  if (length <= (MASK_BYTES as u32)) {
    store<u32>(load<u32>(column, CACHE) + placeInCache(at, length), text);
  }
  return text;
}

/** The same of a text that is kept as it is. */
export function keptText(column: u32, at: u32, length: u32): u32 {
  const text = entryOf(column, at, length);
  if (load<u32>(text, LABEL) === 0) {
    learnText(column, text);
  }
  return text;
}

/** The text of these bytes, be it known or new; the one of `other` where there is no room for it. */
export function entryOf(column: u32, at: u32, length: u32): u32 {
  return length <= (MASK_BYTES as u32) ? shortEntryOf(column, at, length) : longEntryOf(column, at, length);
}

export function isNull(at: u32, length: u32): bool {
  return length === 4 ? load<u32>(at) === NULL_WORD : length === 2 && load<u16>(at) === ESCAPED_N;
}

/** A visible character of ASCII: begins no blank of Unicode, which trimming would take away. */
export function isGraphic(byte: u8): bool {
  return byte > LAST_CONTROL && byte < DELETE;
}

/** No branch depends on its length. */
function shortEntryOf(column: u32, at: u32, length: u32): u32 {
  const mask = maskOf(length);
  const hash = shortHash(at, length, mask);
  const table = tableOf(column, hash);
  const slots = load<u32>(table, SLOTS);
  const last = load<u32>(table, LAST_SLOT);
  let slot = hash & last;
  while (true) {
    const text = load<u32>(slots + slot * SLOT);
    if (text === 0) {
      return added(column, at, length, hash);
    }
    const isAlike = load<u32>(slots + slot * SLOT, HASH) === hash && load<u16>(text, LENGTH) === length;
    if (isAlike && isEqual(text, at, mask)) {
      return text;
    }
    slot = (slot + 1) & last;
  }
}

/** By the first and the last eight bytes. */
function placeInCache(at: u32, length: u32): u32 {
  const mask = load<u64>(maskOf(length));
  const first = load<u64>(at) & mask;
  const last = load<u64>(length < 8 ? at : at + length - 8) & mask;
  const place = (((first + last * load<u64>(SECRET)) ^ length) * load<u64>(SECRET, 8)) >>> CACHE_SHIFT;
  return (place as u32) * WORD;
}

/** Where the mask of so many bytes is. */
export function maskOf(length: u32): u32 {
  return MASKS + MASK_BYTES - length;
}

/** Who does not know the secret makes no two texts collide but by luck. */
function shortHash(at: u32, length: u32, mask: u32): u32 {
  return mixed(sumOf(at, mask, SECRET), length);
}

/** Of the 32 bytes at `at` that `mask` leaves, with a secret as long: NH, the hash of UMAC (RFC 4418, 5.2.2). */
export function sumOf(at: u32, mask: u32, secret: u32): u64 {
  if (ASC_FEATURE_SIMD) {
    const sum0 = i32x4.add(v128.and(v128.load(at), v128.load(mask)), v128.load(secret));
    const sum1 = i32x4.add(v128.and(v128.load(at, 16), v128.load(mask, 16)), v128.load(secret, 16));
    const products = i64x2.add(i64x2.extmul_low_i32x4_u(sum0, sum1), i64x2.extmul_high_i32x4_u(sum0, sum1));
    return i64x2.extract_lane(products, 0) + i64x2.extract_lane(products, 1);
  } else {
    let sum: u64 = 0;
    for (let passed: u32 = 0; passed < (MASK_BYTES as u32); passed += 8) {
      sum += product(load<u64>(at + passed) & load<u64>(mask + passed), load<u64>(secret + passed));
    }
    return sum;
  }
}

/** Whether the text has the bytes at `at` that `mask` leaves. */
function isEqual(text: u32, at: u32, mask: u32): bool {
  if (ASC_FEATURE_SIMD) {
    const other0 = v128.and(v128.xor(v128.load(text, KEY), v128.load(at)), v128.load(mask));
    const other1 = v128.and(v128.xor(v128.load(text, KEY + 16), v128.load(at, 16)), v128.load(mask, 16));
    return !v128.any_true(v128.or(other0, other1));
  } else {
    const other0 = (load<u64>(text, KEY) ^ load<u64>(at)) & load<u64>(mask);
    const other1 = (load<u64>(text, KEY + 8) ^ load<u64>(at, 8)) & load<u64>(mask, 8);
    const other2 = (load<u64>(text, KEY + 16) ^ load<u64>(at, 16)) & load<u64>(mask, 16);
    const other3 = (load<u64>(text, KEY + 24) ^ load<u64>(at, 24)) & load<u64>(mask, 24);
    return (other0 | other1 | other2 | other3) === 0;
  }
}

function longEntryOf(column: u32, at: u32, length: u32): u32 {
  const hash = longHash(at, length);
  const table = tableOf(column, hash);
  const slots = load<u32>(table, SLOTS);
  const last = load<u32>(table, LAST_SLOT);
  let slot = hash & last;
  while (true) {
    const text = load<u32>(slots + slot * SLOT);
    if (text === 0) {
      return added(column, at, length, hash);
    }
    if (
      load<u32>(slots + slot * SLOT, HASH) === hash &&
      load<u16>(text, LENGTH) === length &&
      memory.compare(text + KEY, at, length) === 0
    ) {
      return text;
    }
    slot = (slot + 1) & last;
  }
}

/** NH of each eight bytes, and a polynomial of those. */
function longHash(at: u32, length: u32): u32 {
  const factor = load<u64>(SECRET, 40) | 1;
  let hash: u64 = 0;
  for (let passed: u32 = 0; passed < length; passed += 8) {
    const left = length - passed;
    const word = load<u64>(at + passed) & (left < 8 ? ((1 as u64) << (8 * left)) - 1 : ~0);
    hash = (hash ^ (hash >>> 32)) * factor + product(word, load<u64>(SECRET));
  }
  return mixed(hash, length);
}

/** Of the two halves of a word, each with a half of the secret added. */
function product(word: u64, secret: u64): u64 {
  const low = (word as u32) + (secret as u32);
  const high = ((word >>> 32) as u32) + ((secret >>> 32) as u32);
  return (low as u64) * (high as u64);
}

/** Texts that differ in high bits alone must not differ in high bits of their hashes alone. */
function mixed(sum: u64, length: u32): u32 {
  const all = (sum + length) ^ (sum >>> 29);
  return ((all * (load<u64>(SECRET, 32) | 1)) >>> 32) as u32;
}

function added(column: u32, at: u32, length: u32, hash: u32): u32 {
  const number = load<u32>(column, TEXTS);
  if (number >= (MAX_TEXTS as u32)) {
    return load<u32>(column, OTHER_TEXT);
  }
  const text = take(KEY + length);
  store<u32>(text, 0, LABEL);
  store<u32>(text, 0, COUNTED);
  store<u32>(text, 0, NEXT);
  store<u32>(text, 0, MORE);
  store<u16>(text, 0, MARKS);
  store<u32>(text, 0, COUNTED_ACTIVE);
  store<u16>(text, length, LENGTH);
  for (let passed: u32 = 0; passed < length; passed += 8) {
    store<u64>(text + passed, load<u64>(at + passed), KEY);
  }
  const last = load<u32>(column, LAST_TEXT);
  if (last === 0) {
    store<u32>(column, text, FIRST_TEXT);
  } else {
    store<u32>(last, text, NEXT);
  }
  store<u32>(column, text, LAST_TEXT);
  store<u32>(column, number + 1, TEXTS);
  place(column, text, hash);
  makeRoom(column, tableOf(column, hash));
  return text;
}

function tableOf(column: u32, hash: u32): u32 {
  return load<u32>(column, TABLES) + TABLE * ((hash >>> TABLE_SHIFT) & load<u32>(column, LAST_TABLE));
}

/** `count` tables of so many slots. */
function makeTables(column: u32, count: u32, slots: u32): void {
  const tables = take(count * TABLE);
  store<u32>(column, tables, TABLES);
  store<u32>(column, count - 1, LAST_TABLE);
  for (let table = tables; table < tables + count * TABLE; table += TABLE) {
    makeSlots(table, slots);
  }
}

function makeSlots(table: u32, count: u32): void {
  const slots = take(count * SLOT);
  memory.fill(slots, 0, count * SLOT);
  store<u32>(table, slots, SLOTS);
  store<u32>(table, count - 1, LAST_SLOT);
  store<u32>(table, 0, TAKEN);
}

/** A table has twice as many slots when it is half full, and of many tables one a little sooner than the other. */
function makeRoom(column: u32, table: u32): void {
  const slots = load<u32>(table, LAST_SLOT) + 1;
  const number = (table - load<u32>(column, TABLES)) / TABLE;
  const least =
    load<u32>(column, LAST_TABLE) === 0 ? slots >>> 1 : (slots >>> 3) * 3 + (slots >>> 8) * number;
  if (load<u32>(table, TAKEN) < least) {
    return;
  }
  const old = load<u32>(table, SLOTS);
  if (load<u32>(column, LAST_TABLE) === 0 && slots === MOST_SLOTS_OF_ONE) {
    makeTables(column, MANY_TABLES, (2 * slots) / MANY_TABLES);
  } else {
    makeSlots(table, 2 * slots);
  }
  // Texts are not moved, nor looked at: those of a million lie far apart.
  for (let slot = old; slot < old + slots * SLOT; slot += SLOT) {
    const text = load<u32>(slot);
    if (text !== 0) {
      place(column, text, load<u32>(slot, HASH));
    }
  }
  giveBack(old, slots * SLOT);
}

function place(column: u32, text: u32, hash: u32): void {
  const table = tableOf(column, hash);
  const slots = load<u32>(table, SLOTS);
  const last = load<u32>(table, LAST_SLOT);
  let slot = hash & last;
  while (load<u32>(slots + slot * SLOT) !== 0) {
    slot = (slot + 1) & last;
  }
  store<u32>(slots + slot * SLOT, text);
  store<u32>(slots + slot * SLOT, hash, HASH);
  store<u32>(table, load<u32>(table, TAKEN) + 1, TAKEN);
}

function learnText(column: u32, text: u32): void {
  const at = text + KEY;
  const length = load<u16>(text, LENGTH) as u32;
  const isAsked = (load<u32>(column, KIND) & IS_ASKED) !== 0 || length === load<u32>(column, ASKED_LENGTH);
  if (!isAsked && isPlain(at, length)) {
    store<u32>(text, text, LABEL);
    return;
  }
  const labelLength = learn(column, at, length);
  store<u16>(text, load<u32>(ANSWER_MARKS) as u16, MARKS);
  store<u32>(text, labelLength === ITSELF ? text : entryOf(column, ANSWER, labelLength), LABEL);
}

/** Whether it is its own label: visible ASCII at both ends, so that nothing is trimmed, and not NULL. */
function isPlain(at: u32, length: u32): bool {
  if (
    length === 0 ||
    isNull(at, length) ||
    !isGraphic(load<u8>(at)) ||
    !isGraphic(load<u8>(at + length - 1))
  ) {
    return false;
  }
  let bits: u8 = 0;
  for (let passed: u32 = 0; passed < length; passed++) {
    bits |= load<u8>(at + passed);
  }
  return bits <= DELETE;
}
