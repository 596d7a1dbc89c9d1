// Which values of a dimension are shown: the most frequent ones, with a preference for those shown before, so
// that series do not come and go with every collection. The rest is summed as `other`.

import { OTHER } from '../label-text.js';
import type { DimensionCounts } from '../snapshot.js';
import type { TextColumn } from './text-column.js';

export interface TopValues {
  readonly counts: DimensionCounts;
  /** Of each value shown but `other`. */
  readonly labels: ReadonlyMap<string, number>;
}

/**
 * Shows at most `maxValues` labels, besides `other`; `shownBefore` are the values of the last snapshot. Yields where the event
 * loop may go on: there may be a million labels.
 */
export function* topValues(
  column: TextColumn,
  maxValues: number,
  shownBefore: ReadonlySet<string>,
): Generator<void, TopValues, undefined> {
  // One more, because a real value of the name `other` has no rank.
  const { labels: first, distinct, sessions } = yield* column.ranked(2 * maxValues + 1);
  const ranked = first
    .map((label) => ({ label, value: column.shownName(label) }))
    .filter(({ value }) => value !== OTHER)
    .slice(0, 2 * maxValues);
  const shown = new Map(steadyTop(ranked, maxValues, shownBefore).map(({ label, value }) => [label, value]));
  const sorted = column.sortedByName([...shown.keys()]);
  const values = sorted.map((label) => ({
    value: shown.get(label) ?? '',
    sessions: column.sessionsOf(label),
  }));
  const rest = values.reduce((left, { sessions: ofValue }) => left - ofValue, sessions);
  if (rest > 0) {
    // Of ASCII alone, so that it has the same place by UTF-16 units as by code points.
    const after = values.findIndex(({ value }) => value > OTHER);
    values.splice(after === -1 ? values.length : after, 0, { value: OTHER, sessions: rest });
  }
  return {
    counts: { values, distinct },
    labels: new Map([...shown].map(([label, value]) => [value, label])),
  };
}

/** Of values in the order of their rank, `maxValues`: the first half in any case, then those shown before, then the others. */
export function steadyTop<Value extends { readonly value: string }>(
  ranked: readonly Value[],
  maxValues: number,
  shownBefore: ReadonlySet<string>,
): Value[] {
  const sure = ranked.slice(0, Math.ceil(maxValues / 2));
  const contenders = ranked.slice(sure.length);
  const kept = contenders.filter(({ value }) => shownBefore.has(value));
  const fresh = contenders.filter(({ value }) => !shownBefore.has(value));
  return [...sure, ...kept, ...fresh].slice(0, maxValues);
}
