// Which values of a dimension are shown: the most frequent ones, with a preference for those shown before, so
// that series do not come and go with every collection. The rest is summed as `other`.
import type { DimensionCounts, ValueCount } from '../../../src/sessions/snapshot.js';
import { OTHER } from './label-text.js';

/** Shows at most `maxValues` of `counts`, besides `other`; `shownBefore` are the values of the last snapshot. */
export function topValues(
  counts: ReadonlyMap<string, number>,
  maxValues: number,
  shownBefore: ReadonlySet<string>,
): DimensionCounts {
  const ranked = mostFrequent(counts, 2 * maxValues);
  const shown = shownOf(ranked, maxValues, shownBefore);
  let rest = 0;
  for (const sessions of counts.values()) {
    rest += sessions;
  }
  for (const { sessions } of shown) {
    rest -= sessions;
  }
  if (rest > 0) {
    shown.push({ value: OTHER, sessions: rest });
  }
  shown.sort((a, b) => compareText(a.value, b.value));
  return { values: shown, distinct: counts.size };
}

/** The first `limit` by rank, in that order. A real value of the name `other` has no rank. */
function mostFrequent(counts: ReadonlyMap<string, number>, limit: number): ValueCount[] {
  return [...counts]
    .map(([value, sessions]) => ({ value, sessions }))
    .filter(({ value }) => value !== OTHER)
    .sort(byRank)
    .slice(0, limit);
}

function shownOf(
  ranked: readonly ValueCount[],
  maxValues: number,
  shownBefore: ReadonlySet<string>,
): ValueCount[] {
  const sure = ranked.slice(0, Math.ceil(maxValues / 2));
  const contenders = ranked.slice(sure.length);
  const kept = contenders.filter(({ value }) => shownBefore.has(value));
  const fresh = contenders.filter(({ value }) => !shownBefore.has(value));
  return [...sure, ...kept, ...fresh].slice(0, maxValues);
}

function byRank(a: ValueCount, b: ValueCount): number {
  return b.sessions - a.sessions || compareText(a.value, b.value);
}

/** By code points: UTF-16 would put the surrogates of the highest ones before U+E000. */
export function compareText(a: string, b: string): number {
  const [pointsA, pointsB] = [codePoints(a), codePoints(b)];
  const place = pointsA.findIndex((point, index) => point !== pointsB[index]);
  return place === -1 ? pointsA.length - pointsB.length : (pointsA[place] ?? 0) - (pointsB[place] ?? -1);
}

function codePoints(text: string): number[] {
  return [...text].map((character) => character.codePointAt(0) ?? 0);
}
