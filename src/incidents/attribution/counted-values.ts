// What a session list says of each value, one shape for all that growth is looked for in: dimensions, statements, and pairs of user and host.
import type { Dimension } from '../../sessions/dimensions.js';
import { OTHER } from '../../sessions/label-text.js';
import type { PairCount } from '../../sessions/session-details.js';
import type { Snapshot, ValueCount } from '../../sessions/snapshot.js';
import type { Statement } from '../../statements/statement.js';
import type { Measure, Observed } from '../observation.js';

export const LISTS = [
  'user',
  'host',
  'database',
  'state',
  'command',
  'statement',
  'pairs',
] as const satisfies readonly (Dimension | 'statement' | 'pairs')[];
export type List = (typeof LISTS)[number];

/** A count is undefined where the list does not say it, as of a value that is not among those shown. */
export interface CountedValue {
  /** Tells it from the others of its list. */
  readonly key: string;
  /** Of a pair its user, of a statement its digest. */
  readonly value: string;
  /** Of a pair. */
  readonly host?: string;
  readonly statement?: Statement;
  readonly sessions: number | undefined;
  readonly active: number | undefined;
}

export interface CountedList {
  /** Without `other`, which is no value; those with the most sessions first. */
  readonly values: readonly CountedValue[];
  /** The most that a value can have which is not among them; absent where the list does not count so. */
  readonly missing: { readonly sessions?: number; readonly active?: number };
}

/** Undefined where the dimension is off, the column is missing, or statements are not read. */
export function countedList(list: List, { snapshot, details }: Observed): CountedList | undefined {
  switch (list) {
    case 'statement':
      return countedStatements(snapshot);
    case 'pairs':
      return details && details.pairs.length > 0 ? countedPairs(snapshot, details.pairs) : undefined;
    default: {
      const sessions = snapshot.dimensions.get(list)?.values;
      return countedDimension(sessions, details?.active.get(list), snapshot.active);
    }
  }
}

/** What a value has of a measure; statements are those of active sessions, whatever is measured. */
export function measureOf(list: List, measure: Measure): Measure {
  return list === 'statement' ? 'active' : measure;
}

function countedDimension(
  all: readonly ValueCount[] | undefined,
  active: readonly ValueCount[] | undefined,
  totalActive: number | undefined,
): CountedList | undefined {
  if (all === undefined && active === undefined) {
    return undefined;
  }
  const known = all?.filter(({ value }) => value !== OTHER);
  const knownActive = active?.filter(({ value }) => value !== OTHER);
  const missing = {
    ...(known && all && { sessions: mostMissing(known, sum(all) - sum(known)) }),
    ...(knownActive && { active: mostMissing(knownActive, (totalActive ?? 0) - sum(knownActive)) }),
  };
  // No session of the others is active, where those that have any are all there.
  const unnamed = missing.active === 0 ? 0 : undefined;
  const left = new Map(knownActive?.map(({ value, sessions }) => [value, sessions]));
  const values: CountedValue[] = [];
  for (const { value, sessions } of known ?? []) {
    values.push({ key: value, value, sessions, active: left.get(value) ?? unnamed });
    left.delete(value);
  }
  for (const [value, sessions] of left) {
    values.push({ key: value, value, sessions: undefined, active: sessions });
  }
  return { values: ranked(values), missing };
}

function countedStatements({ statements }: Snapshot): CountedList | undefined {
  if (statements === undefined) {
    return undefined;
  }
  const { shown, rest, error } = statements;
  const values = shown.map(({ statement, sessions }) => ({
    key: statement.digest,
    value: statement.digest,
    statement,
    sessions: undefined,
    active: sessions,
  }));
  // One that was let go of had, for all that is known, all sessions of the rest.
  return {
    values: ranked(values),
    missing: { active: error > 0 ? rest.sessions : mostMissing(shown, rest.sessions) },
  };
}

function countedPairs({ sessions, active }: Snapshot, pairs: readonly PairCount[]): CountedList {
  const values = pairs.map(
    ({ user, host, sessions: all, active: some }): CountedValue => ({
      // Whatever characters the two have, no other two are the same.
      key: `${user.length} ${user}${host}`,
      value: user,
      host,
      sessions: all,
      active: active === undefined ? undefined : some,
    }),
  );
  const most = sessions === undefined ? undefined : mostMissing(pairs, sessions - sum(pairs));
  const activeRest = (active ?? 0) - pairs.reduce((all, pair) => all + pair.active, 0);
  return {
    values: ranked(values),
    missing: {
      ...(most !== undefined && { sessions: most }),
      ...(active !== undefined && { active: Math.min(Math.max(activeRest, 0), most ?? activeRest) }),
    },
  };
}

/**
 * What a value can have at most that is not among those known, which are the most frequent ones; in their second half may be some that only
 * were so before (`steadyTop`). `rest`: what all others have together.
 */
function mostMissing(known: readonly { readonly sessions: number }[], rest: number): number {
  if (rest <= 0) {
    return 0;
  }
  const counts = Uint32Array.from(known, ({ sessions }) => sessions).sort();
  return Math.min(rest, counts[Math.floor(counts.length / 2)] ?? rest);
}

function ranked(values: CountedValue[]): CountedValue[] {
  const rank = ({ sessions = 0, active = 0 }: CountedValue) => sessions + active;
  return values.sort((a, b) => rank(b) - rank(a));
}

function sum(counts: readonly { readonly sessions: number }[]): number {
  return counts.reduce((all, { sessions }) => all + sessions, 0);
}
