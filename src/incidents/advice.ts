// What to do about an incident, for the page and the terminal: the words of docs/alerts.md, by kind and by whom it points to, and how a session
// is ended. Backticks mark code, as there. Nothing here is ever run.
import type { IncidentKind } from '../model/incident.js';
import { type IncidentRecord, isLongestQuery, isLongestTransaction, type RecordedSession } from './record.js';

export interface Advice {
  /** The section of docs/alerts.md that says the same and more. */
  readonly section: string;
  readonly paragraphs: readonly string[];
}

export const ADVICE = {
  spike: {
    section: 'TaurusDBSessionSpike',
    paragraphs: [
      'If many sessions are active or wait for locks, statements have become slow and clients pile up behind them: look at the statements. If most sessions sleep, a client opens connections and does not give them back: look at the client.',
    ],
  },
  active_spike: {
    section: 'TaurusDBManyActiveSessions',
    paragraphs: [
      'Look for lock waits and for the longest queries first, because one slow statement can hold up many. If each statement is quick, there are too many of them: shed load or add read replicas.',
    ],
  },
  saturation: {
    section: 'TaurusDBConnectionsExhausted',
    paragraphs: [
      "Keep one administrator's session open. End the idle sessions of the user or host that holds the most, stop the client that opens them, or raise `max_connections`.",
      "Shrink pools that are mostly idle, lower `wait_timeout`, or raise `max_connections` or the node's size before the limit is reached.",
    ],
  },
  lock_waiting: {
    section: 'TaurusDBLockWaits',
    paragraphs: [
      'Find who *holds* the lock: `sys.innodb_lock_waits` for rows; the state `Waiting for table metadata lock` points to a schema change or `LOCK TABLES`. End the blocking session, then make its transaction shorter.',
    ],
  },
  long_transaction: {
    section: 'TaurusDBLongTransaction',
    paragraphs: [
      'Find it in `information_schema.innodb_trx`, oldest first. If its session sleeps, its client forgot to commit: end the session. If it works, think before you end it: rolling back can take as long as it has run.',
    ],
  },
  long_query: {
    section: 'TaurusDBLongRunningQuery',
    paragraphs: [
      'Find it in the console (real-time sessions) or in `information_schema.processlist`. End it if its result is not needed; otherwise look at its plan. Before a schema change, wait for it or end it: the change queues behind it, and everything else queues behind the change.',
    ],
  },
  manual: { section: 'Sessions of a node', paragraphs: [] },
} as const satisfies Readonly<Record<IncidentKind, Advice>>;

/** Where one user, or one host, explains the growth. */
export const ADVICE_ON_USER: Advice = {
  section: 'TaurusDBSessionSpikeByUser',
  paragraphs: [
    'Ask the owner of the application: a new release, a larger pool, a retry storm, a job that does not close its connections? If the node is at risk, limit the account (`ALTER USER … WITH MAX_USER_CONNECTIONS …`) or stop the application.',
  ],
};
export const ADVICE_ON_HOST: Advice = {
  section: 'TaurusDBSessionSpikeByHost',
  paragraphs: [
    'Look at what runs on the host: its processes, its pool settings, its last deployment. If the host is unknown to everyone, treat it as a security matter and block its access to the database.',
  ],
};

/** Below the commands that end sessions. */
export const HOW_TO_END_A_SESSION =
  'The exporter ends no session itself. `KILL` needs an account on the database that may end the sessions of others; without one, the console does it: Real-Time Sessions, choose the session, Kill. See first that the id is still that of the same session: what was open is rolled back.';

/** In the order in which they are to be read: of each kind, then of whom it points to. */
export function adviceOn({ kinds, culprit }: Pick<IncidentRecord, 'kinds' | 'culprit'>): readonly Advice[] {
  // Without a share the culprit holds something and did not grow.
  const hasGrown = culprit.share !== null && culprit.verdict !== 'none';
  return [
    ...kinds.map((kind) => ADVICE[kind]),
    ...(hasGrown && culprit.user !== null ? [ADVICE_ON_USER] : []),
    ...(hasGrown && culprit.host !== null ? [ADVICE_ON_HOST] : []),
  ].filter(({ paragraphs }) => paragraphs.length > 0);
}

export interface Ending {
  /** To be shown: `KILL 4711;`. */
  readonly command: string;
  /** Without a cell of the session list. */
  readonly why: string;
}

type RecordOfSessions = Pick<
  IncidentRecord,
  'kinds' | 'blockers' | 'longest' | 'longest_query_seconds' | 'longest_transaction_seconds'
>;

const MOST_ENDINGS = 3;
/** What lasts less is nothing that a person would end. */
const LASTS_SECONDS = 10;
/** A thread's id is a number of at most 64 bits; anything else is no part of a command that people copy. */
const THREAD_ID = /^[1-9]\d{0,19}$/u;

/** Whom the two figures of a record are of, where they are what it is about. */
const LONGEST = [
  {
    kind: 'long_transaction',
    what: 'the longest transaction',
    isOf: isLongestTransaction,
    secondsOf: (session: RecordedSession) => session.transaction_seconds ?? 0,
  },
  {
    kind: 'long_query',
    what: 'the longest query',
    isOf: isLongestQuery,
    secondsOf: (session: RecordedSession) => session.seconds ?? 0,
  },
] as const;

/**
 * How the sessions are ended that the record points to, the likely blockers first; none where it points to none. What was longest in its snapshot
 * may have been short, where it is that of another kind: then there is no reason to end it.
 */
export function endingsOf(record: RecordOfSessions): readonly Ending[] {
  const { kinds, blockers, longest } = record;
  const pointedTo = [
    ...blockers
      .filter(({ confidence }) => confidence === 'likely')
      .map(({ id, waiting }) => ({
        id,
        why: `likely blocker of ${waiting} waiting ${waiting === 1 ? 'session' : 'sessions'}`,
      })),
    ...LONGEST.filter(({ kind }) => kinds.includes(kind)).flatMap(({ what, isOf, secondsOf }) =>
      longest
        .filter((session) => isOf(session, record) && secondsOf(session) >= LASTS_SECONDS)
        .map((session) => ({
          id: session.id,
          why: `${what}, ${secondsOf(session)} s${session.waits_for_lock ? '; it waits for a lock itself' : ''}`,
        })),
    ),
  ];
  const endings = new Map<string, Ending>();
  for (const { id, why } of pointedTo) {
    const command = killCommand(id);
    if (command !== undefined && !endings.has(command)) {
      endings.set(command, { command, why });
    }
  }
  return [...endings.values()].slice(0, MOST_ENDINGS);
}

/** Undefined where the id is none of a session. */
export function killCommand(id: string | null): string | undefined {
  return id !== null && THREAD_ID.test(id) ? `KILL ${id};` : undefined;
}
