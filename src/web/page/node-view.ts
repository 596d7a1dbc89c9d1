// A node for people: what the page and /api/v1/nodes show of it (docs/api.md). The fields are named as the metrics and
// their labels.
import { type EpochMs, later, type MonotonicMs } from '../../clock.js';
import { type CollectionResult, freshSnapshot, type NodeStatus } from '../../collect/node-store.js';
import type { FailureDetails, FailureReason, LastFailure } from '../../model/failure.js';
import { DIMENSIONS, type Dimension } from '../../sessions/dimensions.js';
import type { Snapshot, ValueCount } from '../../sessions/snapshot.js';
import { firstCharacters, oneLine } from '../../visible-text.js';

/** Worst first. `stale`: its last collection succeeded, but its snapshot is too old. `pending`: not tried yet. */
export const NODE_STATES = ['down', 'stale', 'pending', 'up'] as const;
export type NodeState = (typeof NODE_STATES)[number];

const TOP_VALUES = 5;
const MAX_MESSAGE_LENGTH = 500;

/** What a user can do about a failed collection: one or two sentences, the likeliest cause first. */
const FAILURE_HINTS: Readonly<Record<FailureReason, string>> = {
  network:
    'The API cannot be reached from here, or the connection broke. Check name resolution, routes, the proxy and the project’s endpoint; the next run tries again.',
  timeout:
    'The collection did not end within collection.timeout. taurusdb_collection_duration_seconds tells which phase is slow: give it more time, or collect less often.',
  auth: 'The API refused the credentials, or what they ask for: the message says what to check. After two refusals of a credential nothing is sent for 330 s, with it or, where others are accepted, for this node or project alone.',
  throttled:
    'The API limits how often it is asked. Lower api.max_requests_per_second, collect less often, or ask Huawei Cloud for a higher quota.',
  api: 'The API, or what stands in front of it, refused the request or answered something unexpected: the message says what was got and what was expected. The next run tries again.',
  task_error:
    'The database service could not list the sessions of this node. Look at the node in the Huawei Cloud console; one that restarts or is overloaded recovers by itself.',
  task_unrecognized:
    'The service has lost track of the task, as after a failover of its own. Once is no reason to worry; if it goes on, open a ticket with the request id of the log.',
  csv: 'The result could not be read: the message says why. If a column is missing, add its name under csv.columns; if letters are garbled, set csv.encoding.',
  too_large:
    'The session list is larger than api.max_csv_bytes. Raise it, or let collection.filter take fewer sessions.',
  internal: 'A fault of this program. Please report it with the lines of the log that belong to it.',
};

/** Where the API refused a request that names the node. */
const NODE_HINT =
  'The API refused what was asked of this node: the message says why. Where it says nothing else, check the instance and node id, and whether the node still exists.';
const ABOUT_A_NODE: readonly unknown[] = ['submit', 'wait', 'download'];
const ABOUT_THE_REQUEST: readonly unknown[] = [400, 404];

export interface FailureView {
  readonly reason: FailureReason;
  readonly message: string;
  readonly hint: string;
  readonly at: string;
}

export interface DimensionView {
  /** How many distinct values there are. */
  readonly distinct: number;
  /** Those with the most sessions, at most TOP_VALUES. */
  readonly top: readonly ValueCount[];
}

export interface LongestSession {
  /** Null where the file has no such column. */
  readonly command: string | null;
  readonly seconds: number;
}

/** Null where the file lacks the column, and without a fresh snapshot. */
interface Figures {
  readonly sessions: number | null;
  readonly previous_sessions: number | null;
  /** `sessions` divided by `max_connections`; null also where that is unknown. */
  readonly saturation: number | null;
  readonly active: number | null;
  readonly slow: number | null;
  readonly idle_in_transaction: number | null;
  readonly lock_waiting: number | null;
  readonly transactions_open: number | null;
  readonly transactions_long: number | null;
  readonly transaction_longest_seconds: number | null;
  readonly lock_wait_longest_seconds: number | null;
  /** By command, longest first, at most TOP_VALUES. */
  readonly longest_sessions: readonly LongestSession[];
  /** Those that are collected. */
  readonly dimensions: Readonly<Partial<Record<Dimension, DimensionView>>>;
}

export interface NodeView extends Figures {
  readonly project: string;
  readonly instance_id: string;
  readonly node_id: string;
  readonly instance_name: string;
  readonly node_name: string;
  readonly cloud_region: string;
  readonly role: string;
  readonly max_connections: number | null;
  readonly state: NodeState;
  /** RFC 3339, as all times here. */
  readonly last_success: string | null;
  /** When the snapshot of the last success becomes stale. */
  readonly stale_at: string | null;
  readonly next_run: string | null;
  /** Of the last collection; null after a success. */
  readonly last_error: FailureView | null;
  readonly collections: Readonly<Record<CollectionResult, number>>;
}

const knownViews = new WeakMap<
  NodeStatus,
  { readonly snapshot: Snapshot | undefined; readonly view: NodeView }
>();

/** Returns the same object until the node changes: node-details.ts caches by it. */
export function viewNode(status: NodeStatus, now: MonotonicMs): NodeView {
  const snapshot = freshSnapshot(status, now);
  const known = knownViews.get(status);
  if (known !== undefined && known.snapshot === snapshot) {
    return known.view;
  }
  const view = makeView(status, snapshot);
  knownViews.set(status, { snapshot, view });
  return view;
}

function makeView(status: NodeStatus, snapshot: Snapshot | undefined): NodeView {
  const { node, lastError } = status;
  return {
    project: node.project,
    instance_id: node.instanceId,
    node_id: node.nodeId,
    instance_name: node.instanceName,
    node_name: node.name,
    cloud_region: node.cloudRegion,
    role: node.role,
    max_connections: node.maxConnections ?? null,
    state: stateOf(status, snapshot),
    last_success: time(status.lastSuccessAt?.wall),
    stale_at: time(staleAt(status)),
    next_run: time(status.nextRunAt),
    last_error: lastError === undefined ? null : viewFailure(lastError),
    collections: status.collections,
    ...viewFigures(status, snapshot),
  };
}

function stateOf({ up }: NodeStatus, snapshot: Snapshot | undefined): NodeState {
  if (up === undefined) {
    return 'pending';
  }
  if (!up) {
    return 'down';
  }
  return snapshot === undefined ? 'stale' : 'up';
}

function viewFailure({ reason, message, details, at }: LastFailure): FailureView {
  return {
    reason,
    message: oneLine(firstCharacters(message, MAX_MESSAGE_LENGTH)),
    hint: reason === 'api' && isOfNode(details) ? NODE_HINT : FAILURE_HINTS[reason],
    at: new Date(at.wall).toISOString(),
  };
}

/** Not where the gateway does not know the API. */
function isOfNode({ operation, status, error_code: code }: FailureDetails): boolean {
  return (
    ABOUT_A_NODE.includes(operation) && ABOUT_THE_REQUEST.includes(status) && !/^APIGW?\./u.test(String(code))
  );
}

function viewFigures({ node, previousSessions }: NodeStatus, snapshot: Snapshot | undefined): Figures {
  const { maxConnections = 0 } = node;
  return {
    sessions: snapshot?.sessions ?? null,
    previous_sessions: (snapshot && previousSessions) ?? null,
    saturation: snapshot === undefined || maxConnections <= 0 ? null : snapshot.sessions / maxConnections,
    active: snapshot?.active ?? null,
    slow: snapshot?.slow ?? null,
    idle_in_transaction: snapshot?.idleInTransaction ?? null,
    lock_waiting: snapshot?.lockWaiting ?? null,
    transactions_open: snapshot?.transactionsOpen ?? null,
    transactions_long: snapshot?.transactionsLong ?? null,
    transaction_longest_seconds: snapshot?.transactionLongestSeconds ?? null,
    lock_wait_longest_seconds: snapshot?.transactionLockWaitLongestSeconds ?? null,
    longest_sessions: snapshot === undefined ? [] : longestSessions(snapshot),
    dimensions: snapshot === undefined ? {} : viewDimensions(snapshot),
  };
}

function longestSessions({ longest }: Snapshot): Figures['longest_sessions'] {
  return longest
    .map(({ command = null, seconds }) => ({ command, seconds }))
    .sort((a, b) => b.seconds - a.seconds)
    .slice(0, TOP_VALUES);
}

function viewDimensions({ dimensions }: Snapshot): Figures['dimensions'] {
  return Object.fromEntries(
    DIMENSIONS.flatMap(({ name }) => {
      const counts = dimensions.get(name);
      if (counts === undefined) {
        return [];
      }
      const top = counts.values.toSorted((a, b) => b.sessions - a.sessions).slice(0, TOP_VALUES);
      return [[name, { distinct: counts.distinct, top }]];
    }),
  );
}

/** As the wall clock was set at the last success. */
function staleAt({ lastSuccessAt, freshForMs }: NodeStatus): EpochMs | undefined {
  return lastSuccessAt && freshForMs !== undefined ? later(lastSuccessAt.wall, freshForMs) : undefined;
}

function time(milliseconds: EpochMs | undefined): string | null {
  const date = new Date(milliseconds ?? Number.NaN);
  // Infinity, as the end of what collect and replay show, is no date.
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
