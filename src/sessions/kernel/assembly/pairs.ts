// Sessions by user and host. Of more pairs than there is room for, those that many sessions have stay, and none is said to have
// more than it has (Misra and Gries, 1982): each pair has a credit, which a session of it raises, and a session of a pair
// without room lowers all of them; whose credit is gone makes room. So a pair that has more than one session of 4,097 stays.
import {
  LABEL,
  OTHER_TEXT,
  PAIR_ACTIVE,
  PAIR_BYTES,
  PAIR_CREDIT,
  PAIR_HOST,
  PAIR_HOSTS,
  PAIR_SESSIONS,
  PAIR_USER,
  PAIR_USERS,
  SECRET,
  SEEN,
  SEPARATORS,
  WORD,
} from '../layout';
import { take } from './heap';
import { settled } from './texts';

const MOST_PAIRS: u32 = 4_096;
/** A hash table of addresses of pairs, at most half of it taken. */
const LAST_SLOT: u32 = 8_191;
/** Leaves the 13 highest bits of a word of eight bytes. */
const HASH_SHIFT = 51;

/** 0: pairs are not counted. */
let slots: u32 = 0;
let pairs: u32 = 0;
let taken: u32 = 0;

export function resetPairs(): void {
  slots = 0;
}

/** Makes room for pairs. */
export function countPairs(): void {
  slots = take(WORD * (LAST_SLOT + 1));
  pairs = take(PAIR_BYTES * MOST_PAIRS);
  taken = 0;
  memory.fill(slots, 0, WORD * (LAST_SLOT + 1));
}

/** Counts a session for the row's labels. */
export function addPair(isActive: bool): void {
  if (slots === 0) {
    return;
  }
  const user = labelIn(load<u32>(PAIR_USERS));
  const host = labelIn(load<u32>(PAIR_HOSTS));
  const slot = slotOf(user, host);
  let pair = load<u32>(slot);
  if (pair === 0) {
    if (taken === MOST_PAIRS) {
      lowerCredits();
      return;
    }
    pair = pairAt(taken++);
    store<u32>(slot, pair);
    store<u32>(pair, user, PAIR_USER);
    store<u32>(pair, host, PAIR_HOST);
    store<u32>(pair, 0, PAIR_SESSIONS);
    store<u32>(pair, 0, PAIR_ACTIVE);
    store<u32>(pair, 0, PAIR_CREDIT);
  }
  store<u32>(pair, load<u32>(pair, PAIR_SESSIONS) + 1, PAIR_SESSIONS);
  store<u32>(pair, load<u32>(pair, PAIR_ACTIVE) + (isActive as u32), PAIR_ACTIVE);
  store<u32>(pair, load<u32>(pair, PAIR_CREDIT) + 1, PAIR_CREDIT);
}

/**
 * Once the whole file is read: the addresses of the `limit` pairs with the most sessions, of equals those that came first, at
 * SEPARATORS; returns how many. Those of hosts that turned out to be the same one are joined, and of what `other` stands for there are none.
 */
export function rankPairs(limit: u32): u32 {
  if (slots === 0) {
    return 0;
  }
  if (haveSettled()) {
    arrange();
  }
  const otherUser = load<u32>(load<u32>(PAIR_USERS), OTHER_TEXT);
  const otherHost = load<u32>(load<u32>(PAIR_HOSTS), OTHER_TEXT);
  let ranked: u32 = 0;
  for (let number: u32 = 0; number < taken; number++) {
    const pair = pairAt(number);
    if (load<u32>(pair, PAIR_USER) === otherUser || load<u32>(pair, PAIR_HOST) === otherHost) {
      continue;
    }
    const sessions = load<u32>(pair, PAIR_SESSIONS);
    let place = ranked;
    while (place > 0 && load<u32>(rankedAt(place - 1), PAIR_SESSIONS) < sessions) {
      place--;
    }
    if (place === limit) {
      continue;
    }
    ranked = min(ranked + 1, limit);
    for (let last = ranked - 1; last > place; last--) {
      store<u32>(SEPARATORS + WORD * last, rankedAt(last - 1));
    }
    store<u32>(SEPARATORS + WORD * place, pair);
  }
  return ranked;
}

/** Whether a host turned out to be another one. */
function haveSettled(): bool {
  for (let number: u32 = 0; number < taken; number++) {
    const host = load<u32>(pairAt(number), PAIR_HOST);
    if (settled(host) !== host) {
      return true;
    }
  }
  return false;
}

/** By one, which takes no longer than raising them did. */
function lowerCredits(): void {
  let isOneGone = false;
  for (let number: u32 = 0; number < taken; number++) {
    const pair = pairAt(number);
    const credit = load<u32>(pair, PAIR_CREDIT) - 1;
    store<u32>(pair, credit, PAIR_CREDIT);
    isOneGone = isOneGone || credit === 0;
  }
  if (isOneGone) {
    arrange();
  }
}

/** Drops pairs without credit, joins those of the same labels, and finds them by what their labels are now. Their order stays. */
function arrange(): void {
  memory.fill(slots, 0, WORD * (LAST_SLOT + 1));
  const end = taken;
  taken = 0;
  for (let number: u32 = 0; number < end; number++) {
    const pair = pairAt(number);
    if (load<u32>(pair, PAIR_CREDIT) === 0) {
      continue;
    }
    store<u32>(pair, settled(load<u32>(pair, PAIR_HOST)), PAIR_HOST);
    const slot = slotOf(load<u32>(pair, PAIR_USER), load<u32>(pair, PAIR_HOST));
    const same = load<u32>(slot);
    if (same === 0) {
      const place = pairAt(taken++);
      memory.copy(place, pair, PAIR_BYTES);
      store<u32>(slot, place);
    } else {
      store<u32>(same, load<u32>(same, PAIR_SESSIONS) + load<u32>(pair, PAIR_SESSIONS), PAIR_SESSIONS);
      store<u32>(same, load<u32>(same, PAIR_ACTIVE) + load<u32>(pair, PAIR_ACTIVE), PAIR_ACTIVE);
      store<u32>(same, load<u32>(same, PAIR_CREDIT) + load<u32>(pair, PAIR_CREDIT), PAIR_CREDIT);
    }
  }
}

/** The slot of the pair, or the free one where it belongs. Who does not know the secret makes no two pairs collide but by luck. */
function slotOf(user: u32, host: u32): u32 {
  const product = ((user as u64) + load<u32>(SECRET)) * ((host as u64) + load<u32>(SECRET, 4));
  let place = ((product * (load<u64>(SECRET, 8) | 1)) >>> HASH_SHIFT) as u32;
  while (true) {
    const slot = slots + WORD * place;
    const pair = load<u32>(slot);
    if (pair === 0 || (load<u32>(pair, PAIR_USER) === user && load<u32>(pair, PAIR_HOST) === host)) {
      return slot;
    }
    place = (place + 1) & LAST_SLOT;
  }
}

function labelIn(column: u32): u32 {
  return load<u32>(load<u32>(column, SEEN), LABEL);
}

function pairAt(number: u32): u32 {
  return pairs + PAIR_BYTES * number;
}

function rankedAt(place: u32): u32 {
  return load<u32>(SEPARATORS + WORD * place);
}
