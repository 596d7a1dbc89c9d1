// The details of a whole session list: all sessions are kept, sorted and cut. Of more pairs than the program has room for it tells
// all, and it knows no statements.
import type { ColumnName } from '../../../src/sessions/columns.js';
import type { Dimension } from '../../../src/sessions/dimensions.js';
import type {
  NotableSession,
  NotableTransaction,
  PairCount,
  SessionDetails,
} from '../../../src/sessions/session-details.js';
import type { ValueCount } from '../../../src/sessions/snapshot.js';
import { OTHER } from './label-text.js';
import type { Reading, Session } from './session.js';
import { compareText } from './top-values.js';

const [MOST_PAIRS, MOST_VALUES, MOST_LONGEST, MOST_QUERIES] = [64, 64, 20, 5];
const [MOST_TRANSACTIONS, MOST_WAITING] = [64, 256];

type Labels = Readonly<Partial<Record<Dimension, string>>>;

/** A row with the labels of the dimensions that are shown. */
export interface LabelledSession {
  readonly session: Session;
  readonly labels: Labels;
}

export function detailsOf(
  all: readonly LabelledSession[],
  shown: readonly Dimension[],
  columns: ReadonlySet<ColumnName>,
): SessionDetails {
  const clients = all.filter(({ session }) => !(session.isReplication || session.isServerThread));
  const running = clients.filter(
    (one) => columns.has('command') && one.session.isActive && typeof one.session.seconds === 'number',
  );
  const lasting = ({ session }: LabelledSession) => known(session.seconds) ?? 0;
  const queries = running.filter(({ session }) => session.isQuery);
  const chosen = new Set([
    ...most(running, MOST_LONGEST, lasting),
    ...most(queries, MOST_QUERIES, lasting),
    ...most(clients.filter(hasTransaction), MOST_TRANSACTIONS, ageOf),
    ...most(clients.filter(isWaiting), MOST_WAITING, waitedOf),
  ]);
  const notable = all.filter((one) => chosen.has(one)).map((one) => notableOf(one, columns));
  return { pairs: pairsOf(all, columns), active: activeOf(all, shown, columns), notable };
}

function pairsOf(all: readonly LabelledSession[], columns: ReadonlySet<ColumnName>): PairCount[] {
  const pairs = new Map<string, { user: string; host: string; sessions: number; active: number }>();
  for (const { session, labels } of all) {
    const { user, host } = labels;
    if (user === undefined || host === undefined || user === OTHER || host === OTHER) {
      continue;
    }
    const key = JSON.stringify([user, host]);
    const pair = pairs.get(key) ?? { user, host, sessions: 0, active: 0 };
    pair.sessions++;
    pair.active += Number(isActive(session, columns));
    pairs.set(key, pair);
  }
  return [...pairs.values()].sort((a, b) => b.sessions - a.sessions).slice(0, MOST_PAIRS);
}

function activeOf(
  all: readonly LabelledSession[],
  shown: readonly Dimension[],
  columns: ReadonlySet<ColumnName>,
): ReadonlyMap<Dimension, readonly ValueCount[]> {
  const active = all.filter(({ session }) => isActive(session, columns));
  return new Map(
    (columns.has('command') ? shown : []).map((dimension) => [dimension, countsOf(active, dimension)]),
  );
}

function countsOf(active: readonly LabelledSession[], dimension: Dimension): readonly ValueCount[] {
  const counts = new Map<string, number>();
  for (const { labels } of active) {
    const value = labels[dimension] ?? OTHER;
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  counts.delete(OTHER);
  return [...counts]
    .map(([value, sessions]) => ({ value, sessions }))
    .sort((a, b) => b.sessions - a.sessions || compareText(a.value, b.value))
    .slice(0, MOST_VALUES);
}

function notableOf({ session, labels }: LabelledSession, columns: ReadonlySet<ColumnName>): NotableSession {
  const hasCommand = columns.has('command');
  return {
    ...withoutUnknown({ id: idOf(session.id), seconds: known(session.seconds) }),
    ...labels,
    isActive: isActive(session, columns),
    isSleeping: hasCommand && session.isSleeping,
    isQuery: hasCommand && session.isQuery,
    isWaitingByState: session.isStateWaiting,
    ...(hasTransaction({ session }) && { transaction: transactionOf(session) }),
  };
}

function transactionOf(session: Session): NotableTransaction {
  return {
    isWaiting: session.isRowWaiting,
    ...withoutUnknown({
      id: idOf(session.transactionId),
      seconds: known(session.transactionSeconds),
      lockWaitSeconds: known(session.lockWaitSeconds),
      rowsLocked: known(session.rowsLocked),
      tablesLocked: known(session.tablesLocked),
      rowsModified: known(session.rowsModified),
    }),
  };
}

function isActive(
  { isActive: hasActiveCommand, isReplication }: Session,
  columns: ReadonlySet<ColumnName>,
): boolean {
  return columns.has('command') && hasActiveCommand && !isReplication;
}

/** Where no column says so, one that a number, or its state, tells of. */
function hasTransaction({ session }: Pick<LabelledSession, 'session'>): boolean {
  const { transactionSeconds, lockWaitSeconds, rowsLocked, tablesLocked, rowsModified } = session;
  const numbers = [transactionSeconds, lockWaitSeconds, rowsLocked, tablesLocked, rowsModified];
  return (
    session.hasTransaction ?? (session.isRowWaiting || numbers.some((number) => (known(number) ?? 0) > 0))
  );
}

function isWaiting(one: LabelledSession): boolean {
  return one.session.isStateWaiting || (hasTransaction(one) && one.session.isRowWaiting);
}

function ageOf({ session }: LabelledSession): number {
  return known(session.transactionSeconds) ?? -1;
}

/** The time in the state is that of another lock than a row's. */
function waitedOf(one: LabelledSession): number {
  const { isRowWaiting, isStateWaiting, lockWaitSeconds, seconds } = one.session;
  return Math.max(
    (hasTransaction(one) && isRowWaiting && known(lockWaitSeconds)) || 0,
    (isStateWaiting && known(seconds)) || 0,
  );
}

/** Those with the largest figures, the first ones of equals. */
function most(
  some: readonly LabelledSession[],
  limit: number,
  figure: (one: LabelledSession) => number,
): LabelledSession[] {
  return [...some].sort((a, b) => figure(b) - figure(a)).slice(0, limit);
}

function known(reading: Reading): number | undefined {
  return typeof reading === 'number' ? reading : undefined;
}

/** What people can name it by: visible ASCII without quotes. */
function idOf(cell: string | undefined): string | undefined {
  const id = cell?.replace(/^[ \t]+|[ \t]+$/gu, '') ?? '';
  return /^[!#-~]{1,32}$/u.test(id) && id !== 'NULL' && id !== '\\N' ? id : undefined;
}

function withoutUnknown<Fields extends object>(
  fields: Fields,
): { [Key in keyof Fields]?: NonNullable<Fields[Key]> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}
