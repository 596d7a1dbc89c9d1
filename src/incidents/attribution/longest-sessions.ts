// Which of a session list's notable sessions have lasted the longest: by whom a record's figures are, and those that it lists.
import { isWaiting, type NotableSession } from '../../sessions/session-details.js';
import { MAX_LONGEST_SESSIONS } from '../record.js';

/** Of those that have been open for at least so many seconds; the first of several that are as old. */
export function longestTransaction(
  notable: readonly NotableSession[],
  least = 0,
): NotableSession | undefined {
  return longestOf(notable, transactionSeconds, least);
}

/** The same of those in Query or Execute. */
export function longestQuery(notable: readonly NotableSession[], least = 0): NotableSession | undefined {
  return longestOf(
    notable.filter(({ isQuery }) => isQuery),
    querySeconds,
    least,
  );
}

export function transactionSeconds({ transaction }: NotableSession): number | undefined {
  return transaction?.seconds;
}

export function querySeconds({ seconds }: NotableSession): number | undefined {
  return seconds;
}

/**
 * Those that a record lists, by how long they have been at it: in any case the sessions of the longest transaction, which may be idle, of the longest
 * one that does not wait for a lock, and of the longest query; then active clients, and those that wait.
 */
export function longestSessions(notable: readonly NotableSession[]): readonly NotableSession[] {
  const telling = [
    longestTransaction(notable),
    longestTransaction(notable.filter((session) => !isWaiting(session))),
    longestQuery(notable),
  ].filter((one) => one !== undefined);
  const others = notable.filter((session) => session.isActive || isWaiting(session)).sort(byAge);
  return [...new Set([...telling, ...others])].slice(0, MAX_LONGEST_SESSIONS).sort(byAge);
}

function longestOf(
  sessions: readonly NotableSession[],
  secondsOf: (session: NotableSession) => number | undefined,
  least: number,
): NotableSession | undefined {
  let longest: NotableSession | undefined;
  let most = -1;
  for (const session of sessions) {
    const seconds = secondsOf(session) ?? -1;
    if (seconds >= least && seconds > most) {
      longest = session;
      most = seconds;
    }
  }
  return longest;
}

function byAge(a: NotableSession, b: NotableSession): number {
  return ageOf(b) - ageOf(a);
}

function ageOf({ seconds, transaction }: NotableSession): number {
  return seconds ?? transaction?.lockWaitSeconds ?? 0;
}
