// The culprit of incidents without growth: who holds what others wait for, or what has lasted too long, or most of the sessions.
import type { IncidentKind } from '../../model/incident.js';
import { NONE, OTHER } from '../../sessions/label-text.js';
import { isWaiting, type NotableSession } from '../../sessions/session-details.js';
import { counted, percent } from '../../visible-text.js';
import type { Observed } from '../observation.js';
import type { Blocker, Culprit } from '../record.js';
import { type Attribution, noCulprit } from './attribute.js';
import { clientName, NOT_COUNTED } from './headline.js';
import { longestQuery, longestTransaction, querySeconds, transactionSeconds } from './longest-sessions.js';
import { fitted } from './names.js';

/** Of those recorded by hand: what lasts less is no matter. */
const LASTS_SECONDS = 10;
/** Of the sessions, for a culprit. */
const MOST = 0.67;

/**
 * Of a record with these kinds: that of the growth where sessions grew, or, of a saturated node and one recorded by hand, where one explains it; else who
 * holds it.
 * `attribution`: of the same snapshot.
 */
export function culpritFor(
  kinds: readonly IncidentKind[],
  now: Observed,
  blockers: readonly Blocker[],
  { culprit }: Attribution,
): Culprit {
  const [first] = kinds;
  const isOfGrowth = first === 'spike' || first === 'active_spike';
  const isBehindIt = (first === 'saturation' || first === 'manual') && culprit.verdict !== 'none';
  return isOfGrowth || isBehindIt ? culprit : holderCulprit(kinds, now, blockers);
}

/** By the first of the kinds that is none of growth. */
export function holderCulprit(
  kinds: readonly IncidentKind[],
  now: Observed,
  blockers: readonly Blocker[],
): Culprit {
  const kind = kinds.find((one) => one !== 'spike' && one !== 'active_spike') ?? 'manual';
  const found = {
    saturation: () => largestClient(now),
    lock_waiting: () => likelyBlocker(now, blockers) ?? probableHolder(now),
    long_transaction: () => ofTransaction(now, 0, blockers),
    long_query: () => ofQuery(now, 0),
    manual: () =>
      likelyBlocker(now, blockers) ?? ofTransaction(now, LASTS_SECONDS) ?? ofQuery(now, LASTS_SECONDS),
  }[kind]();
  return found ?? noCulprit(unnamedHeadline(kind, now));
}

function likelyBlocker(now: Observed, blockers: readonly Blocker[]): Culprit | undefined {
  const blocker = blockers.find(({ confidence }) => confidence === 'likely');
  if (blocker === undefined) {
    return undefined;
  }
  const { id, transaction_seconds: seconds, waiting } = blocker;
  const session = id === null ? undefined : notableOf(now).find((one) => one.id === id);
  const client = { user: blocker.user ?? undefined, host: blocker.host ?? undefined, id: id ?? undefined };
  const open = seconds === null ? 'seems to hold what is waited for' : `transaction open for ${seconds} s`;
  return culpritAs({ ...session, ...client }, `${open}, ${waitText(waiting)}`);
}

/** Of those that wait for nothing themselves: not that it holds what others wait for, only that it may. */
function probableHolder(now: Observed): Culprit | undefined {
  const notable = notableOf(now).filter((session) => !isWaiting(session));
  const { lockWaiting } = now.snapshot;
  const waits = lockWaiting === undefined ? '' : `; ${waitText(lockWaiting)} for locks`;
  const transaction = longestTransaction(notable);
  if (transaction !== undefined) {
    return culpritAs(
      transaction,
      `the longest transaction that does not wait, open for ${transactionSeconds(transaction)} s${waits}`,
    );
  }
  const query = longestQuery(notable, LASTS_SECONDS);
  return (
    query && culpritAs(query, `the longest query that does not wait, for ${querySeconds(query)} s${waits}`)
  );
}

function ofTransaction(now: Observed, least: number, blockers: readonly Blocker[] = []): Culprit | undefined {
  const session = longestTransaction(notableOf(now), least);
  if (session === undefined) {
    return undefined;
  }
  const blocker = blockers.find(
    ({ id, confidence }) => confidence === 'likely' && id !== null && id === session.id,
  );
  const waits = blocker === undefined ? waitsItself(session) : `, ${waitText(blocker.waiting)}`;
  return culpritAs(session, `transaction open for ${transactionSeconds(session)} s${waits}`);
}

function ofQuery(now: Observed, least: number): Culprit | undefined {
  const session = longestQuery(notableOf(now), least);
  return session && culpritAs(session, `query for ${querySeconds(session)} s${waitsItself(session)}`);
}

function waitsItself(session: NotableSession): string {
  return isWaiting(session) ? ', and waits for a lock itself' : '';
}

function waitText(waiting: number): string {
  return `${counted(waiting, 'session')} ${waiting === 1 ? 'waits' : 'wait'}`;
}

type Client = {
  readonly [Field in 'id' | 'user' | 'host' | 'database' | 'statement']?: NotableSession[Field] | undefined;
};

function culpritAs({ id, user, host, database, statement }: Client, what: string): Culprit {
  return {
    verdict: 'one',
    share: null,
    user: user ?? null,
    host: host ?? null,
    database: database ?? null,
    statement: statement ? { digest: statement.digest, text: statement.text || null } : null,
    headline: fitted((shown) => {
      const session = id === undefined ? 'a session' : `session ${shown(id)}`;
      const client = clientName(user, host, shown);
      return `${user === undefined ? `${session} ${client}`.trimEnd() : client}: ${what}`;
    }),
  };
}

/** The user, and the host, that most of the sessions are of; where there is no such one, the line says who has the most. */
function largestClient({ snapshot }: Observed): Culprit | undefined {
  const { sessions, dimensions } = snapshot;
  const most = (['user', 'host', 'database'] as const).map((dimension) => {
    const values = dimensions.get(dimension)?.values.filter(({ value }) => value !== OTHER && value !== NONE);
    const value = largest(values ?? [], (one) => one.sessions);
    return value === undefined || sessions === undefined ? undefined : { dimension, ...value };
  });
  const [first] = most.filter((one) => one !== undefined).toSorted((a, b) => b.sessions - a.sessions);
  const client = most.slice(0, 2).find((one) => one !== undefined && one.sessions >= MOST * (sessions ?? 0));
  const told = client ?? most[0] ?? most[1] ?? first;
  if (told === undefined || sessions === undefined || sessions === 0) {
    return undefined;
  }
  const share = told.sessions / sessions;
  const headline = fitted(
    (shown) =>
      `${told.dimension} ${shown(told.value)} has the most: ${told.sessions} of ${sessions} sessions, ${percent(share)}`,
  );
  const name = (one: (typeof most)[number]) => (one && one.sessions >= MOST * sessions ? one.value : null);
  const [user, host, database] = most;
  return client === undefined
    ? noCulprit(headline)
    : {
        ...noCulprit(headline),
        verdict: 'one',
        user: name(user),
        host: name(host),
        database: name(database),
      };
}

function unnamedHeadline(
  kind: Exclude<IncidentKind, 'spike' | 'active_spike'>,
  { snapshot }: Observed,
): string {
  const { sessions, active, lockWaiting, transactionLongestSeconds, dimensions } = snapshot;
  switch (kind) {
    case 'lock_waiting':
      return lockWaiting === undefined
        ? 'sessions wait for locks; for whose the session list does not say'
        : `${waitText(lockWaiting)} for locks; for whose the session list does not say`;
    case 'long_transaction':
      return transactionLongestSeconds === undefined
        ? 'a long transaction; whose the session list does not say'
        : `a transaction open for ${transactionLongestSeconds} s; whose the session list does not say`;
    case 'long_query':
      return 'a long query; whose the session list does not say';
    default: {
      const all = sessions === undefined ? 'an unknown number of sessions' : counted(sessions, 'session');
      const told = kind === 'saturation' && dimensions.size === 0 ? NOT_COUNTED : 'nobody stands out';
      return `${all}${active === undefined ? '' : `, ${active} active`}; ${told}`;
    }
  }
}

function notableOf({ details }: Observed): readonly NotableSession[] {
  return details?.notable ?? [];
}

/** The first of them; undefined of none. */
function largest<T>(all: readonly T[], sizeOf: (one: T) => number): T | undefined {
  return all.reduce<T | undefined>(
    (most, one) => (most === undefined || sizeOf(one) > sizeOf(most) ? one : most),
    undefined,
  );
}
