// What active sessions run: sessions and seconds by the shape of their statements. There are only so many counters, so that a
// list of distinct statements takes no more memory than another: a shape that has none takes the one with the fewest sessions,
// and inherits its count (Space-Saving: Metwally, Agrawal and El Abbadi, 2005). One with much time stays. A shape that has more sessions than the
// highest count that was inherited has a counter in any case.
import {
  ACTIVE_SECONDS,
  COUNTER_ALIKE,
  COUNTER_BYTES,
  COUNTER_FLAGS,
  COUNTER_HASH,
  COUNTER_HOSTS,
  COUNTER_INHERITED,
  COUNTER_LENGTH,
  COUNTER_NUMBER,
  COUNTER_PLACE,
  COUNTER_ROOM,
  COUNTER_SECONDS,
  COUNTER_SESSIONS,
  COUNTER_SHAPE,
  COUNTER_USERS,
  COUNTERS,
  COUNTERS_TAKEN,
  CUT,
  FIGURE_BYTES,
  HOST_COLUMN,
  LABEL,
  MAX_KEPT_SHAPE,
  MAX_SHARES,
  REST_ERROR,
  REST_SECONDS,
  REST_SESSIONS,
  SEEN,
  SHAPE,
  SHAPE_FLAGS,
  SHAPE_HASH,
  SHARE_BYTES,
  SHARE_INHERITED,
  SHARE_LABEL,
  SHARE_SESSIONS,
  TOTAL,
  USER_COLUMN,
  WORD,
} from '../layout';
import { endOf, startOf } from './cells';
import { addNumber, mergeFigure } from './figures';
import { giveBack, take } from './heap';
import { shape } from './shapes/shape';
import { BLANK } from './shapes/sql';
import { isNull, settled } from './texts';

/** Room for a shape; what outgrows one takes the next. */
const SMALL_ROOM: u32 = 256;
const MIDDLE_ROOM: u32 = 1_024;

let counters: u32 = 0;
let most: u32 = 0;
/** A hash table: addresses of counters, each of which says the next. */
let table: u32 = 0;
let lastPlace: u32 = 0;
/** How often a counter was taken so far, an unused one or another statement's. */
let takings: u32 = 0;
/** Whether the counters are a heap, the one with the fewest sessions on top: as soon as that one is needed. */
let isHeap: bool = false;

/** Makes room for `count` counters; called before the rows of a file whose statements are counted. */
export function makeCounters(count: u32): void {
  most = count;
  counters = take(WORD * count);
  lastPlace = ((1 as u32) << (32 - (clz(count) as u32))) - 1;
  table = take(WORD * (lastPlace + 1));
  memory.fill(table, 0, WORD * (lastPlace + 1));
  takings = 0;
  isHeap = false;
  store<u32>(COUNTERS, counters);
  store<u32>(COUNTERS_TAKEN, 0);
}

/**
 * Counts the statement of an active session, whose cell is at `place`; returns its counter. NULL, blanks and comments alone are no
 * statement: 0.
 */
export function addStatement(place: u32, seconds: f64): u32 {
  const start = startOf(place);
  const end = endOf(place, start);
  if (isMissing(start, end)) {
    return 0;
  }
  const length = shape(start, end - start);
  if (length === 0) {
    return 0;
  }
  const counter = counterOf(length);
  store<u32>(counter, load<u32>(counter, COUNTER_SESSIONS) + 1, COUNTER_SESSIONS);
  addNumber(counter + COUNTER_SECONDS, seconds);
  addShare(counter + COUNTER_USERS, load<u32>(USER_COLUMN));
  addShare(counter + COUNTER_HOSTS, load<u32>(HOST_COLUMN));
  if (isHeap) {
    sink(counter, load<u32>(counter, COUNTER_PLACE));
  }
  return counter;
}

/** Told by the bytes: the rule of the other columns decodes a cell, and no statement is to become a string. */
function isMissing(start: u32, end: u32): bool {
  let first = start;
  while (first < end && load<u8>(first) <= BLANK) {
    first++;
  }
  let last = end;
  while (last > first && load<u8>(last - 1) <= BLANK) {
    last--;
  }
  return first === last || isNull(first, last - first);
}

/** The counter of shapes with this hash, which are taken for one, as they are by the cache; 0 where there is none. */
export function counterWith(hash: u64): u32 {
  for (let counter = load<u32>(placeOf(hash)); counter !== 0; counter = load<u32>(counter, COUNTER_ALIKE)) {
    if (load<u64>(counter, COUNTER_HASH) === hash) {
      return counter;
    }
  }
  return 0;
}

/** The counter of the shape that was made last. */
function counterOf(length: u32): u32 {
  const hash = load<u64>(SHAPE_HASH);
  const known = counterWith(hash);
  if (known !== 0) {
    return known;
  }
  const counter = takenCounter();
  // The one that was let go may have been the first in its place.
  const place = placeOf(hash);
  store<u64>(counter, hash, COUNTER_HASH);
  store<u32>(counter, load<u32>(place), COUNTER_ALIKE);
  store<u32>(place, counter);
  keepShape(counter, length);
  return counter;
}

function placeOf(hash: u64): u32 {
  return table + WORD * ((hash as u32) & lastPlace);
}

/** A counter for a new shape, not yet in the hash table: an unused one, or the one with the fewest sessions. */
function takenCounter(): u32 {
  const count = load<u32>(COUNTERS_TAKEN);
  let counter: u32 = 0;
  if (count < most) {
    counter = take(COUNTER_BYTES);
    store<u32>(counter, count, COUNTER_PLACE);
    store<u32>(counter, 0, COUNTER_SESSIONS);
    store<u32>(counter, 0, COUNTER_ROOM);
    store<u32>(counters + WORD * count, counter);
    store<u32>(COUNTERS_TAKEN, count + 1);
  } else {
    counter = letGo();
  }
  store<u32>(counter, load<u32>(counter, COUNTER_SESSIONS), COUNTER_INHERITED);
  store<u32>(counter, takings++, COUNTER_NUMBER);
  memory.fill(counter + COUNTER_SECONDS, 0, FIGURE_BYTES);
  memory.fill(counter + COUNTER_USERS, 0, COUNTER_BYTES - COUNTER_USERS);
  return counter;
}

/** Of the counters without much time, adds the one with the fewest sessions to the rest; returns it, out of the hash table. */
function letGo(): u32 {
  if (!isHeap) {
    isHeap = true;
    for (let place = most >>> 1; place > 0; place--) {
      sink(counterAt(place - 1), place - 1);
    }
  }
  let counter = counterAt(0);
  while (hasMuchTime(counter)) {
    raise(counter);
    counter = counterAt(0);
  }
  const sessions = load<u32>(counter, COUNTER_SESSIONS);
  const own = sessions - load<u32>(counter, COUNTER_INHERITED);
  store<u32>(REST_SESSIONS, load<u32>(REST_SESSIONS) + own);
  // No counter that was let go before had more.
  store<u32>(REST_ERROR, sessions);
  mergeFigure(REST_SECONDS, counter + COUNTER_SECONDS);
  let link = placeOf(load<u64>(counter, COUNTER_HASH));
  while (load<u32>(link) !== counter) {
    link = load<u32>(link) + COUNTER_ALIKE;
  }
  store<u32>(link, load<u32>(counter, COUNTER_ALIKE));
  return counter;
}

/**
 * Whether a counter has so much of the time of all active sessions that less than a quarter of the counters can have as much.
 * It stays, as few sessions may be at something for long.
 */
function hasMuchTime(counter: u32): bool {
  return (
    load<f64>(counter + COUNTER_SECONDS, TOTAL) * ((most >>> 2) as f64) > load<f64>(ACTIVE_SECONDS, TOTAL)
  );
}

/** Gives the counter on top one session more than one below it has, as if it had inherited them. */
function raise(counter: u32): void {
  const least = min(load<u32>(counterAt(1), COUNTER_SESSIONS), load<u32>(counterAt(2), COUNTER_SESSIONS));
  const more = least + 1 - load<u32>(counter, COUNTER_SESSIONS);
  store<u32>(counter, load<u32>(counter, COUNTER_SESSIONS) + more, COUNTER_SESSIONS);
  store<u32>(counter, load<u32>(counter, COUNTER_INHERITED) + more, COUNTER_INHERITED);
  sink(counter, 0);
}

/** Room has three sizes, and what is outgrown is given back: all that a counter ever takes is 5,376 bytes. */
function keepShape(counter: u32, length: u32): void {
  const kept = min(length, MAX_KEPT_SHAPE);
  const room = load<u32>(counter, COUNTER_ROOM);
  if (kept > room) {
    if (room > 0) {
      giveBack(load<u32>(counter, COUNTER_SHAPE), room);
    }
    const larger: u32 = kept <= SMALL_ROOM ? SMALL_ROOM : kept <= MIDDLE_ROOM ? MIDDLE_ROOM : MAX_KEPT_SHAPE;
    store<u32>(counter, larger, COUNTER_ROOM);
    store<u32>(counter, take(larger), COUNTER_SHAPE);
  }
  memory.copy(load<u32>(counter, COUNTER_SHAPE), SHAPE, kept);
  store<u32>(counter, kept, COUNTER_LENGTH);
  store<u32>(counter, load<u32>(SHAPE_FLAGS) | (kept < length ? CUT : 0), COUNTER_FLAGS);
}

/** Counts the session for the row's label in the column. A label without a share takes the smallest and inherits its count. */
function addShare(shares: u32, column: u32): void {
  if (column === 0) {
    return;
  }
  const label = load<u32>(load<u32>(column, SEEN), LABEL);
  let smallest = shares;
  for (let share = shares; share < shares + MAX_SHARES * SHARE_BYTES; share += SHARE_BYTES) {
    if (load<u32>(share, SHARE_LABEL) === label) {
      store<u32>(share, load<u32>(share, SHARE_SESSIONS) + 1, SHARE_SESSIONS);
      return;
    }
    if (load<u32>(share, SHARE_SESSIONS) < load<u32>(smallest, SHARE_SESSIONS)) {
      smallest = share;
    }
  }
  const inherited = load<u32>(smallest, SHARE_SESSIONS);
  store<u32>(smallest, label, SHARE_LABEL);
  store<u32>(smallest, inherited + 1, SHARE_SESSIONS);
  store<u32>(smallest, inherited, SHARE_INHERITED);
}

/** Once the whole file is read: shares have but their own sessions, are sorted by them, and those of one host are joined. */
export function rankShares(): void {
  const end = counters + WORD * load<u32>(COUNTERS_TAKEN);
  for (let place = counters; place < end; place += WORD) {
    const counter = load<u32>(place);
    rankSharesAt(counter + COUNTER_USERS);
    rankSharesAt(counter + COUNTER_HOSTS);
  }
}

function rankSharesAt(shares: u32): void {
  const end = shares + MAX_SHARES * SHARE_BYTES;
  let ranked = shares;
  for (let share = shares; share < end && load<u32>(share, SHARE_LABEL) !== 0; share += SHARE_BYTES) {
    const label = settled(load<u32>(share, SHARE_LABEL));
    let sessions = load<u32>(share, SHARE_SESSIONS) - load<u32>(share, SHARE_INHERITED);
    let place = shares;
    while (place < ranked && load<u32>(place, SHARE_LABEL) !== label) {
      place += SHARE_BYTES;
    }
    if (place < ranked) {
      sessions += load<u32>(place, SHARE_SESSIONS);
    } else {
      ranked += SHARE_BYTES;
    }
    for (
      ;
      place > shares && load<u32>(place - SHARE_BYTES, SHARE_SESSIONS) < sessions;
      place -= SHARE_BYTES
    ) {
      memory.copy(place, place - SHARE_BYTES, SHARE_BYTES);
    }
    store<u32>(place, label, SHARE_LABEL);
    store<u32>(place, sessions, SHARE_SESSIONS);
  }
  memory.fill(ranked, 0, end - ranked);
}

/** Moves a counter of the heap down from `from`, until none with fewer sessions is below it. */
function sink(counter: u32, from: u32): void {
  let place = from;
  while (true) {
    let below: u32 = 2 * place + 1;
    if (below >= most) {
      break;
    }
    if (below + 1 < most && isFewer(counterAt(below + 1), counterAt(below))) {
      below++;
    }
    if (!isFewer(counterAt(below), counter)) {
      break;
    }
    putAt(place, counterAt(below));
    place = below;
  }
  putAt(place, counter);
}

/** Whether counter `a` is let go before `b`: the one with fewer sessions, then with less time, then the one taken first. */
function isFewer(a: u32, b: u32): bool {
  const sessionsOfA = load<u32>(a, COUNTER_SESSIONS);
  const sessionsOfB = load<u32>(b, COUNTER_SESSIONS);
  if (sessionsOfA !== sessionsOfB) {
    return sessionsOfA < sessionsOfB;
  }
  const secondsOfA = load<f64>(a + COUNTER_SECONDS, TOTAL);
  const secondsOfB = load<f64>(b + COUNTER_SECONDS, TOTAL);
  return secondsOfA === secondsOfB
    ? load<u32>(a, COUNTER_NUMBER) < load<u32>(b, COUNTER_NUMBER)
    : secondsOfA < secondsOfB;
}

function counterAt(place: u32): u32 {
  return load<u32>(counters + WORD * place);
}

function putAt(place: u32, counter: u32): void {
  store<u32>(counters + WORD * place, counter);
  store<u32>(counter, place, COUNTER_PLACE);
}
