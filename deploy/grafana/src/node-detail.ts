// One node: who is connected, what they do, what changed, and what blocks what.
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { buildDashboard, type Row } from './dashboard.js';
import { LONGEST_QUERY, SATURATION, SATURATION_STEPS } from './expressions.js';
import { graph, number } from './panel.js';
import { dataTable } from './table-panel.js';
import { CHOSEN_NODES } from './variables.js';

interface Dimension {
  readonly name: string;
  readonly metric: string;
  readonly label: string;
  readonly description: string;
}

const DIMENSIONS: readonly Dimension[] = [
  {
    name: 'user',
    metric: 'taurusdb_sessions_by_user',
    label: 'user',
    description: 'Sessions of each database account.',
  },
  {
    name: 'client host',
    metric: 'taurusdb_sessions_by_host',
    label: 'client_host',
    description: 'Sessions from each client address.',
  },
  {
    name: 'state',
    metric: 'taurusdb_sessions_by_state',
    label: 'state',
    description: 'What the server does for the sessions. none: nothing, most of these sleep.',
  },
  {
    name: 'database',
    metric: 'taurusdb_sessions_by_database',
    label: 'database',
    description: 'Default database of the sessions. none: none was chosen.',
  },
  {
    name: 'command',
    metric: 'taurusdb_sessions_by_command',
    label: 'command',
    description: 'Sleep: waits for its client. Query, Execute: runs a statement.',
  },
];

export function nodeDetail(): Dashboard {
  return buildDashboard({
    uid: 'taurusdb-node',
    title: 'TaurusDB sessions / Node detail',
    description: 'One node. What is usual comes from the recording rules of the alerts.',
    nodes: 'one',
    rows: [now(), sessions(), dimensions(), queries(), transactions()],
  });
}

function now(): Row {
  const shape = { unit: 'short', width: 3 };
  return {
    title: 'Now',
    panels: [
      number({
        ...shape,
        title: 'Collected',
        description: '1: the last collection succeeded. 0: it failed, and what is shown is older.',
        query: { expr: one('taurusdb_up') },
        steps: [
          { from: 0, color: 'red' },
          { from: 1, color: 'green' },
        ],
      }),
      number({
        ...shape,
        title: 'Age of the data',
        description:
          'Since the last good collection. When the data get too old, the exporter withdraws them.',
        unit: 's',
        query: { expr: `time() - ${one('taurusdb_collection_last_success_timestamp_seconds')}` },
      }),
      number({
        ...shape,
        title: 'Sessions',
        description: 'All sessions, sleeping ones too.',
        query: { expr: one('taurusdb_sessions') },
      }),
      number({
        ...shape,
        title: 'Above usual',
        description: 'Against the last hour and this time yesterday and a week ago.',
        query: { expr: one('node:taurusdb_sessions:excess') },
      }),
      number({
        ...shape,
        title: 'Of max_connections',
        description:
          'At 100 % the node refuses connections. Empty where the limit is not known: it comes from discovery.',
        unit: 'percentunit',
        query: { expr: `max(${SATURATION})` },
        steps: SATURATION_STEPS,
      }),
      number({
        ...shape,
        title: 'Active sessions',
        description: 'Sessions that do something: they do not sleep, and are no daemon and no replication.',
        query: { expr: one('taurusdb_sessions_active') },
      }),
      number({
        ...shape,
        title: 'Longest query',
        description: 'Age of the longest statement that runs now.',
        unit: 's',
        query: { expr: `max(${LONGEST_QUERY})` },
      }),
      number({
        ...shape,
        title: 'Longest transaction',
        description: 'Age of the oldest open transaction. It keeps locks and old row versions.',
        unit: 's',
        query: { expr: one('taurusdb_transaction_longest_seconds') },
      }),
    ],
  };
}

function sessions(): Row {
  return {
    title: 'Sessions',
    panels: [
      graph({
        title: 'Sessions',
        description:
          'Usual is the level that the node has at this time of day and week; the spike alert compares with it.',
        unit: 'short',
        width: 12,
        queries: [
          { expr: one('taurusdb_sessions'), legend: 'all' },
          { expr: one('node:taurusdb_sessions:baseline'), legend: 'usual' },
          { expr: one('taurusdb_sessions_active'), legend: 'active' },
          { expr: one('taurusdb_sessions_slow'), legend: 'slow' },
        ],
      }),
      dataTable({
        title: 'Top changes over 10 minutes',
        description:
          'Which values gained or lost sessions. In the first ten minutes of its data everything is new.',
        unit: 'short',
        width: 12,
        height: 8,
        expressions: [DIMENSIONS.map(changes).join(' or ')],
        columns: [
          { field: 'dimension', title: 'Dimension' },
          { field: 'value', title: 'Value' },
          { field: 'Value', title: 'Change' },
        ],
        hidden: [],
        sortBy: 'Change',
      }),
    ],
  };
}

/** Sessions of each value now less those ten minutes ago; a value without a series has none. */
function changes({ name, metric, label }: Dimension): string {
  const now = by(metric, label);
  const then = by(metric, label, 'offset 10m');
  const change = `${now} - (${then} or 0 * ${now}) or 0 - (${then} unless ${now})`;
  const named = `label_replace(label_replace(${change}, "dimension", "${name}", "", ""), "value", "$1", "${label}", "(.*)")`;
  return `max by (dimension, value) (${named}) != 0`;
}

function dimensions(): Row {
  return {
    title: 'Sessions by',
    panels: DIMENSIONS.map(({ name, metric, label, description }) =>
      graph({
        title: `By ${name}`,
        description,
        unit: 'short',
        width: 12,
        queries: [{ expr: by(metric, label), legend: `{{${label}}}` }],
        stacked: true,
      }),
    ),
  };
}

function queries(): Row {
  return {
    title: 'Time',
    panels: [
      graph({
        title: 'Longest session by command',
        description:
          'Seconds in the present state. A long Query holds up others; a long Sleep costs a connection.',
        unit: 's',
        width: 12,
        queries: [{ expr: by('taurusdb_session_longest_seconds', 'command'), legend: '{{command}}' }],
      }),
      graph({
        title: 'Time of all sessions by command',
        description: 'Seconds in the present state, added up. Query: how much work is under way.',
        unit: 's',
        width: 12,
        queries: [{ expr: by('taurusdb_session_time_seconds', 'command'), legend: '{{command}}' }],
      }),
    ],
  };
}

function transactions(): Row {
  return {
    title: 'Transactions and locks',
    panels: [
      graph({
        title: 'Transactions',
        description:
          'Open, open for long, and open although the session sleeps (its client forgot to commit).',
        unit: 'short',
        width: 12,
        queries: [
          { expr: one('taurusdb_transactions_open'), legend: 'open' },
          { expr: one('taurusdb_transactions_long'), legend: 'long' },
          { expr: one('taurusdb_sessions_idle_in_transaction'), legend: 'idle in transaction' },
        ],
      }),
      graph({
        title: 'Longest transaction and lock wait',
        description: 'Age of the oldest open transaction, and of the longest wait for a row lock.',
        unit: 's',
        width: 12,
        queries: [
          { expr: one('taurusdb_transaction_longest_seconds'), legend: 'transaction' },
          { expr: one('taurusdb_transaction_lock_wait_longest_seconds'), legend: 'lock wait' },
        ],
      }),
      graph({
        title: 'Sessions that wait for a lock',
        description: 'Of a row, a table or metadata. Find the session that holds it, not those that wait.',
        unit: 'short',
        width: 12,
        queries: [{ expr: one('taurusdb_sessions_lock_waiting'), legend: 'waiting' }],
      }),
      graph({
        title: 'Rows and tables of open transactions',
        description: 'Rows locked, rows changed and tables locked by transactions that have not ended yet.',
        unit: 'short',
        width: 12,
        queries: [
          { expr: one('taurusdb_transaction_rows_locked'), legend: 'rows locked' },
          { expr: one('taurusdb_transaction_rows_modified'), legend: 'rows modified' },
          { expr: one('taurusdb_transaction_tables_locked'), legend: 'tables locked' },
        ],
      }),
    ],
  };
}

function one(metric: string): string {
  return `max(${metric}{${CHOSEN_NODES}})`;
}

function by(metric: string, label: string, offset = ''): string {
  return `max by (${label}) (${metric}{${CHOSEN_NODES}}${offset === '' ? '' : ` ${offset}`})`;
}
