// How many sessions a node had in its last collections, and what is usual among them: so that a spike is told from a node
// that is always busy.

/** Oldest first, the last collection's at the end; at most MAX_KEPT. */
export type RecentSessions = readonly number[];

const MAX_KEPT = 61;
/** With fewer collections before the last one nothing is usual. */
const MIN_BEFORE = 10;
/** A spike is more than this above what is usual, in sessions and as a share of it. */
const MIN_GROWTH = 20;
const MIN_SHARE = 0.35;

/** `sessions`: undefined where the list has some of them only, with which nothing before can be compared. */
export function withSessions(recent: RecentSessions, sessions: number | undefined): RecentSessions {
  return sessions === undefined ? [] : [...recent, sessions].slice(-MAX_KEPT);
}

/** Of the collection before the last one. */
export function previousSessions(recent: RecentSessions): number | undefined {
  return recent.at(-2);
}

/** The median of the 60 collections before the last one; undefined while there are fewer than 10. */
export function usualSessions(recent: RecentSessions): number | undefined {
  const before = recent.slice(0, -1).toSorted((a, b) => a - b);
  if (before.length < MIN_BEFORE) {
    return undefined;
  }
  const middle = before.length / 2;
  const upper = before[Math.floor(middle)] ?? 0;
  const lower = before[Math.ceil(middle) - 1] ?? 0;
  return Math.round((lower + upper) / 2);
}

export function isSpike(sessions: number, usual: number): boolean {
  return sessions > usual + Math.max(MIN_GROWTH, MIN_SHARE * usual);
}
