// Which labels of a column have the most sessions, and the times of those that are not shown; of so many labels at a time
// that the event loop gets on in between.
import {
  BY_NAME,
  DISTINCT,
  FIGURE_BYTES,
  KEY,
  LENGTH,
  MARKS,
  MORE,
  NEXT,
  OTHER_TIMES,
  RANKED,
  RANKED_SESSIONS,
  SEPARATORS,
  SHOWN,
  WORD,
} from '../layout';
import { mergeFigure } from './figures';

/**
 * Looks at `some` texts from `first` on, and keeps the `limit` labels that rank first among all that were looked at since
 * RANKED was 0, by the count that is at `by` of each: a heap of words at SEPARATORS, the last of them on top. Returns the text to
 * go on with, 0 at the end.
 */
export function rankLabels(first: u32, some: u32, limit: u32, by: u32): u32 {
  let text = first;
  for (let left = some; text !== 0 && left > 0; left--) {
    const sessions = load<u32>(text + by);
    if (sessions !== 0) {
      store<u32>(DISTINCT, load<u32>(DISTINCT) + 1);
      store<f64>(RANKED_SESSIONS, load<f64>(RANKED_SESSIONS) + (sessions as f64));
      rank(text, limit, by);
    }
    text = load<u32>(text, NEXT);
  }
  return text;
}

/** Sorts the first `count` labels at SEPARATORS, by a count as above, or BY_NAME. */
export function sortLabels(count: u32, by: u32): void {
  for (let place = count >>> 1; place > 0; place--) {
    sink(rankedAt(place - 1), place - 1, count, by);
  }
  for (let last = count; last > 1; last--) {
    const label = rankedAt(last - 1);
    rankAt(last - 1, rankedAt(0));
    sink(label, 0, last - 1, by);
  }
}

/** Adds the times of the labels not shown to OTHER_TIMES, of clients or of the server's threads; as above of `some` texts. */
export function addOtherTimes(first: u32, some: u32, ofServerThreads: bool): u32 {
  let text = first;
  for (let left = some; text !== 0 && left > 0; left--) {
    const times = load<u32>(text, MORE);
    if (times !== 0 && (load<u16>(text, MARKS) & SHOWN) === 0) {
      mergeFigure(OTHER_TIMES, ofServerThreads ? times + FIGURE_BYTES : times);
    }
    text = load<u32>(text, NEXT);
  }
  return text;
}

/** Below 0 where label `a` comes before `b`: by code points of their names, or with more sessions, and by their names among equals. */
function compare(a: u32, b: u32, by: u32): i32 {
  const sessionsOfA = load<u32>(a + by);
  const sessionsOfB = load<u32>(b + by);
  return by === (BY_NAME as u32) || sessionsOfA === sessionsOfB
    ? compareNames(a, b)
    : sessionsOfA > sessionsOfB
      ? -1
      : 1;
}

/** By bytes, which in UTF-8 is by code points. */
function compareNames(a: u32, b: u32): i32 {
  const lengthOfA = load<u16>(a, LENGTH) as u32;
  const lengthOfB = load<u16>(b, LENGTH) as u32;
  const order = memory.compare(a + KEY, b + KEY, min(lengthOfA, lengthOfB));
  return order === 0 ? lengthOfA - lengthOfB : order;
}

function rank(label: u32, limit: u32, by: u32): void {
  const ranked = load<u32>(RANKED);
  if (ranked < limit) {
    store<u32>(RANKED, ranked + 1);
    rise(label, ranked, by);
  } else if (limit > 0 && compare(label, rankedAt(0), by) < 0) {
    sink(label, 0, ranked, by);
  }
}

/** From the new place `at`, up to where no worse one is below it. */
function rise(label: u32, at: u32, by: u32): void {
  let place = at;
  while (place > 0) {
    const above = (place - 1) >>> 1;
    if (compare(label, rankedAt(above), by) < 0) {
      break;
    }
    rankAt(place, rankedAt(above));
    place = above;
  }
  rankAt(place, label);
}

/** From `from`, in place of what was there, down to where none that comes after it is below it. */
function sink(label: u32, from: u32, count: u32, by: u32): void {
  let place = from;
  while (true) {
    let below: u32 = 2 * place + 1;
    if (below >= count) {
      break;
    }
    if (below + 1 < count && compare(rankedAt(below + 1), rankedAt(below), by) > 0) {
      below++;
    }
    if (compare(rankedAt(below), label, by) < 0) {
      break;
    }
    rankAt(place, rankedAt(below));
    place = below;
  }
  rankAt(place, label);
}

function rankedAt(place: u32): u32 {
  return load<u32>(SEPARATORS + WORD * place);
}

function rankAt(place: u32, label: u32): void {
  store<u32>(SEPARATORS + WORD * place, label);
}
