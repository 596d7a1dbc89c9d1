// The fleet for people: sums over its nodes, the nodes grouped by condition, and its projects.
import type { MonotonicMs, TimeSlice } from '../../clock.js';
import type { NodeStatus } from '../../collect/node-store.js';
import type { IncidentSummary } from '../../incidents/record.js';
import type { ProjectStatus } from '../../model/project-status.js';
import type { TextVisibility } from '../../statements/text-visibility.js';
import { CONDITIONS, type Condition, extentOf, type NodeState } from './condition.js';
import { type NodeView, viewNode } from './node-view.js';
import { type ProjectView, viewProject } from './project-view.js';

/** What is known of the fleet. */
export interface FleetStatus {
  readonly nodes: readonly NodeStatus[];
  readonly projects: readonly ProjectStatus[];
  /** Whether texts of statements may be shown, of all nodes. */
  readonly statementTexts: TextVisibility;
  /** Those of which there are records, the newest first; undefined where incidents are disabled. */
  readonly incidents: readonly IncidentSummary[] | undefined;
}

/** Sums are over the nodes that know the figure, and null where none does. */
export interface FleetSummary {
  readonly nodes: number;
  readonly states: Readonly<Record<NodeState, number>>;
  readonly sessions: number | null;
  readonly active: number | null;
  readonly lock_waiting: number | null;
  /** The earliest of the nodes' last successes, RFC 3339; null without any. */
  readonly oldest_success: string | null;
  readonly statement_texts: TextVisibility;
}

export interface FleetView {
  readonly summary: FleetSummary;
  readonly projects: readonly ProjectView[];
  readonly nodes: readonly NodeView[];
}

/** Nodes and projects keep their order. */
export function viewFleet(fleet: Omit<FleetStatus, 'incidents'>, now: MonotonicMs): FleetView {
  const { statementTexts } = fleet;
  const nodes = fleet.nodes.map((status) => viewNode(status, now, statementTexts));
  return {
    summary: { ...summarize(nodes), statement_texts: statementTexts },
    projects: fleet.projects.map(viewProject),
    nodes,
  };
}

/** The same of very many nodes; what has not changed since it was viewed last costs nothing. */
export async function viewFleetInSlices(
  fleet: FleetStatus,
  now: MonotonicMs,
  slice: TimeSlice,
): Promise<FleetView> {
  for (const status of fleet.nodes) {
    viewNode(status, now, fleet.statementTexts);
    await slice.rest();
  }
  return viewFleet(fleet, now);
}

function summarize(nodes: readonly NodeView[]): Omit<FleetSummary, 'statement_texts'> {
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

/** The conditions that nodes are in, worst first; the nodes of each, the worst first, then by project and name. */
export function groupByCondition(
  nodes: readonly NodeView[],
): ReadonlyMap<Condition, readonly [NodeView, ...NodeView[]]> {
  const sorted = nodes
    .map((node) => ({ node, key: sortKey(node) }))
    .sort((a, b) => extentOf(b.node) - extentOf(a.node) || (a.key < b.key ? -1 : Number(a.key > b.key)))
    .map(({ node }) => node);
  const groups = new Map<Condition, NodeView[]>(CONDITIONS.map((condition) => [condition, []]));
  for (const node of sorted) {
    groups.get(node.condition)?.push(node);
  }
  return new Map(
    [...groups].flatMap(([condition, [first, ...others]]) =>
      first === undefined ? [] : [[condition, [first, ...others]]],
    ),
  );
}

function sortKey({ project, instance_name, node_name, node_id }: NodeView): string {
  return [project, instance_name, node_name, node_id].join('\0');
}
