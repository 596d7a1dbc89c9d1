// PromQL that several panels are made of. Where two exporters collect the same node, it counts once.
import { FILLING_UP, NEARLY_FULL } from '../../../src/web/view/condition.js';
import type { Steps } from './panel.js';
import { CHOSEN_NODES } from './variables.js';

export const SATURATION = `${perNode(`taurusdb_sessions{${CHOSEN_NODES}}`)} / ${perNode(`taurusdb_node_max_connections{${CHOSEN_NODES}}`)}`;

/** Numbers, not the series of the thresholds: Grafana cannot take a step from a series. */
export const SATURATION_STEPS: Steps = [
  { from: FILLING_UP, color: 'yellow' },
  { from: NEARLY_FULL, color: 'red' },
];

/** Only commands that run a statement: a session that sleeps or replicates may be days old. */
export const LONGEST_QUERY = `taurusdb_session_longest_seconds{command=~"(?i:query|execute)",${CHOSEN_NODES}}`;

export function perNode(expr: string): string {
  return `max by (instance_id, node_id) (${expr})`;
}

/** One series a node, also where two exporters know it by different names: a join with more would fail as a whole. */
export function namesPerNode(labels: string, info: string): string {
  return `topk by (instance_id, node_id) (1, max by (instance_id, node_id, ${labels}) (${info}))`;
}

/** Adds the label `node`: the node's name, or its id where it has none. */
export function withNodeName(expr: string): string {
  const info = namesPerNode('node_name', 'taurusdb_node_info');
  const named = `label_replace(label_replace(${info}, "node", "$1", "node_id", "(.+)"), "node", "$1", "node_name", "(.+)")`;
  return `(${expr}) * on (instance_id, node_id) group_left (node) ${named}`;
}

/** Over the dashboard's range, by kind. Whole ones: Prometheus reckons with what may lie outside of its samples. */
export const INCIDENTS_BY_KIND = `max by (instance_id, node_id, kind) (round(increase(taurusdb_incidents_total{${CHOSEN_NODES}}[$__range]))) > 0`;
