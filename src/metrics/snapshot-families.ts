// The families that a node's last good snapshot fills, in the order of their publication.
import { DIMENSIONS, type DimensionRow } from '../sessions/dimensions.js';
import { type Figure, filtersOf } from '../sessions/filters.js';
import type { SessionTime } from '../sessions/snapshot.js';
import type { Sample, SnapshotFamily } from './metric-family.js';

/** The end of the HELP of a figure that a list of some sessions does not give. */
function onlyWith(figure: Figure): string {
  return ` Absent unless collection.filter is ${filtersText(figure)}.`;
}

function filtersText(figure: Figure): string {
  const filters = filtersOf(figure);
  const last = filters.at(-1);
  const first = filters.slice(0, -1).join(', ');
  return first === '' ? `${last}` : `${first} or ${last}`;
}

function figure(
  name: string,
  help: string,
  of: Exclude<Figure, 'dimensions' | 'statements' | 'longest' | keyof SessionTime>,
): SnapshotFamily {
  return {
    source: 'snapshot',
    name,
    type: 'gauge',
    help: help + onlyWith(of),
    labels: [],
    configuredLabels: true,
    samples: (snapshot) => [[snapshot[of]]],
  };
}

function sessionsBy({ name, label, column }: DimensionRow): SnapshotFamily {
  return {
    source: 'snapshot',
    name: `taurusdb_sessions_by_${name}`,
    type: 'gauge',
    help:
      `Sessions by ${name} at the node's last scheduled collection, from the ${column} column; ` +
      `none stands for an empty value, other for the values beyond max_values.${onlyWith('dimensions')}`,
    labels: [label],
    configuredLabels: true,
    samples: ({ dimensions }) =>
      dimensions.get(name)?.values.map(({ value, sessions }) => [sessions, value]) ?? [],
  };
}

export const SNAPSHOT_FAMILIES: readonly SnapshotFamily[] = [
  figure(
    'taurusdb_sessions',
    "All sessions at the node's last scheduled collection: the rows of the session list.",
    'sessions',
  ),
  {
    source: 'snapshot',
    name: 'taurusdb_sessions_listed',
    type: 'gauge',
    help: "Sessions that collection.filter chose at the node's last scheduled collection: the rows of the session list. Takes the place of taurusdb_sessions where the filter is not total.",
    labels: ['filter'],
    configuredLabels: true,
    samples: ({ filter, listed }) => (filter === 'total' ? [] : [[listed, filter]]),
  },
  figure(
    'taurusdb_sessions_active',
    "Active sessions at the node's last scheduled collection: those whose command column is not Sleep, Daemon, Binlog Dump or Binlog Dump GTID, without threads of replication (system user).",
    'active',
  ),
  figure(
    'taurusdb_sessions_slow',
    "Sessions active for at least slow_session_threshold at the node's last scheduled collection, from the command and time columns.",
    'slow',
  ),
  ...DIMENSIONS.map(sessionsBy),
  {
    source: 'snapshot',
    name: 'taurusdb_sessions_by_statement',
    type: 'gauge',
    help:
      "Active sessions by the digest of their statement at the node's last scheduled collection, from the info column, if metrics.dimensions.statement is enabled; " +
      `none stands for those without a statement, other for the statements beyond max_values.${onlyWith('statements')}`,
    labels: ['statement'],
    configuredLabels: true,
    samples: ({ statements }) => statements?.values?.map(({ value, sessions }) => [sessions, value]) ?? [],
  },
  {
    source: 'snapshot',
    name: 'taurusdb_session_time_seconds',
    type: 'gauge',
    help:
      "Sum of the sessions' time column at the node's last scheduled collection, by command where the list has that column, without threads of replication (system user)." +
      onlyWith('totalSeconds'),
    labels: ['command'],
    configuredLabels: true,
    samples: ({ times }) => times.map(({ command, totalSeconds }) => [totalSeconds, command]),
  },
  {
    source: 'snapshot',
    name: 'taurusdb_session_longest_seconds',
    type: 'gauge',
    help:
      "Largest value of the sessions' time column at the node's last scheduled collection, by command where the list has that column, without threads of replication (system user)." +
      onlyWith('longestSeconds'),
    labels: ['command'],
    configuredLabels: true,
    samples: ({ times }) => times.map(({ command, longestSeconds }) => [longestSeconds, command]),
  },
  figure(
    'taurusdb_transactions_open',
    "Sessions with an open transaction at the node's last scheduled collection: those with a value in the trx_id column.",
    'transactionsOpen',
  ),
  figure(
    'taurusdb_transactions_long',
    "Sessions whose transaction has run for at least long_transaction_threshold at the node's last scheduled collection, from the trx_executed_time column, without threads of replication (system user).",
    'transactionsLong',
  ),
  figure(
    'taurusdb_sessions_idle_in_transaction',
    "Sleeping sessions that hold a transaction open at the node's last scheduled collection, from the command and trx_id columns.",
    'idleInTransaction',
  ),
  figure(
    'taurusdb_transaction_longest_seconds',
    "Age of the oldest open transaction at the node's last scheduled collection, from the trx_executed_time column, without threads of replication (system user).",
    'transactionLongestSeconds',
  ),
  figure(
    'taurusdb_transaction_rows_locked',
    "Rows locked by all open transactions at the node's last scheduled collection, from the trx_lock_rows column.",
    'transactionRowsLocked',
  ),
  figure(
    'taurusdb_transaction_tables_locked',
    "Tables locked by all open transactions at the node's last scheduled collection, from the trx_lock_tables column.",
    'transactionTablesLocked',
  ),
  figure(
    'taurusdb_transaction_rows_modified',
    "Rows modified by all open transactions at the node's last scheduled collection, from the trx_update_rows column.",
    'transactionRowsModified',
  ),
  figure(
    'taurusdb_sessions_lock_waiting',
    "Sessions waiting for a lock at the node's last scheduled collection, from the trx_state, trx_lock_duration and state columns.",
    'lockWaiting',
  ),
  figure(
    'taurusdb_transaction_lock_wait_longest_seconds',
    "Longest time a transaction has waited for a lock at the node's last scheduled collection, from the trx_lock_duration column, without threads of replication (system user).",
    'transactionLockWaitLongestSeconds',
  ),
  {
    source: 'snapshot',
    name: 'taurusdb_dimension_values',
    type: 'gauge',
    help:
      "Distinct values of a dimension's column at the node's last scheduled collection, before max_values was applied; of statements those counted apart (statements.shapes). " +
      `Absent unless collection.filter is ${filtersText('dimensions')}, of statements unless it is ${filtersText('statements')}.`,
    labels: ['dimension'],
    configuredLabels: false,
    samples: ({ dimensions, statements }) => [
      ...DIMENSIONS.map(({ name }): Sample => [dimensions.get(name)?.distinct, name]),
      [statements?.values && statements.distinct, 'statement'],
    ],
  },
];
