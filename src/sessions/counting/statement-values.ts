// Which digests become series: those that the most sessions run, with a preference for those shown before, as in
// top-values.ts.
import { NONE, OTHER } from '../label-text.js';
import type { Snapshot, ValueCount } from '../snapshot.js';
import { steadyTop } from './top-values.js';

/** The snapshot with the values of its series, at most `maxValues` besides `none` and `other`; `previous`: the one before. */
export function withStatementValues(snapshot: Snapshot, maxValues: number, previous?: Snapshot): Snapshot {
  const { statements, active } = snapshot;
  if (statements === undefined) {
    return snapshot;
  }
  const shownBefore = new Set(previous?.statements?.values?.map(({ value }) => value));
  const ranked = statements.shown
    .map(({ statement, sessions }): ValueCount => ({ value: statement.digest, sessions }))
    .toSorted((a, b) => b.sessions - a.sessions || compare(a.value, b.value))
    .slice(0, 2 * maxValues);
  const digests = steadyTop(ranked, maxValues, shownBefore);
  const shown = digests.reduce((sum, { sessions }) => sum + sessions, 0);
  const summed: ValueCount[] = [
    { value: NONE, sessions: (active ?? statements.sessions) - statements.sessions },
    { value: OTHER, sessions: statements.sessions - shown },
  ];
  const values = [
    ...digests.toSorted((a, b) => compare(a.value, b.value)),
    ...summed.filter(({ sessions }) => sessions > 0),
  ];
  return { ...snapshot, statements: { ...statements, values } };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
