// What the active sessions of a node run, for people: a part of node-view.ts.
import type { StatementCount, StatementCounts, ValueCount } from '../../sessions/snapshot.js';
import type { TextVisibility } from '../../statements/text-visibility.js';

/** So many with the most sessions are shown, and so many with the most time. */
export const TOP_STATEMENTS = 10;

export interface StatementView {
  readonly digest: string;
  /** Without values; null where texts are not shown. */
  readonly text: string | null;
  readonly family: string;
  readonly cut: boolean;
  readonly ambiguous: boolean;
  readonly sensitive: boolean;
  readonly sessions: number;
  /** Null, as the longest is, where the file has no column of times, or none that can be read. */
  readonly seconds: number | null;
  readonly longest_seconds: number | null;
  readonly users: readonly ValueCount[];
  readonly hosts: readonly ValueCount[];
}

export interface StatementsView {
  /** Active sessions that have a statement. */
  readonly sessions: number;
  /** Counted apart; there are more, if `error` is above 0. */
  readonly distinct: number;
  /** So many more sessions than it says a statement may have. */
  readonly error: number;
  /** Those with the most sessions and those with the most time, by sessions. */
  readonly top: readonly StatementView[];
  /** All others. */
  readonly rest: { readonly sessions: number; readonly seconds: number | null };
}

/** Null where statements are not known, or not to be. */
export function viewStatements(
  counts: StatementCounts | undefined,
  texts: TextVisibility,
): StatementsView | null {
  if (counts === undefined || texts === 'off') {
    return null;
  }
  const { sessions, distinct, error, shown, rest } = counts;
  const top = new Set([
    ...first(shown, (one) => one.sessions),
    ...first(shown, (one) => one.totalSeconds ?? 0),
  ]);
  const others = shown.filter((one) => !top.has(one));
  const seconds = [...others, rest].flatMap(({ totalSeconds = [] }) => totalSeconds);
  return {
    sessions,
    distinct,
    error,
    top: shown.filter((one) => top.has(one)).map((one) => viewStatement(one, texts)),
    rest: {
      sessions: [...others, rest].reduce((sum, one) => sum + one.sessions, 0),
      seconds: seconds.length === 0 ? null : seconds.reduce((sum, some) => sum + some, 0),
    },
  };
}

function first(
  shown: readonly StatementCount[],
  sizeOf: (one: StatementCount) => number,
): readonly StatementCount[] {
  return shown.toSorted((a, b) => sizeOf(b) - sizeOf(a)).slice(0, TOP_STATEMENTS);
}

function viewStatement(
  { statement, sessions, totalSeconds, longestSeconds, users, hosts }: StatementCount,
  texts: TextVisibility,
): StatementView {
  const { digest, text, family, isCut, isAmbiguous, isSensitive } = statement;
  return {
    digest,
    text: texts === 'shown' && text !== '' ? text : null,
    family,
    cut: isCut,
    ambiguous: isAmbiguous,
    sensitive: isSensitive,
    sessions,
    seconds: totalSeconds ?? null,
    longest_seconds: longestSeconds ?? null,
    users,
    hosts,
  };
}
