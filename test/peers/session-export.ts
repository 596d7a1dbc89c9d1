// What the server itself says of its sessions: all of them as a console's CSV file, and counted, in SQL, at one moment.
import type { Connection, RowDataPacket } from 'mysql2/promise';

/** Counts by the label text that the agent must give them. */
export type Counts = Readonly<Record<string, number>>;

export interface SessionExport {
  readonly csv: string;
  /** By the agent's names of dimensions. */
  readonly byDimension: Readonly<Record<'state' | 'user' | 'host' | 'database' | 'command', Counts>>;
  readonly secondsByCommand: Counts;
  readonly longestByCommand: Counts;
  /** By metric. */
  readonly totals: Counts;
}

const ALL_SESSIONS = `
  SELECT p.id, p.user, p.host, p.db, p.command, p.time, p.state, p.info, t.trx_id, t.trx_state,
    TIMESTAMPDIFF(SECOND, t.trx_started, NOW()) AS trx_executed_time,
    TIMESTAMPDIFF(SECOND, t.trx_wait_started, NOW()) AS trx_lock_duration,
    t.trx_rows_locked, t.trx_tables_locked, t.trx_rows_modified
  FROM information_schema.processlist p
  LEFT JOIN information_schema.innodb_trx t ON t.trx_mysql_thread_id = p.id
  WHERE p.id <> CONNECTION_ID()`;

// The server writes a port behind every address, and none behind the name of its socket.
const DIMENSIONS = {
  state: 'state',
  user: 'user',
  host: "REGEXP_REPLACE(host, ':[0-9]+$', '')",
  database: 'db',
  command: 'command',
} as const;

/** Of a slow session and of a long transaction. */
export const THRESHOLD_SECONDS = 2;

const AT_WORK = "command NOT IN ('Sleep', 'Daemon')";
const TOTALS = {
  taurusdb_sessions: 'COUNT(*)',
  taurusdb_sessions_active: `SUM(${AT_WORK})`,
  taurusdb_sessions_slow: `SUM(${AT_WORK} AND time >= ${THRESHOLD_SECONDS})`,
  taurusdb_sessions_idle_in_transaction: "SUM(command = 'Sleep' AND trx_id IS NOT NULL)",
  taurusdb_sessions_lock_waiting: "SUM(trx_state <=> 'LOCK WAIT' OR state LIKE 'Waiting for%lock')",
  taurusdb_transactions_open: 'SUM(trx_id IS NOT NULL)',
  taurusdb_transactions_long: `SUM(trx_executed_time >= ${THRESHOLD_SECONDS})`,
  taurusdb_transaction_longest_seconds: 'MAX(trx_executed_time)',
  taurusdb_transaction_lock_wait_longest_seconds: 'MAX(trx_lock_duration)',
  taurusdb_transaction_rows_locked: 'SUM(trx_rows_locked)',
  taurusdb_transaction_tables_locked: 'SUM(trx_tables_locked)',
  taurusdb_transaction_rows_modified: 'SUM(trx_rows_modified)',
} as const;

/** One statement reads the sessions, so that all figures are of the same moment. */
export async function exportSessions(root: Connection): Promise<SessionExport> {
  await root.query(`CREATE OR REPLACE TEMPORARY TABLE shop.export AS ${ALL_SESSIONS}`);
  const counts = (expression: string, figure: string) => countsOf(root, 'shop.export', expression, figure);
  const [totals] = await root.query<RowDataPacket[]>(
    `SELECT ${Object.entries(TOTALS)
      .map(([metric, figure]) => `${figure} AS ${metric}`)
      .join(', ')} FROM shop.export`,
  );
  return {
    csv: await csvOf(root),
    byDimension: {
      state: await counts(DIMENSIONS.state, 'COUNT(*)'),
      user: await counts(DIMENSIONS.user, 'COUNT(*)'),
      host: await counts(DIMENSIONS.host, 'COUNT(*)'),
      database: await counts(DIMENSIONS.database, 'COUNT(*)'),
      command: await counts(DIMENSIONS.command, 'COUNT(*)'),
    },
    secondsByCommand: await counts(DIMENSIONS.command, 'SUM(time)'),
    longestByCommand: await counts(DIMENSIONS.command, 'MAX(time)'),
    totals: numbersOf(Object.entries(totals[0] ?? {})),
  };
}

/** What information_schema counts right now, times left out: equal at two moments where nothing happened between. */
export async function countLiveSessions(root: Connection): Promise<SessionExport['byDimension']> {
  const live = `(${ALL_SESSIONS}) AS live`;
  const counts = (expression: string) => countsOf(root, live, expression, 'COUNT(*)');
  return {
    state: await counts(DIMENSIONS.state),
    user: await counts(DIMENSIONS.user),
    host: await counts(DIMENSIONS.host),
    database: await counts(DIMENSIONS.database),
    command: await counts(DIMENSIONS.command),
  };
}

/** Grouped by bytes: to the server's collation, case twins are equal. */
async function countsOf(
  root: Connection,
  table: string,
  expression: string,
  figure: string,
): Promise<Counts> {
  const [rows] = await root.query<RowDataPacket[]>(
    `SELECT COALESCE(NULLIF(${expression}, ''), 'none') AS value, ${figure} AS figure
     FROM ${table} GROUP BY CAST(${expression} AS BINARY)`,
  );
  return numbersOf(rows.map(({ value, figure: number }) => [value, number]));
}

function numbersOf(pairs: readonly (readonly [string, unknown])[]): Counts {
  const sums = new Map<string, number>();
  for (const [value, number] of pairs) {
    sums.set(value, (sums.get(value) ?? 0) + Number(number));
  }
  return Object.fromEntries([...sums].sort());
}

/** RFC 4180: NULL is an empty field. */
async function csvOf(root: Connection): Promise<string> {
  const [rows, fields] = await root.query<RowDataPacket[][]>({
    sql: 'SELECT * FROM shop.export ORDER BY id',
    rowsAsArray: true,
    supportBigNumbers: true,
    bigNumberStrings: true,
  });
  return [fields.map(({ name }) => name), ...rows]
    .map((row) => `${row.map(csvField).join(',')}\r\n`)
    .join('');
}

function csvField(value: unknown): string {
  if (value === null) {
    return '';
  }
  const text = String(value);
  return /[",\r\n]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
