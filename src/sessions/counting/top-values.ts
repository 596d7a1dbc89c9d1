// Which values of a dimension are shown: the most frequent ones, with a preference for those shown before, so
// that series do not come and go with every collection. The rest is summed as `other`.

import { OTHER } from '../label-text.js';
import type { DimensionCounts } from '../snapshot.js';

/** Labels by number; they are named only where they are shown, for there may be a million of them. */
export interface CountedLabels {
  labels(): Iterable<number>;
  sessionsOf(label: number): number;
  nameOf(label: number): string;
  /** Below 0 where the name of `a` comes before that of `b` by code points. */
  compare(a: number, b: number): number;
}

/** Shows at most `maxValues` labels, besides `other`; `shownBefore` are the values of the last snapshot. */
export function topValues(
  counts: CountedLabels,
  maxValues: number,
  shownBefore: ReadonlySet<string>,
): DimensionCounts {
  let distinct = 0;
  let rest = 0;
  for (const label of counts.labels()) {
    distinct++;
    rest += counts.sessionsOf(label);
  }
  // One more, because a real value of the name `other` has no rank.
  const ranked = mostFrequent(counts, 2 * maxValues + 1)
    .map((label) => ({ label, value: counts.nameOf(label) }))
    .filter(({ value }) => value !== OTHER)
    .slice(0, 2 * maxValues);
  const values = shownOf(ranked, maxValues, shownBefore)
    .sort((a, b) => counts.compare(a.label, b.label))
    .map(({ label, value }) => ({ value, sessions: counts.sessionsOf(label) }));
  for (const { sessions } of values) {
    rest -= sessions;
  }
  if (rest > 0) {
    // Of ASCII alone, so that it has the same place by UTF-16 units as by code points.
    const after = values.findIndex(({ value }) => value > OTHER);
    values.splice(after === -1 ? values.length : after, 0, { value: OTHER, sessions: rest });
  }
  return { values, distinct };
}

interface NamedLabel {
  readonly label: number;
  readonly value: string;
}

/** The first `limit` by rank, in that order. */
function mostFrequent(counts: CountedLabels, limit: number): readonly number[] {
  const byRank = (a: number, b: number): number =>
    counts.sessionsOf(b) - counts.sessionsOf(a) || counts.compare(a, b);
  const best: number[] = [];
  let worst: number | undefined;
  // A million labels must not be sorted: whenever twice the limit has gathered, the worse half is dropped.
  const keepBest = (): void => {
    best.sort(byRank);
    best.length = Math.min(best.length, limit);
  };
  for (const label of counts.labels()) {
    if (worst !== undefined && byRank(label, worst) > 0) {
      continue;
    }
    best.push(label);
    if (best.length > 2 * limit) {
      keepBest();
      worst = best.at(-1);
    }
  }
  keepBest();
  return best;
}

function shownOf(
  ranked: readonly NamedLabel[],
  maxValues: number,
  shownBefore: ReadonlySet<string>,
): NamedLabel[] {
  const sure = ranked.slice(0, Math.ceil(maxValues / 2));
  const contenders = ranked.slice(sure.length);
  const kept = contenders.filter(({ value }) => shownBefore.has(value));
  const fresh = contenders.filter(({ value }) => !shownBefore.has(value));
  return [...sure, ...kept, ...fresh].slice(0, maxValues);
}
