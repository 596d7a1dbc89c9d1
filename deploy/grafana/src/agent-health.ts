// The exporter itself: do collections run and succeed, how does the API answer, what does the process need.
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { buildDashboard, type Row } from './dashboard.js';
import { perNode, withNodeName } from './expressions.js';
import { graph, number } from './panel.js';
import { CHOSEN_NODES, CHOSEN_PROJECTS } from './variables.js';

/** 0 where it fails for at least one exporter. */
const DISCOVERY_UP = `min by (project) (taurusdb_discovery_up{${CHOSEN_PROJECTS}})`;
const PROJECT_NODES = `taurusdb_project_nodes{${CHOSEN_PROJECTS}}`;

/** The process metrics of our exporters, and of nobody else's. */
const OF_AGENTS = 'and on (job, instance) taurusdb_exporter_build_info';

export function agentHealth(): Dashboard {
  return buildDashboard({
    uid: 'taurusdb-agent',
    title: 'TaurusDB sessions / Agent health',
    description: 'Whether the exporters collect, how the TaurusDB API answers them, and what they need.',
    nodes: 'many',
    rows: [now(), discovery(), collections(), api(), data(), processes()],
  });
}

function now(): Row {
  const shape = { unit: 'short', width: 3 };
  return {
    title: 'Now',
    panels: [
      number({
        ...shape,
        title: 'Exporters down',
        description: 'Exporters that Prometheus cannot scrape. Nothing is known of their nodes.',
        query: { expr: 'count(taurusdb:agent:up == 0) or vector(0)' },
        steps: [{ from: 1, color: 'red' }],
      }),
      number({
        ...shape,
        title: 'Version',
        description: 'Of the exporters; several while an update is under way.',
        query: {
          expr: 'count by (version, revision) (taurusdb_exporter_build_info)',
          legend: '{{version}} {{revision}}',
        },
        asText: true,
      }),
      number({
        ...shape,
        title: 'Failed reloads',
        description: 'Exporters that refused their changed configuration and go on with the one before.',
        query: { expr: 'count(taurusdb_exporter_config_last_reload_successful == 0) or vector(0)' },
        steps: [{ from: 1, color: 'yellow' }],
      }),
      number({
        ...shape,
        title: 'Discovery fails',
        description: 'Projects whose last discovery failed, for at least one exporter.',
        query: { expr: `count(${DISCOVERY_UP} == 0) or vector(0)` },
        steps: [{ from: 1, color: 'red' }],
      }),
      number({
        ...shape,
        title: 'No nodes',
        description: 'Projects of which no exporter knows a node. Nothing of them is collected.',
        query: { expr: `count(sum by (project) (${PROJECT_NODES}) == 0) or vector(0)` },
        steps: [{ from: 1, color: 'red' }],
      }),
      number({
        ...shape,
        title: 'Nodes not collected',
        description: 'Nodes whose last collection failed.',
        query: { expr: `count(${perNode(`taurusdb_up{${CHOSEN_NODES}}`)} == 0) or vector(0)` },
        steps: [{ from: 1, color: 'red' }],
      }),
      number({
        ...shape,
        title: 'Oldest data',
        description: 'Age of the data of the node that was not collected for the longest time.',
        unit: 's',
        query: {
          expr: `max(time() - ${perNode(`taurusdb_collection_last_success_timestamp_seconds{${CHOSEN_NODES}}`)})`,
        },
      }),
      number({
        ...shape,
        title: 'Throttled requests',
        description: 'Share of the API requests of the last 15 minutes that were refused with 429.',
        unit: 'percentunit',
        query: { expr: `max(${throttled('15m')})` },
        steps: [{ from: 0.05, color: 'yellow' }],
      }),
    ],
  };
}

function discovery(): Row {
  return {
    title: 'Discovery',
    panels: [
      graph({
        title: 'Discovery works',
        description:
          '1 while the last discovery of the project succeeded for all exporters, else 0. Known nodes are still collected.',
        unit: 'short',
        width: 6,
        queries: [{ expr: DISCOVERY_UP, legend: '{{project}}' }],
      }),
      graph({
        title: 'Failed discoveries by reason',
        description: 'Per second. What each reason means and what to do stands in docs/alerts.md.',
        unit: 'cps',
        width: 6,
        queries: [
          {
            expr: `sum by (project, reason) (rate(taurusdb_discovery_errors_total{${CHOSEN_PROJECTS}}[$__rate_interval]))`,
            legend: '{{project}} {{reason}}',
          },
        ],
        stacked: true,
      }),
      graph({
        title: 'Discovered nodes',
        description: 'Nodes that discovery found in each project. Empty where discovery is off.',
        unit: 'short',
        width: 6,
        queries: [
          { expr: `max by (project) (taurusdb_discovery_nodes{${CHOSEN_PROJECTS}})`, legend: '{{project}}' },
        ],
      }),
      graph({
        title: 'Nodes of each exporter',
        description: 'Listed and discovered nodes that an exporter collects, of each project.',
        unit: 'short',
        width: 6,
        queries: [{ expr: PROJECT_NODES, legend: '{{project}} {{instance}}' }],
      }),
    ],
  };
}

function collections(): Row {
  return {
    title: 'Collections',
    panels: [
      graph({
        title: 'Collections by result',
        description: 'Per second. Skipped: the one before was still under way, so the schedule is too tight.',
        unit: 'cps',
        width: 12,
        queries: [
          {
            expr: `sum by (result) (rate(taurusdb_collections_total{${CHOSEN_NODES}}[$__rate_interval]))`,
            legend: '{{result}}',
          },
        ],
        stacked: true,
      }),
      graph({
        title: 'Failed collections by reason',
        description: 'Per second. What each reason means and what to do stands in docs/alerts.md.',
        unit: 'cps',
        width: 12,
        queries: [
          {
            expr: `sum by (reason) (rate(taurusdb_collection_errors_total{${CHOSEN_NODES}}[$__rate_interval]))`,
            legend: '{{reason}}',
          },
        ],
        stacked: true,
      }),
      graph({
        title: 'Duration of the phases, slowest node',
        description:
          'submit: a task is ordered. wait: it runs on the server. download: its result arrives and is read.',
        unit: 's',
        width: 12,
        queries: [
          {
            expr: `max by (phase) (taurusdb_collection_duration_seconds{${CHOSEN_NODES}})`,
            legend: '{{phase}}',
          },
        ],
      }),
      graph({
        title: 'Age of the data',
        description:
          'Since the last good collection of each node: a sawtooth as high as the schedule is wide.',
        unit: 's',
        width: 12,
        queries: [
          {
            expr: withNodeName(
              perNode(`time() - taurusdb_collection_last_success_timestamp_seconds{${CHOSEN_NODES}}`),
            ),
            legend: '{{node}}',
          },
        ],
      }),
      graph({
        title: 'Time to the next collection',
        description: 'Below 0 for long: the node waits for its turn, or the schedule stands still.',
        unit: 's',
        width: 12,
        queries: [
          {
            expr: withNodeName(
              perNode(`taurusdb_collection_next_run_timestamp_seconds{${CHOSEN_NODES}} - time()`),
            ),
            legend: '{{node}}',
          },
        ],
      }),
    ],
  };
}

function api(): Row {
  const rate = (metric: string, labels: string) =>
    `sum by (${labels}) (rate(${metric}{${CHOSEN_PROJECTS}}[$__rate_interval]))`;
  return {
    title: 'TaurusDB API',
    panels: [
      graph({
        title: 'Requests by operation and answer',
        description: 'Per second. The code is the HTTP status, or error where no answer came.',
        unit: 'reqps',
        width: 12,
        queries: [
          {
            expr: rate('taurusdb_api_requests_total', 'operation, code'),
            legend: '{{operation}} {{code}}',
          },
        ],
        stacked: true,
      }),
      graph({
        title: 'Throttled share of the requests',
        description: 'Refused with 429, by project. The line is where the alert begins.',
        unit: 'percentunit',
        width: 12,
        queries: [{ expr: throttled('$__rate_interval'), legend: '{{project}}' }],
        steps: [{ from: 0.05, color: 'yellow' }],
      }),
      graph({
        title: 'Duration of the requests, 95th percentile',
        description: 'By operation. Of 100 requests, 95 were faster.',
        unit: 's',
        width: 12,
        queries: [
          {
            expr: `histogram_quantile(0.95, ${rate('taurusdb_api_request_duration_seconds_bucket', 'operation, le')})`,
            legend: '{{operation}}',
          },
        ],
      }),
      graph({
        title: 'Retries and clock corrections',
        description:
          'Retries per second by operation; corrections mean that the clock of this machine is off.',
        unit: 'reqps',
        width: 12,
        queries: [
          { expr: rate('taurusdb_api_retries_total', 'operation'), legend: 'retries of {{operation}}' },
          { expr: rate('taurusdb_api_clock_corrections_total', 'project'), legend: 'clock, {{project}}' },
        ],
      }),
    ],
  };
}

function data(): Row {
  const perSecond = (metric: string) => `sum(rate(${metric}{${CHOSEN_NODES}}[$__rate_interval]))`;
  return {
    title: 'Data',
    panels: [
      graph({
        title: 'Rows read and rejected, numbers not read',
        description:
          'Per second. A rejected row had too few or too many fields, or was the header once more; it is counted and left out. A number that could not be read is missing in its figures.',
        unit: 'short',
        width: 8,
        queries: [
          { expr: perSecond('taurusdb_csv_rows_total'), legend: 'read' },
          { expr: perSecond('taurusdb_csv_rows_rejected_total'), legend: 'rejected' },
          { expr: perSecond('taurusdb_csv_unreadable_numbers_total'), legend: 'numbers not read' },
        ],
      }),
      graph({
        title: 'Bytes read',
        description: 'Of the CSV files, per second.',
        unit: 'Bps',
        width: 8,
        queries: [{ expr: perSecond('taurusdb_csv_bytes_total'), legend: 'bytes' }],
      }),
      graph({
        title: 'Distinct values, highest node',
        description:
          'Before max_values is applied: above it, the values with the fewest sessions are shown as other.',
        unit: 'short',
        width: 8,
        queries: [
          {
            expr: `max by (dimension) (taurusdb_dimension_values{${CHOSEN_NODES}})`,
            legend: '{{dimension}}',
          },
        ],
      }),
    ],
  };
}

function processes(): Row {
  return {
    title: 'Process',
    panels: [
      graph({
        title: 'CPU',
        description: 'Share of one core.',
        unit: 'percentunit',
        width: 8,
        queries: [
          {
            expr: `rate(process_cpu_seconds_total[$__rate_interval]) ${OF_AGENTS}`,
            legend: '{{instance}}',
          },
        ],
      }),
      graph({
        title: 'Memory',
        description: 'Resident memory of the process and the heap in use. It must not grow day by day.',
        unit: 'bytes',
        width: 8,
        queries: [
          { expr: `process_resident_memory_bytes ${OF_AGENTS}`, legend: '{{instance}} resident' },
          { expr: `nodejs_heap_size_used_bytes ${OF_AGENTS}`, legend: '{{instance}} heap' },
        ],
      }),
      graph({
        title: 'Event loop lag, 99th percentile',
        description: 'How long the process keeps everything waiting. Scrapes are late by as much.',
        unit: 's',
        width: 8,
        queries: [{ expr: `nodejs_eventloop_lag_p99_seconds ${OF_AGENTS}`, legend: '{{instance}}' }],
      }),
    ],
  };
}

/** No request was throttled where no series with code 429 is there yet. */
function throttled(range: string): string {
  const all = `sum by (project) (rate(taurusdb_api_requests_total{${CHOSEN_PROJECTS}}[${range}]))`;
  const refused = `sum by (project) (rate(taurusdb_api_requests_total{code="429",${CHOSEN_PROJECTS}}[${range}]))`;
  return `(${refused} or 0 * ${all}) / ${all}`;
}
