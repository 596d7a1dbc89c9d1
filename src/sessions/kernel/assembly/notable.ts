// Sessions that stand out, chosen while rows come: those at something for the longest, queries for the longest, those with the oldest transactions, those
// that wait for the longest. Of each a record is kept of labels, numbers and ids; of the row nothing is, nor of its statement.
import {
  DOUBLE,
  MAX_ID_BYTES,
  NOTABLE_BYTES,
  NOTABLE_CHOSEN,
  NOTABLE_COUNTER,
  NOTABLE_HASH,
  NOTABLE_LABELS,
  NOTABLE_NUMBER,
  NOTABLE_RANKS,
  SEPARATORS,
  WORD,
} from '../layout';
import { startOf } from './cells';
import { take } from './heap';
import { counterWith } from './statements';
import { isGraphic, isNull, settled } from './texts';

/** Their numbers: a record has a bit for each. */
export const LONGEST: u32 = 0;
export const QUERIES: u32 = 1;
export const OLDEST: u32 = 2;
export const WAITING: u32 = 3;
const SELECTIONS: u32 = 4;

/** A selection: how many records it may have, how many it has, and a heap of their addresses, the one that goes first on top. */
const MOST = 0;
const TAKEN = 4;
const PLACES: u32 = 8;
const SELECTION_BYTES: u32 = 12;
const QUOTE: u8 = 0x22;
const SPACE: u8 = 0x20;
const TAB: u8 = 0x09;

let selections: u32 = 0;
/** Records that are in no selection any more, of which each says the next. */
let free: u32 = 0;

export function makeSelections(longest: u32, queries: u32, oldest: u32, waiting: u32): void {
  selections = take(SELECTIONS * SELECTION_BYTES);
  free = 0;
  makeSelection(LONGEST, longest);
  makeSelection(QUERIES, queries);
  makeSelection(OLDEST, oldest);
  makeSelection(WAITING, waiting);
}

/** Whether a session with this rank is to be in the selection. Of equals those that came first stay. */
export function isChosen(number: u32, rank: f64): bool {
  const selection = selectionOf(number);
  return (
    load<u32>(selection, TAKEN) < load<u32>(selection, MOST) || rank > rankOf(recordAt(selection, 0), number)
  );
}

/** A record for the row of this number, in no selection yet. */
export function newRecord(row: u32): u32 {
  let record = free;
  if (record === 0) {
    record = take(NOTABLE_BYTES);
  } else {
    free = load<u32>(record);
  }
  memory.fill(record, 0, NOTABLE_BYTES);
  store<u32>(record, row, NOTABLE_NUMBER);
  return record;
}

/** Puts a record into a selection that it is to be in. */
export function choose(record: u32, number: u32, rank: f64): void {
  const selection = selectionOf(number);
  store<f64>(record + DOUBLE * number, rank, NOTABLE_RANKS);
  store<u32>(record, load<u32>(record, NOTABLE_CHOSEN) | ((1 as u32) << number), NOTABLE_CHOSEN);
  const taken = load<u32>(selection, TAKEN);
  if (taken < load<u32>(selection, MOST)) {
    store<u32>(selection, taken + 1, TAKEN);
    rise(selection, number, record, taken);
  } else {
    letGo(recordAt(selection, 0), number);
    sink(selection, number, record);
  }
}

/** Keeps an id of a session or a transaction, where it is one that people can use; returns its length, or 0. */
export function keepId(place: u32, target: u32): u32 {
  let start = startOf(place);
  const quotes = start - load<u32>(place) - 1;
  let end = load<u32>(place, WORD) - quotes;
  while (start < end && isSpace(load<u8>(start))) {
    start++;
  }
  while (end > start && isSpace(load<u8>(end - 1))) {
    end--;
  }
  const length = end - start;
  if (length > (MAX_ID_BYTES as u32) || isNull(start, length)) {
    return 0;
  }
  for (let at = start; at < end; at++) {
    if (!isGraphic(load<u8>(at)) || load<u8>(at) === QUOTE) {
      return 0;
    }
  }
  memory.copy(target, start, length);
  return length;
}

function isSpace(byte: u8): bool {
  return byte === SPACE || byte === TAB;
}

/**
 * Once the whole file is read: the addresses of all records, in the order of the rows, at SEPARATORS; returns how many. They
 * have `labels` labels, which are those that hosts turned out to be, and the counters of their statements.
 */
export function chosenNotable(labels: u32): u32 {
  let count: u32 = 0;
  for (let number: u32 = 0; number < SELECTIONS; number++) {
    const selection = selectionOf(number);
    for (let place: u32 = 0; place < load<u32>(selection, TAKEN); place++) {
      const record = recordAt(selection, place);
      // Once, however many selections it is in.
      if (ctz(load<u32>(record, NOTABLE_CHOSEN)) === number) {
        finish(record, labels);
        insert(record, count++);
      }
    }
  }
  return count;
}

function finish(record: u32, labels: u32): void {
  for (let place = record + NOTABLE_LABELS; place < record + NOTABLE_LABELS + WORD * labels; place += WORD) {
    store<u32>(place, settled(load<u32>(place)));
  }
  const hash = load<u64>(record, NOTABLE_HASH);
  // The counter may have been another statement's meanwhile; where there is none any more, the statement is not known.
  store<u32>(record, hash === 0 ? 0 : counterWith(hash), NOTABLE_COUNTER);
}

function insert(record: u32, count: u32): void {
  let place: u32 = SEPARATORS + WORD * count;
  while (
    place > (SEPARATORS as u32) &&
    load<u32>(load<u32>(place - WORD), NOTABLE_NUMBER) > load<u32>(record, NOTABLE_NUMBER)
  ) {
    store<u32>(place, load<u32>(place - WORD));
    place -= WORD;
  }
  store<u32>(place, record);
}

function makeSelection(number: u32, most: u32): void {
  const selection = selectionOf(number);
  store<u32>(selection, most, MOST);
  store<u32>(selection, 0, TAKEN);
  store<u32>(selection + PLACES, take(WORD * most));
}

function letGo(record: u32, number: u32): void {
  const chosen = load<u32>(record, NOTABLE_CHOSEN) & ~((1 as u32) << number);
  store<u32>(record, chosen, NOTABLE_CHOSEN);
  if (chosen === 0) {
    store<u32>(record, free);
    free = record;
  }
}

/** From the new place `at`, up to where no worse one is below it. */
function rise(selection: u32, number: u32, record: u32, at: u32): void {
  let place = at;
  while (place > 0) {
    const above = (place - 1) >>> 1;
    if (!goesBefore(record, recordAt(selection, above), number)) {
      break;
    }
    putAt(selection, place, recordAt(selection, above));
    place = above;
  }
  putAt(selection, place, record);
}

/** From the top, in place of what was there, down to where none that goes before it is below it. */
function sink(selection: u32, number: u32, record: u32): void {
  const count = load<u32>(selection, TAKEN);
  let place: u32 = 0;
  while (true) {
    let below: u32 = 2 * place + 1;
    if (below >= count) {
      break;
    }
    if (below + 1 < count && goesBefore(recordAt(selection, below + 1), recordAt(selection, below), number)) {
      below++;
    }
    if (!goesBefore(recordAt(selection, below), record, number)) {
      break;
    }
    putAt(selection, place, recordAt(selection, below));
    place = below;
  }
  putAt(selection, place, record);
}

/** Whether record `a` is let go before `b`: the one of lower rank, of equals the one that came later. */
function goesBefore(a: u32, b: u32, number: u32): bool {
  const rankOfA = rankOf(a, number);
  const rankOfB = rankOf(b, number);
  return rankOfA === rankOfB
    ? load<u32>(a, NOTABLE_NUMBER) > load<u32>(b, NOTABLE_NUMBER)
    : rankOfA < rankOfB;
}

function rankOf(record: u32, number: u32): f64 {
  return load<f64>(record + DOUBLE * number, NOTABLE_RANKS);
}

function selectionOf(number: u32): u32 {
  return selections + SELECTION_BYTES * number;
}

function recordAt(selection: u32, place: u32): u32 {
  return load<u32>(load<u32>(selection + PLACES) + WORD * place);
}

function putAt(selection: u32, place: u32, record: u32): void {
  store<u32>(load<u32>(selection + PLACES) + WORD * place, record);
}
