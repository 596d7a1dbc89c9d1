// What a real MariaDB says of sessions that block one another: their list as a console would show it, and who holds what the
// others wait for.
import type { Connection, RowDataPacket } from 'mysql2/promise';
import { sessionSettings } from '../../src/agent/settings.js';
import { defaultSettings } from '../../src/config/config-schema.js';
import { readSnapshot } from '../../src/sessions/read-snapshot.js';
import type { SessionDetails } from '../../src/sessions/session-details.js';
import { emptyTally } from '../../src/sessions/snapshot.js';
import type { SeededSession } from './blocked-sessions.js';

const COLUMNS = [
  'id',
  'user',
  'host',
  'db',
  'command',
  'time',
  'state',
  'info',
  'trx_id',
  'trx_state',
  'trx_executed_time',
  'trx_lock_duration',
  'trx_lock_rows',
  'trx_lock_tables',
  'trx_update_rows',
] as const satisfies readonly (keyof ListedSession)[];

/** The columns of TaurusDB's file. */
export interface ListedSession {
  readonly id: number;
  readonly user: string;
  readonly host: string;
  readonly db: string | null;
  readonly command: string;
  readonly time: number;
  readonly state: string;
  readonly info: string | null;
  readonly trx_id: number | null;
  readonly trx_state: string | null;
  readonly trx_executed_time: number | null;
  readonly trx_lock_duration: number | null;
  readonly trx_lock_rows: number | null;
  readonly trx_lock_tables: number | null;
  readonly trx_update_rows: number | null;
}

/** One statement reads them, so that all are of one moment. */
export async function listSessions(root: Connection): Promise<readonly ListedSession[]> {
  const [rows] = await root.query<RowDataPacket[]>(`
    SELECT p.id, p.user, p.host, p.db, p.command, p.time, p.state, p.info, t.trx_id, t.trx_state,
      TIMESTAMPDIFF(SECOND, t.trx_started, NOW()) AS trx_executed_time,
      TIMESTAMPDIFF(SECOND, t.trx_wait_started, NOW()) AS trx_lock_duration,
      t.trx_rows_locked AS trx_lock_rows, t.trx_tables_locked AS trx_lock_tables,
      t.trx_rows_modified AS trx_update_rows
    FROM information_schema.processlist p
    LEFT JOIN information_schema.innodb_trx t ON t.trx_mysql_thread_id = p.id
    WHERE p.id <> CONNECTION_ID() AND p.command <> 'Daemon' ORDER BY p.id`);
  return rows as unknown as readonly ListedSession[];
}

/** Read as a session file is. */
export async function detailsOf(rows: readonly ListedSession[]): Promise<SessionDetails | undefined> {
  const lines = [COLUMNS, ...rows.map((row) => COLUMNS.map((column) => row[column]))].map((cells) =>
    cells.map((cell) => (cell === null ? '' : `"${String(cell).replaceAll('"', '""')}"`)).join(','),
  );
  const bytes = [Buffer.from(`${lines.join('\n')}\n`)];
  async function* file() {
    yield* bytes;
  }
  const { details } = await readSnapshot(file(), sessionSettings(defaultSettings()), emptyTally());
  return details;
}

/** Of sessions: who is in the way of whom. */
export type Edges = ReadonlyMap<number, ReadonlySet<number>>;

/** By the session that blocks: those in whose way a lock of its own is, or its turn for one. */
export async function blockedBy(
  root: Connection,
  sessions: readonly ListedSession[],
  seeded: ReadonlyMap<number, SeededSession>,
): Promise<Edges> {
  const edges = new Map<number, Set<number>>();
  const add = (blocker: number, waiter: number) => {
    if (blocker !== waiter) {
      edges.set(blocker, (edges.get(blocker) ?? new Set()).add(waiter));
    }
  };
  for (const { blocker, waiter } of [
    ...(await rowLocks(root)),
    ...(await sharedRowLocks(root, sessions, seeded)),
  ]) {
    add(blocker, waiter);
  }
  for (const { blocker, waiter } of await tableLocks(root, sessions)) {
    add(blocker, waiter);
  }
  return edges;
}

interface Edge {
  readonly blocker: number;
  readonly waiter: number;
}

/** Locks that are held: others that wait for the same are in nobody's way. */
async function rowLocks(root: Connection): Promise<readonly Edge[]> {
  const [rows] = await root.query<RowDataPacket[]>(`
    SELECT DISTINCT w.trx_mysql_thread_id AS waiter, b.trx_mysql_thread_id AS blocker
    FROM information_schema.innodb_lock_waits l
    JOIN information_schema.innodb_trx w ON w.trx_id = l.requesting_trx_id AND w.trx_state = 'LOCK WAIT'
    JOIN information_schema.innodb_trx b ON b.trx_id = l.blocking_trx_id
    WHERE l.blocking_trx_id <> 0 AND NOT (b.trx_requested_lock_id <=> l.blocking_lock_id)`);
  return rows as unknown as readonly Edge[];
}

/** To the server, transactions that have only read are one, whatever they lock: seeds tell them apart. */
async function sharedRowLocks(
  root: Connection,
  sessions: readonly ListedSession[],
  seeded: ReadonlyMap<number, SeededSession>,
): Promise<readonly Edge[]> {
  const [rows] = await root.query<RowDataPacket[]>(`
    SELECT DISTINCT w.trx_mysql_thread_id AS waiter, REPLACE(k.lock_table, '\`', '') AS name
    FROM information_schema.innodb_lock_waits l
    JOIN information_schema.innodb_trx w ON w.trx_id = l.requesting_trx_id
    JOIN information_schema.innodb_locks k ON k.lock_id = l.requested_lock_id
    WHERE l.blocking_trx_id = 0`);
  return (rows as unknown as readonly { waiter: number; name: string }[]).flatMap(({ waiter, name }) =>
    sessions
      .filter(
        ({ id, trx_id, trx_lock_rows }) =>
          trx_id === 0 && (trx_lock_rows ?? 0) > 0 && seeded.get(id)?.table === name,
      )
      .map(({ id }) => ({ blocker: id, waiter })),
  );
}

/** What the table is wanted for, by the server's names of metadata locks. */
const FOR_ITSELF = /^(?:ALTER|TRUNCATE|CREATE INDEX|OPTIMIZE|LOCK TABLES|DROP)/u;
const EXCLUSIVE = new Set(['MDL_EXCLUSIVE', 'MDL_SHARED_NO_READ_WRITE', 'MDL_SHARED_NO_WRITE']);
const TURN = 'MDL_SHARED_UPGRADABLE';

/** The server says what is held, not what is waited for: that the statement tells, whose table was ours to choose. */
async function tableLocks(root: Connection, sessions: readonly ListedSession[]): Promise<readonly Edge[]> {
  const [rows] = await root.query<RowDataPacket[]>(`
    SELECT THREAD_ID AS id, LOCK_MODE AS mode, CONCAT(TABLE_SCHEMA, '.', TABLE_NAME) AS name
    FROM information_schema.metadata_lock_info WHERE LOCK_TYPE = 'Table metadata lock'`);
  const held = rows as unknown as readonly { id: number; mode: string; name: string }[];
  const waiting = sessions
    .filter(({ state }) => state === 'Waiting for table metadata lock')
    .map(({ id, db, info, time }) => ({
      id,
      time,
      name: `${db}.${/\bt\d+\b/u.exec(info ?? '')?.[0]}`,
      isForItself: FOR_ITSELF.test(info ?? ''),
    }));
  return waiting.flatMap((waiter) => {
    const holders = held.filter(
      ({ id, mode, name }) =>
        id !== waiter.id && name === waiter.name && (waiter.isForItself || EXCLUSIVE.has(mode)),
    );
    // One whose turn it is next lets nobody pass.
    const next = waiting.filter(
      ({ id, name, isForItself }) =>
        isForItself &&
        !waiter.isForItself &&
        name === waiter.name &&
        // One that cannot even take the first step has no turn.
        (held.some((lock) => lock.id === id && lock.mode === TURN && lock.name === name) ||
          !held.some((lock) => EXCLUSIVE.has(lock.mode) && lock.name === name)),
    );
    return [...holders, ...next].map(({ id }) => ({ blocker: id, waiter: waiter.id }));
  });
}
