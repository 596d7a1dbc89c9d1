// All nodes at a glance: which are collected, which are busy, full, or unlike themselves.
import type { Dashboard, DynamicConfigValue } from '@grafana/grafana-foundation-sdk/dashboard';
import { buildDashboard, type Row } from './dashboard.js';
import { withNodeName } from './node-names.js';
import { type Column, type Steps, statPanel, tablePanel, thresholds, timeseriesPanel } from './panel.js';
import { CHOSEN_NODES, CHOSEN_PROJECTS } from './variables.js';

const SATURATION_STEPS: Steps = [
  [0.8, 'yellow'],
  [0.95, 'red'],
];
const SATURATION = `max by (instance_id, node_id) (taurusdb_sessions{${CHOSEN_NODES}}) / max by (instance_id, node_id) (taurusdb_node_max_connections{${CHOSEN_NODES}})`;
const EXCESS = `max by (instance_id, node_id) (node:taurusdb_sessions:excess{${CHOSEN_NODES}})`;

export function fleetOverview(): Dashboard {
  return buildDashboard({
    uid: 'taurusdb-fleet',
    title: 'TaurusDB sessions / Fleet overview',
    description:
      'Every node that the exporters collect. What is usual and what is above it comes from the recording rules in deploy/prometheus.',
    nodes: 'many',
    rows: [now(), nodes(), overTime(), origins()],
  });
}

function now(): Row {
  return {
    title: 'Now',
    panels: [
      statPanel({
        title: 'Nodes',
        description: 'Nodes that the exporters know, from their configuration or from discovery.',
        unit: 'short',
        width: 4,
        query: { expr: `count(count by (node_id) (taurusdb_node_info{${CHOSEN_NODES}})) or vector(0)` },
      }),
      statPanel({
        title: 'Not collected',
        description: 'Nodes whose last collection failed. Agent health tells why.',
        unit: 'short',
        width: 4,
        query: { expr: `count(max by (node_id) (taurusdb_up{${CHOSEN_NODES}}) == 0) or vector(0)` },
        steps: [[1, 'red']],
      }),
      statPanel({
        title: 'Sessions',
        description: 'All sessions of all chosen nodes, as of their last collections.',
        unit: 'short',
        width: 4,
        query: { expr: `sum(max by (node_id) (taurusdb_sessions{${CHOSEN_NODES}}))` },
      }),
      statPanel({
        title: 'Active sessions',
        description: 'Sessions that do something: not sleeping, not replication, not a daemon.',
        unit: 'short',
        width: 4,
        query: { expr: `sum(max by (node_id) (taurusdb_sessions_active{${CHOSEN_NODES}}))` },
      }),
      statPanel({
        title: 'Fullest node',
        description: 'The highest share of max_connections that a node uses. At 100 % it refuses connections.',
        unit: 'percentunit',
        width: 4,
        query: { expr: `max(${SATURATION})` },
        steps: SATURATION_STEPS,
      }),
      statPanel({
        title: 'Alerts that fire',
        description: 'Firing alerts of the shipped rules, over all nodes and exporters.',
        unit: 'short',
        width: 4,
        query: { expr: 'count(ALERTS{alertname=~"TaurusDB.*",alertstate="firing"}) or vector(0)' },
        steps: [[1, 'yellow']],
      }),
    ],
  };
}

function nodes(): Row {
  const perNode = (expr: string): { expr: string } => ({ expr: `max by (instance_id, node_id) (${expr})` });
  return {
    title: 'Nodes',
    panels: [
      tablePanel({
        title: 'Nodes',
        description:
          'One row per node; its name leads to the node. Usual is the level that the node has at this time of day and week.',
        unit: 'short',
        width: 24,
        height: 10,
        queries: [
          {
            expr: `max by (instance_id, node_id, project, instance_name, node_name, role) (taurusdb_node_info{${CHOSEN_NODES}})`,
          },
          perNode(`taurusdb_up{${CHOSEN_NODES}}`),
          perNode(`time() - taurusdb_collection_last_success_timestamp_seconds{${CHOSEN_NODES}}`),
          perNode(`taurusdb_sessions{${CHOSEN_NODES}}`),
          perNode(`node:taurusdb_sessions:baseline{${CHOSEN_NODES}}`),
          { expr: SATURATION },
          perNode(`taurusdb_sessions_active{${CHOSEN_NODES}}`),
          perNode(`taurusdb_sessions_lock_waiting{${CHOSEN_NODES}}`),
          perNode(`taurusdb_sessions_idle_in_transaction{${CHOSEN_NODES}}`),
          perNode(`taurusdb_session_longest_seconds{command=~"(?i:query|execute)",${CHOSEN_NODES}}`),
        ],
        columns: NODE_COLUMNS,
        hidden: ['Value #A'],
        sortBy: 'Of limit',
      }),
    ],
  };
}

const NODE_LINK: DynamicConfigValue = {
  id: 'links',
  value: [
    { title: 'Open the node', url: '/d/taurusdb-node?var-node=${__data.fields.node_id}&${__url_time_range}' },
  ],
};
const NODE_COLUMNS: readonly Column[] = [
  { field: 'project', title: 'Project' },
  { field: 'instance_name', title: 'Instance' },
  { field: 'node_name', title: 'Node', settings: [NODE_LINK] },
  { field: 'role', title: 'Role' },
  { field: 'Value #B', title: 'Collected', settings: [yesNo(), colored([])] },
  { field: 'Value #C', title: 'Data age', settings: [{ id: 'unit', value: 's' }] },
  { field: 'Value #D', title: 'Sessions' },
  { field: 'Value #E', title: 'Usual', settings: [{ id: 'decimals', value: 0 }] },
  {
    field: 'Value #F',
    title: 'Of limit',
    settings: [
      { id: 'unit', value: 'percentunit' },
      { id: 'thresholds', value: thresholds(SATURATION_STEPS).build() },
      colored(SATURATION_STEPS),
    ],
  },
  { field: 'Value #G', title: 'Active' },
  { field: 'Value #H', title: 'Lock waits' },
  { field: 'Value #I', title: 'Idle in transaction' },
  { field: 'Value #J', title: 'Longest query', settings: [{ id: 'unit', value: 's' }] },
  { field: 'node_id', title: 'node_id', settings: [NODE_LINK] },
  { field: 'instance_id', title: 'instance_id' },
];
