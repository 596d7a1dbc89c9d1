// The nodes for people: sums over the fleet, and groups by state.
import type { MonotonicMs, TimeSlice } from '../../clock.js';
import type { NodeStatus } from '../../collect/node-store.js';
import { NODE_STATES, type NodeState, type NodeView, viewNode } from './node-view.js';

/** Sums are over the nodes that know the figure, and null where none does. */
export interface FleetSummary {
  readonly nodes: number;
  readonly states: Readonly<Record<NodeState, number>>;
  readonly sessions: number | null;
  readonly active: number | null;
  readonly lock_waiting: number | null;
  /** The earliest of the nodes' last successes, RFC 3339; null without any. */
  readonly oldest_success: string | null;
}

export interface FleetView {
  readonly summary: FleetSummary;
  readonly nodes: readonly NodeView[];
}

/** Nodes keep their order. */
export function viewFleet(statuses: readonly NodeStatus[], now: MonotonicMs): FleetView {
  const nodes = statuses.map((status) => viewNode(status, now));
  return { summary: summarize(nodes), nodes };
}

/** The same of very many nodes; what has not changed since it was viewed last costs nothing. */
export async function viewFleetInSlices(
  statuses: readonly NodeStatus[],
  now: MonotonicMs,
  slice: TimeSlice,
): Promise<FleetView> {
  for (const status of statuses) {
    viewNode(status, now);
    await slice.rest();
  }
  return viewFleet(statuses, now);
}

function summarize(nodes: readonly NodeView[]): FleetSummary {
  const states = { down: 0, stale: 0, pending: 0, up: 0 } satisfies Record<NodeState, number>;
  let sessions: number | null = null;
  let active: number | null = null;
  let lockWaiting: number | null = null;
  let oldest: string | null = null;
  for (const node of nodes) {
    states[node.state]++;
    sessions = plus(sessions, node.sessions);
    active = plus(active, node.active);
    lockWaiting = plus(lockWaiting, node.lock_waiting);
    // RFC 3339 in UTC sorts as text.
    if (node.last_success !== null && (oldest === null || node.last_success < oldest)) {
      oldest = node.last_success;
    }
  }
  return { nodes: nodes.length, states, sessions, active, lock_waiting: lockWaiting, oldest_success: oldest };
}

function plus(sum: number | null, figure: number | null): number | null {
  return figure === null ? sum : (sum ?? 0) + figure;
}

/** Shares of `max_connections` from which the page marks a node and the alerts of deploy/ fire. */
export const FILLING_UP = 0.8;
export const NEARLY_FULL = 0.95;

/** The groups with nodes, worst first; within a group nodes that fill up come first, then by name. */
export function groupByState(nodes: readonly NodeView[]): ReadonlyMap<NodeState, readonly NodeView[]> {
  const sorted = nodes
    .map((node) => ({ node, key: sortKey(node) }))
    .sort((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key)))
    .map(({ node }) => node);
  const groups = NODE_STATES.map((state) => [state, sorted.filter((node) => node.state === state)] as const);
  return new Map(groups.filter(([, members]) => members.length > 0));
}

function sortKey({ saturation, project, instance_name, node_name, node_id }: NodeView): string {
  const rank = saturation !== null && saturation >= FILLING_UP ? '0' : '1';
  return [rank, project, instance_name, node_name, node_id].join('\0');
}
