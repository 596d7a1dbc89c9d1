// Which values of a dimension are shown: the most frequent ones, with a preference for those shown before, so
// that series do not come and go with every collection. The rest is summed as `other`.
import { OTHER } from '../../../src/sessions/counting/label-counts.js';
import type { DimensionCounts, ValueCount } from '../../../src/sessions/snapshot.js';

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
  const best: ValueCount[] = [];
  let worst: ValueCount | undefined;
  // A million values must not be sorted: whenever twice the limit has gathered, the worse half is dropped.
  const keepBest = (): void => {
    best.sort(byRank);
    best.length = Math.min(best.length, limit);
  };
  for (const [value, sessions] of counts) {
    const candidate = { value, sessions };
    if (value === OTHER || (worst !== undefined && byRank(candidate, worst) > 0)) {
      continue;
    }
    best.push(candidate);
    if (best.length > 2 * limit) {
      keepBest();
      worst = best.at(-1);
    }
  }
  keepBest();
  return best;
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
function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [unitA, unitB] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (unitA !== unitB) {
      return codePointRank(unitA) - codePointRank(unitB);
    }
  }
  return a.length - b.length;
}

function codePointRank(unit: number): number {
  const isSurrogate = unit >= 0xd800 && unit <= 0xdfff;
  return isSurrogate ? unit + 0x10000 : unit;
}
