// A node for people: what the page and /api/v1/nodes show of it (docs/api.md). The fields are named as the metrics and
// their labels.
import { type EpochMs, epochMs, later, type MonotonicMs } from '../../clock.js';
import { type CollectionResult, freshSnapshot, type NodeStatus } from '../../collect/node-store.js';
import { type IncidentKind, incidentId, incidentSeconds } from '../../model/incident.js';
import { DIMENSIONS, type Dimension } from '../../sessions/dimensions.js';
import type { Filter, Snapshot, ValueCount } from '../../sessions/snapshot.js';
import type { TextVisibility } from '../../statements/text-visibility.js';
import { type Condition, conditionOf, type NodeState } from './condition.js';
import { type FailureView, viewCollectionFailure } from './failure-view.js';
import { type StatementsView, viewStatements } from './statement-view.js';

const TOP_VALUES = 5;

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

/** Null where the file lacks the column or, by `filter`, sessions that the figure needs, and without a fresh snapshot. */
interface Figures {
  /** Which sessions the list has. */
  readonly filter: Filter | null;
  /** How many it has: null without a fresh snapshot alone. */
  readonly sessions_listed: number | null;
  readonly sessions: number | null;
  readonly previous_sessions: number | null;
  /** What incidents take for usual; null until there are enough collections, as the active ones', and where incidents are disabled. */
  readonly usual_sessions: number | null;
  /** `sessions` divided by `max_connections`; null also where that is unknown. */
  readonly saturation: number | null;
  readonly active: number | null;
  readonly usual_active: number | null;
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
  /** What active sessions run. */
  readonly statements: StatementsView | null;
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
  /** The one that lasts. */
  readonly incident: { readonly id: string; readonly kinds: readonly IncidentKind[] } | null;
  /** That began last: the one that lasts, too. */
  readonly last_incident: { readonly id: string; readonly started_at: string } | null;
  readonly state: NodeState;
  readonly condition: Condition;
  /** RFC 3339, as all times here. */
  readonly last_success: string | null;
  /** When the snapshot of the last success becomes stale. */
  readonly stale_at: string | null;
  readonly next_run: string | null;
  /** Of the last collection; null after a success. */
  readonly last_error: FailureView | null;
  readonly collections: Readonly<Record<CollectionResult, number>>;
}

const ROLES: Readonly<Record<string, string>> = { slave: 'replica' };

/** As people say it; the role itself where they say no other. */
export function roleName(role: string): string {
  return ROLES[role] ?? role;
}

const knownViews = new WeakMap<
  NodeStatus,
  { readonly snapshot: Snapshot | undefined; readonly texts: TextVisibility; readonly view: NodeView }
>();

/** Returns the same object until the node changes: node-details.ts caches by it. */
export function viewNode(status: NodeStatus, now: MonotonicMs, texts: TextVisibility): NodeView {
  const snapshot = freshSnapshot(status, now);
  const known = knownViews.get(status);
  if (known !== undefined && known.snapshot === snapshot && known.texts === texts) {
    return known.view;
  }
  const view = makeView(status, snapshot, texts);
  knownViews.set(status, { snapshot, texts, view });
  return view;
}

function makeView(status: NodeStatus, snapshot: Snapshot | undefined, texts: TextVisibility): NodeView {
  const { node, lastError } = status;
  const view = {
    project: node.project,
    instance_id: node.instanceId,
    node_id: node.nodeId,
    instance_name: node.instanceName,
    node_name: node.name,
    cloud_region: node.cloudRegion,
    role: node.role,
    max_connections: node.maxConnections ?? null,
    ...viewIncidents(status),
    state: stateOf(status, snapshot),
    last_success: time(status.lastSuccessAt?.wall),
    stale_at: time(staleAt(status)),
    next_run: time(status.nextRunAt),
    last_error: lastError === undefined ? null : viewCollectionFailure(lastError),
    collections: status.collections,
    ...viewFigures(status, snapshot, texts),
  };
  return { ...view, condition: conditionOf(view) };
}

function viewIncidents({
  node: { nodeId },
  incidents,
}: NodeStatus): Pick<NodeView, 'incident' | 'last_incident'> {
  const { active, lastStartedAt } = incidents ?? {};
  // To the second, as the id has it.
  const startedAt = lastStartedAt && time(epochMs(incidentSeconds(lastStartedAt) * 1000));
  return {
    incident: active === undefined ? null : { id: active.id, kinds: active.kinds },
    last_incident:
      lastStartedAt && startedAt ? { id: incidentId(nodeId, lastStartedAt), started_at: startedAt } : null,
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

function viewFigures(
  { node, previousSessions, incidents }: NodeStatus,
  snapshot: Snapshot | undefined,
  texts: TextVisibility,
): Figures {
  const { maxConnections = 0 } = node;
  const { sessions, active } = snapshot ?? {};
  const { usual = {} } = incidents ?? {};
  return {
    filter: snapshot?.filter ?? null,
    sessions_listed: snapshot?.listed ?? null,
    sessions: sessions ?? null,
    previous_sessions: (sessions === undefined ? undefined : previousSessions) ?? null,
    usual_sessions: (sessions === undefined ? undefined : usual.sessions) ?? null,
    saturation: sessions === undefined || maxConnections <= 0 ? null : sessions / maxConnections,
    active: active ?? null,
    usual_active: (active === undefined ? undefined : usual.active) ?? null,
    slow: snapshot?.slow ?? null,
    idle_in_transaction: snapshot?.idleInTransaction ?? null,
    lock_waiting: snapshot?.lockWaiting ?? null,
    transactions_open: snapshot?.transactionsOpen ?? null,
    transactions_long: snapshot?.transactionsLong ?? null,
    transaction_longest_seconds: snapshot?.transactionLongestSeconds ?? null,
    lock_wait_longest_seconds: snapshot?.transactionLockWaitLongestSeconds ?? null,
    longest_sessions: snapshot === undefined ? [] : longestSessions(snapshot),
    dimensions: snapshot === undefined ? {} : viewDimensions(snapshot),
    statements: viewStatements(snapshot?.statements, texts),
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
