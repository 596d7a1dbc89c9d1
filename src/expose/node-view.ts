// A node as people see it: what the page draws and /api/v1/nodes tells. The names are those of the metrics' labels.
import type { NodeStatus } from '../collect/node-status.js';
import { DIMENSIONS, type Dimension, type Snapshot, type ValueCount } from '../sessions/snapshot.js';
import { freshSnapshot } from './fresh-snapshot.js';

/** `pending`: not tried yet. `stale`: tried, but without figures that are recent enough to be shown. */
export type NodeState = 'pending' | 'up' | 'down' | 'stale';

export interface NodeView {
  readonly project: string;
  readonly instance_id: string;
  readonly node_id: string;
  readonly instance_name: string;
  readonly node_name: string;
  readonly cloud_region: string;
  readonly role: string;
  readonly state: NodeState;
  /** RFC 3339, as all times here. */
  readonly last_success: string | null;
  readonly next_run: string | null;
  readonly last_error: { readonly reason: string; readonly message: string; readonly at: string } | null;
  /** Null, as all figures, without a fresh snapshot. */
  readonly sessions: number | null;
  readonly previous_sessions: number | null;
  /** Those with the most sessions, of each dimension that is collected. */
  readonly top: Readonly<Partial<Record<Dimension, readonly ValueCount[]>>>;
}

/** `now` in milliseconds since the epoch. */
export function viewNode(status: NodeStatus, now: number): NodeView {
  const { node, lastError } = status;
  const snapshot = freshSnapshot(status, now);
  return {
    project: node.project,
    instance_id: node.instanceId,
    node_id: node.nodeId,
    instance_name: node.instanceName,
    node_name: node.name,
    cloud_region: node.cloudRegion,
    role: node.role,
    state: stateOf(status, snapshot),
    last_success: time(status.lastSuccessAt),
    next_run: time(status.nextRunAt),
    last_error:
      lastError === undefined
        ? null
        : {
            reason: lastError.reason,
            message: oneLine(lastError.message),
            at: new Date(lastError.at).toISOString(),
          },
    sessions: snapshot?.sessions ?? null,
    previous_sessions: (snapshot && status.previousSessions) ?? null,
    top: snapshot === undefined ? {} : topValues(snapshot),
  };
}

function stateOf({ up }: NodeStatus, snapshot: Snapshot | undefined): NodeState {
  if (up === undefined) return 'pending';
  if (!up) return 'down';
  return snapshot === undefined ? 'stale' : 'up';
}

const TOP_VALUES = 5;
const MAX_MESSAGE_LENGTH = 500;

const knownTops = new WeakMap<Snapshot, NodeView['top']>();

/** Sorted once for each snapshot: with a large fleet, sorting is most of what a request costs. */
function topValues(snapshot: Snapshot): NodeView['top'] {
  const known = knownTops.get(snapshot);
  if (known !== undefined) return known;
  const top = Object.fromEntries(
    DIMENSIONS.flatMap((dimension) => {
      const values = snapshot.dimensions.get(dimension)?.values;
      if (values === undefined) return [];
      return [[dimension, values.toSorted((a, b) => b.sessions - a.sessions).slice(0, TOP_VALUES)]];
    }),
  );
  knownTops.set(snapshot, top);
  return top;
}

function time(milliseconds: number | undefined): string | null {
  return milliseconds === undefined ? null : new Date(milliseconds).toISOString();
}

/** A message can quote what a server answered. */
function oneLine(message: string): string {
  return message.slice(0, MAX_MESSAGE_LENGTH).replace(/\p{Cc}+/gu, ' ');
}
