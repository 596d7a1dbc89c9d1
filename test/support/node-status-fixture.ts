// Statuses made by hand, with every figure that there is.
import { type EpochMs, epochMs, type Moment, type MonotonicMs } from '../../src/clock.js';
import { freshUntil, type NodeStatus } from '../../src/collect/node-store.js';
import { type IncidentKind, type IncidentStatus, incidentId } from '../../src/model/incident.js';
import type { DatabaseNode } from '../../src/model/node.js';
import type { ProjectStatus } from '../../src/model/project-status.js';
import type { Dimension } from '../../src/sessions/dimensions.js';
import type { DimensionCounts, Snapshot, StatementCount } from '../../src/sessions/snapshot.js';
import type { FleetStatus } from '../../src/web/view/fleet-view.js';

/** A moment at which the figures of NODE_STATUS are fresh. */
export const NOW: EpochMs = epochMs(Date.UTC(2026, 0, 2, 3, 4, 17));

/** By `new FakeClock(NOW)`. */
export function momentAt(wall: number): Moment {
  return { wall: epochMs(wall), monotonic: (wall - NOW) as MonotonicMs };
}

/** Now. */
export const MOMENT: Moment = momentAt(NOW);

export function counts(values: Readonly<Record<string, number>>, distinct?: number): DimensionCounts {
  const shown = Object.entries(values).map(([value, sessions]) => ({ value, sessions }));
  return { values: shown, distinct: distinct ?? shown.length };
}

export const DATABASE_NODE: DatabaseNode = {
  project: 'production',
  instanceId: '6754902da1f447269c6979b0590102a5in07',
  nodeId: '941d21130b3c4899ad1a752a0945befdno07',
  name: 'orders-primary',
  instanceName: 'orders',
  cloudRegion: 'ap-southeast-3',
  role: 'master',
  maxConnections: 5000,
  labels: { env: 'prod', team: 'orders' },
  schedule: '* * * * *',
};

/** What one session runs; its name holds all that label values escape. */
export const STATEMENT: StatementCount = {
  statement: {
    digest: '0123456789abcdef',
    text: 'SELECT `"back\\slash"` FROM orders_2024 WHERE id = ?',
    family: 'fedcba9876543210',
    isCut: false,
    isAmbiguous: false,
    isSensitive: false,
  },
  sessions: 1,
  totalSeconds: 30,
  longestSeconds: 30,
  users: [{ value: 'app_rw', sessions: 1 }],
  hosts: [{ value: '10.0.0.1', sessions: 1 }],
};

export const SNAPSHOT: Snapshot = {
  filter: 'total',
  listed: 6,
  sessions: 6,
  active: 2,
  slow: 1,
  idleInTransaction: 1,
  lockWaiting: 1,
  transactionsOpen: 3,
  transactionsLong: 1,
  transactionLongestSeconds: 95,
  transactionRowsLocked: 17,
  transactionTablesLocked: 4,
  transactionRowsModified: 12,
  transactionLockWaitLongestSeconds: 8,
  times: [
    { command: 'Query', totalSeconds: 31, longestSeconds: 30 },
    { command: 'Sleep', totalSeconds: 1240, longestSeconds: 900 },
  ],
  longest: [
    { command: 'Query', seconds: 30 },
    { command: 'Sleep', seconds: 900 },
  ],
  dimensions: new Map<Dimension, DimensionCounts>([
    ['state', counts({ Updating: 2, none: 4 })],
    ['user', counts({ App_RW: 1, app_rw: 2, 'back\\slash': 1, other: 1, 'q"uote': 1 }, 7)],
    ['host', counts({ '10.0.0.1': 5, '2001:db8::1': 1 })],
    ['database', counts({ none: 1, shop: 5 })],
    ['command', counts({ Query: 2, Sleep: 4 })],
  ]),
  statements: {
    sessions: 1,
    shown: [STATEMENT],
    rest: { sessions: 0, totalSeconds: 0 },
    distinct: 1,
    error: 0,
    values: [
      { value: STATEMENT.statement.digest, sessions: 1 },
      { value: 'none', sessions: 1 },
    ],
  },
};

export const NODE_STATUS: NodeStatus = {
  node: DATABASE_NODE,
  up: true,
  collections: { success: 41, error: 2, skipped: 1 },
  errors: {
    network: 0,
    timeout: 1,
    auth: 0,
    throttled: 1,
    api: 0,
    task_error: 0,
    task_unrecognized: 0,
    csv: 0,
    too_large: 0,
    internal: 0,
  },
  csvRows: 246,
  csvRowsRejected: 3,
  csvBytes: 25_900,
  csvUnreadableNumbers: {
    time: 2,
    trx_executed_time: 0,
    trx_lock_duration: 0,
    trx_lock_rows: 1,
    trx_lock_tables: 0,
    trx_update_rows: 0,
  },
  phaseSeconds: { submit: 0.125, wait: 2.5, download: 0.25 },
  lastSuccessAt: momentAt(Date.UTC(2026, 0, 2, 3, 4, 5, 250)),
  nextRunAt: epochMs(Date.UTC(2026, 0, 2, 3, 5, 3)),
  lastError: undefined,
  snapshot: SNAPSHOT,
  freshForMs: 179_750,
  stalePolicy: '',
  runsSinceSuccess: 0,
  header: undefined,
  previousSessions: 4,
  incidents: undefined,
};

/** Of a node that has had no incident, with what is to be told of it. */
export function incidentStatus(changes: Partial<IncidentStatus> = {}): IncidentStatus {
  return {
    usual: {},
    begun: {
      spike: 0,
      active_spike: 0,
      saturation: 0,
      lock_waiting: 0,
      long_transaction: 0,
      long_query: 0,
      manual: 0,
    },
    active: undefined,
    lastStartedAt: undefined,
    suppressed: 0,
    ...changes,
  };
}

/** Of one whose spike lasts. */
export function spiking(
  usual: IncidentStatus['usual'],
  kinds: readonly IncidentKind[] = ['spike'],
): IncidentStatus {
  return incidentStatus({ usual, active: { id: incidentId(DATABASE_NODE.nodeId, NOW), kinds } });
}

/** Of a project whose node that is, without discovery. */
export const PROJECT_STATUS: ProjectStatus = {
  name: DATABASE_NODE.project,
  nodes: 1,
  nodesOfAllShards: 1,
  discovery: undefined,
};

export function fleetOf(
  nodes: readonly NodeStatus[],
  projects: readonly ProjectStatus[] = [PROJECT_STATUS],
): FleetStatus {
  return { nodes, projects, statementTexts: 'shown', incidents: [] };
}

/** When those figures vanish. */
export const STALE_AT: MonotonicMs = freshUntil(NODE_STATUS);

/** Before its first collection has ended. */
export const UNTRIED_STATUS: NodeStatus = {
  ...NODE_STATUS,
  up: undefined,
  collections: { success: 0, error: 0, skipped: 0 },
  errors: { ...NODE_STATUS.errors, timeout: 0, throttled: 0 },
  csvRows: 0,
  csvRowsRejected: 0,
  csvBytes: 0,
  csvUnreadableNumbers: { ...NODE_STATUS.csvUnreadableNumbers, time: 0, trx_lock_rows: 0 },
  phaseSeconds: {},
  lastSuccessAt: undefined,
  snapshot: undefined,
  freshForMs: undefined,
  previousSessions: undefined,
};

/** Another node, with a snapshot of its own. */
export function statusOf(number: number, changes: Partial<NodeStatus> = {}): NodeStatus {
  const id = String(number).padStart(32, '0');
  return {
    ...NODE_STATUS,
    node: { ...DATABASE_NODE, instanceId: `${id}in07`, nodeId: `${id}no07` },
    snapshot: { ...SNAPSHOT },
    ...changes,
  };
}

/** Of a list that has slow sessions alone. */
export const SLOW_SNAPSHOT: Snapshot = {
  filter: 'slow',
  listed: 2,
  slow: 2,
  times: [],
  longest: [],
  dimensions: new Map(),
};
