// All nodes at a glance: which are collected, which are busy, full, or unlike themselves.
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { buildDashboard, type Row } from './dashboard.js';
import {
  INCIDENTS_BY_KIND,
  LONGEST_QUERY,
  namesPerNode,
  perNode,
  SATURATION,
  SATURATION_STEPS,
  withNodeName,
} from './expressions.js';
import { graph, number } from './panel.js';
import { dataTable } from './table-panel.js';
import { CHOSEN_NODES } from './variables.js';

/** Of a table's row. */
const NODE_DETAIL =
  // biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana fills it in from the row
  '/d/taurusdb-node?${__url_time_range}&${datasource:queryparam}&var-instance=${__data.fields.instance_id}&var-node=${__data.fields.node_id}';

export function fleetOverview(): Dashboard {
  return buildDashboard({
    uid: 'taurusdb-fleet',
    title: 'TaurusDB sessions / Fleet overview',
    description: 'Every node that is collected. What is usual comes from the recording rules of the alerts.',
    nodes: 'many',
    rows: [now(), nodes(), history(), origins(), incidents()],
  });
}

function now(): Row {
  const shape = { unit: 'short', width: 4 };
  return {
    title: 'Now',
    panels: [
      number({
        ...shape,
        title: 'Nodes',
        description: 'Nodes that the exporters know, from their configuration or from discovery.',
        query: { expr: `count(${perNode(`taurusdb_node_info{${CHOSEN_NODES}}`)})` },
      }),
      number({
        ...shape,
        title: 'Not collected',
        description: 'Nodes whose last collection failed. Agent health tells why.',
        query: { expr: `count(${perNode(`taurusdb_up{${CHOSEN_NODES}}`)} == 0) or vector(0)` },
        steps: [{ from: 1, color: 'red' }],
      }),
      number({
        ...shape,
        title: 'Sessions',
        description: 'All sessions of the chosen nodes, as of their last collections.',
        query: { expr: `sum(${perNode(`taurusdb_sessions{${CHOSEN_NODES}}`)})` },
      }),
      number({
        ...shape,
        title: 'Active sessions',
        description: 'Sessions that do something: they do not sleep, and are no daemon and no replication.',
        query: { expr: `sum(${perNode(`taurusdb_sessions_active{${CHOSEN_NODES}}`)})` },
      }),
      number({
        ...shape,
        title: 'Fullest node',
        description:
          'The highest share of its max_connections that a node uses. At 100 % it refuses connections.',
        unit: 'percentunit',
        query: { expr: `max(${SATURATION})` },
        steps: SATURATION_STEPS,
      }),
      number({
        ...shape,
        title: 'Firing alerts',
        description: 'Alerts of the shipped rules that fire, of all nodes and exporters.',
        query: { expr: 'count(ALERTS{alertname=~"TaurusDB.*",alertstate="firing"}) or vector(0)' },
        steps: [{ from: 1, color: 'yellow' }],
      }),
    ],
  };
}

function nodes(): Row {
  return {
    title: 'Nodes',
    panels: [
      dataTable({
        title: 'Nodes',
        description:
          'A row for each node; its name leads to the node. Usual is its level at this time of day and week.',
        unit: 'short',
        width: 24,
        height: 10,
        expressions: [
          withNodeName(namesPerNode('project, instance_name, role', `taurusdb_node_info{${CHOSEN_NODES}}`)),
          perNode(`taurusdb_up{${CHOSEN_NODES}}`),
          perNode(`time() - taurusdb_collection_last_success_timestamp_seconds{${CHOSEN_NODES}}`),
          perNode(`taurusdb_sessions{${CHOSEN_NODES}}`),
          perNode(`node:taurusdb_sessions:baseline{${CHOSEN_NODES}}`),
          SATURATION,
          perNode(`taurusdb_sessions_active{${CHOSEN_NODES}}`),
          perNode(`taurusdb_sessions_lock_waiting{${CHOSEN_NODES}}`),
          perNode(`taurusdb_sessions_idle_in_transaction{${CHOSEN_NODES}}`),
          perNode(LONGEST_QUERY),
        ],
        columns: [
          { field: 'project', title: 'Project' },
          { field: 'instance_name', title: 'Instance' },
          {
            field: 'node',
            title: 'Node',
            link: NODE_DETAIL,
          },
          { field: 'role', title: 'Role' },
          {
            field: 'Value #B',
            title: 'Collected',
            words: { 0: 'failed', 1: 'yes' },
            steps: [
              { from: 0, color: 'red' },
              { from: 1, color: 'green' },
            ],
          },
          { field: 'Value #C', title: 'Data age', unit: 's', decimals: 0 },
          { field: 'Value #D', title: 'Sessions' },
          { field: 'Value #E', title: 'Usual', decimals: 0 },
          { field: 'Value #F', title: 'Of limit', unit: 'percentunit', steps: SATURATION_STEPS },
          { field: 'Value #G', title: 'Active' },
          { field: 'Value #H', title: 'Lock waits' },
          { field: 'Value #I', title: 'Idle in transaction' },
          { field: 'Value #J', title: 'Longest query', unit: 's' },
          { field: 'instance_id', title: 'instance_id' },
          { field: 'node_id', title: 'node_id' },
        ],
        hidden: ['Value #A'],
        sortBy: 'Sessions',
      }),
    ],
  };
}

function history(): Row {
  const byNode = (expr: string) => [{ expr: withNodeName(perNode(expr)), legend: '{{node}}' }];
  return {
    title: 'Over time',
    panels: [
      graph({
        title: 'Sessions',
        description: 'All sessions of each node.',
        unit: 'short',
        width: 12,
        queries: byNode(`taurusdb_sessions{${CHOSEN_NODES}}`),
      }),
      graph({
        title: 'Sessions above what is usual',
        description:
          'Against the last hour and this time yesterday and a week ago. The spike alert looks at this.',
        unit: 'short',
        width: 12,
        queries: byNode(`node:taurusdb_sessions:excess{${CHOSEN_NODES}}`),
      }),
      graph({
        title: 'Active sessions',
        description: 'Sessions of each node that do something at the same time.',
        unit: 'short',
        width: 12,
        queries: byNode(`taurusdb_sessions_active{${CHOSEN_NODES}}`),
      }),
      graph({
        title: 'Share of max_connections',
        description: 'The lines are where the two saturation alerts begin.',
        unit: 'percentunit',
        width: 12,
        queries: [{ expr: withNodeName(SATURATION), legend: '{{node}}' }],
        steps: SATURATION_STEPS,
      }),
    ],
  };
}

function origins(): Row {
  const top = (label: string, metric: string) => [
    {
      expr: `topk(10, sum by (${label}) (max by (node_id, ${label}) (${metric}{${CHOSEN_NODES}})))`,
      legend: `{{${label}}}`,
    },
  ];
  return {
    title: 'Where sessions come from',
    panels: [
      graph({
        title: 'Users with the most sessions',
        description: 'Ten users, their sessions on all chosen nodes added up.',
        unit: 'short',
        width: 12,
        queries: top('user', 'taurusdb_sessions_by_user'),
      }),
      graph({
        title: 'Client hosts with the most sessions',
        description: 'Ten client hosts, their sessions on all chosen nodes added up.',
        unit: 'short',
        width: 12,
        queries: top('client_host', 'taurusdb_sessions_by_host'),
      }),
    ],
  };
}

function incidents(): Row {
  return {
    title: 'Incidents',
    panels: [
      dataTable({
        title: 'Incidents',
        description:
          'How many began within the time range, by node and kind; one of several kinds counts for each. Records are on the page of the exporter.',
        unit: 'short',
        width: 12,
        height: 8,
        expressions: [withNodeName(INCIDENTS_BY_KIND)],
        columns: [
          {
            field: 'node',
            title: 'Node',
            link: NODE_DETAIL,
          },
          { field: 'kind', title: 'Kind' },
          { field: 'Value', title: 'Incidents', decimals: 0 },
          { field: 'instance_id', title: 'instance_id' },
          { field: 'node_id', title: 'node_id' },
        ],
        hidden: [],
        sortBy: 'Incidents',
      }),
    ],
  };
}
