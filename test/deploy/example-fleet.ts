// The exposition of a small fleet, every metric that the exporter publishes: what rules, dashboards and consoles are
// tried on without an exporter. Node `n1` spikes for 30 s in every two minutes; a node of another project fails.
/** Of the node that has every series. */
export const EXAMPLE_NODE_ID = 'n1no07';

const HOSTILE_USER = '<b>q"uote\\</b>';

interface ExampleNode {
  readonly ids: string;
  readonly info: string;
  readonly base: number;
  readonly up: 0 | 1;
}

const NODES: readonly ExampleNode[] = [
  {
    ids: `instance_id="i1in07",node_id="${EXAMPLE_NODE_ID}"`,
    info: 'project="production",cloud_region="ap-southeast-3",instance_name="orders",node_name="orders-primary",role="master"',
    base: 60,
    up: 1,
  },
  {
    ids: 'instance_id="i1in07",node_id="n2no07"',
    info: 'project="production",cloud_region="ap-southeast-3",instance_name="orders",node_name="orders-replica",role="slave"',
    base: 30,
    up: 1,
  },
  {
    ids: 'instance_id="i2in07",node_id="n3no07"',
    info: 'project="staging",cloud_region="ap-southeast-3",instance_name="",node_name="",role=""',
    base: 12,
    up: 0,
  },
];

/** The text format at a moment, seconds since the epoch. */
export function exampleFleet(now: number): string {
  const samples = [...NODES.flatMap((node) => nodeSamples(node, now)), ...agentSamples(now)];
  return `${samples.join('\n')}\n`;
}

function nodeSamples({ ids, info, base, up }: ExampleNode, now: number): string[] {
  const spike = ids.includes('n1no07') && now % 120 >= 90 ? 200 : 0;
  const sway = Math.round((base / 10) * Math.sin(now / 60));
  const app = base + sway + spike;
  const total = app + 10;
  const collected = Math.floor(now) - 1000;
  return [
    `taurusdb_node_info{${ids},${info}} 1`,
    `taurusdb_node_max_connections{${ids}} 400`,
    `taurusdb_sessions{${ids}} ${total}`,
    `taurusdb_sessions_active{${ids}} ${Math.round(app / 3)}`,
    `taurusdb_sessions_slow{${ids}} 2`,
    `taurusdb_sessions_by_state{${ids},state="none"} ${total - 8}`,
    `taurusdb_sessions_by_state{${ids},state="Sending data"} 8`,
    `taurusdb_sessions_by_user{${ids},user="app_rw"} ${app}`,
    `taurusdb_sessions_by_user{${ids},user=${JSON.stringify(HOSTILE_USER)}} 10`,
    `taurusdb_sessions_by_host{${ids},client_host="10.0.0.1"} ${total - spike}`,
    ...(spike > 0 ? [`taurusdb_sessions_by_host{${ids},client_host="10.0.0.9"} ${spike}`] : []),
    `taurusdb_sessions_by_database{${ids},database="shop"} ${total}`,
    `taurusdb_sessions_by_command{${ids},command="Sleep"} ${total - 8}`,
    `taurusdb_sessions_by_command{${ids},command="Query"} 8`,
    `taurusdb_session_time_seconds{${ids},command="Sleep"} 9000`,
    `taurusdb_session_time_seconds{${ids},command="Query"} ${40 + (now % 60)}`,
    `taurusdb_session_longest_seconds{${ids},command="Sleep"} 3000`,
    `taurusdb_session_longest_seconds{${ids},command="Query"} ${now % 60}`,
    `taurusdb_transactions_open{${ids}} 4`,
    `taurusdb_transactions_long{${ids}} 1`,
    `taurusdb_sessions_idle_in_transaction{${ids}} 2`,
    `taurusdb_transaction_longest_seconds{${ids}} ${now % 300}`,
    `taurusdb_transaction_rows_locked{${ids}} 120`,
    `taurusdb_transaction_tables_locked{${ids}} 3`,
    `taurusdb_transaction_rows_modified{${ids}} 40`,
    `taurusdb_sessions_lock_waiting{${ids}} 1`,
    `taurusdb_transaction_lock_wait_longest_seconds{${ids}} 7`,
    `taurusdb_incidents_total{${ids},kind="spike"} ${collected}`,
    `taurusdb_incidents_total{${ids},kind="lock_waiting"} 0`,
    `taurusdb_incident_active{${ids}} ${spike > 0 ? 1 : 0}`,
    `taurusdb_incident_last_timestamp_seconds{${ids}} ${Math.floor(now / 120) * 120 - 30}`,
    `taurusdb_incidents_suppressed_total{${ids}} 0`,
    `taurusdb_sessions_usual{${ids}} ${base + 10}`,
    `taurusdb_up{${ids}} ${up}`,
    ...['submit', 'wait', 'download'].map(
      (phase, index) => `taurusdb_collection_duration_seconds{${ids},phase="${phase}"} ${(index + 1) / 10}`,
    ),
    `taurusdb_collection_last_success_timestamp_seconds{${ids}} ${Math.floor(now) - (up === 1 ? 4 : 150)}`,
    `taurusdb_collection_next_run_timestamp_seconds{${ids}} ${Math.floor(now) + 6}`,
    `taurusdb_collections_total{${ids},result="success"} ${collected * up}`,
    `taurusdb_collections_total{${ids},result="error"} ${collected * (1 - up)}`,
    `taurusdb_collections_total{${ids},result="skipped"} 0`,
    `taurusdb_collection_errors_total{${ids},reason="timeout"} ${collected * (1 - up)}`,
    `taurusdb_collection_errors_total{${ids},reason="auth"} 0`,
    `taurusdb_csv_rows_total{${ids}} ${collected * total}`,
    `taurusdb_csv_rows_rejected_total{${ids}} 0`,
    `taurusdb_csv_unreadable_numbers_total{${ids},column="time"} 0`,
    `taurusdb_csv_bytes_total{${ids}} ${collected * total * 90}`,
    ...['state', 'user', 'host', 'database', 'command'].map(
      (dimension) => `taurusdb_dimension_values{${ids},dimension="${dimension}"} 2`,
    ),
  ];
}

function agentSamples(now: number): string[] {
  const requests = Math.floor(now) - 1000;
  return [
    ...['production', 'staging'].flatMap((project) => [
      ...['submit', 'wait', 'download'].flatMap((operation) => [
        `taurusdb_api_requests_total{project="${project}",operation="${operation}",code="200"} ${requests}`,
        `taurusdb_api_requests_total{project="${project}",operation="${operation}",code="429"} 3`,
        `taurusdb_api_request_duration_seconds_bucket{project="${project}",operation="${operation}",le="0.1"} ${requests}`,
        `taurusdb_api_request_duration_seconds_bucket{project="${project}",operation="${operation}",le="+Inf"} ${requests}`,
        `taurusdb_api_request_duration_seconds_sum{project="${project}",operation="${operation}"} ${requests / 20}`,
        `taurusdb_api_request_duration_seconds_count{project="${project}",operation="${operation}"} ${requests}`,
        `taurusdb_api_retries_total{project="${project}",operation="${operation}"} 1`,
      ]),
      `taurusdb_api_clock_corrections_total{project="${project}"} 0`,
      `taurusdb_project_nodes{project="${project}"} 2`,
      `taurusdb_discovery_up{project="${project}"} 1`,
      `taurusdb_discovery_errors_total{project="${project}",reason="network"} 0`,
      `taurusdb_discovery_nodes{project="${project}"} 2`,
      `taurusdb_discovery_last_success_timestamp_seconds{project="${project}"} ${Math.floor(now) - 30}`,
    ]),
    'taurusdb_exporter_build_info{version="0.1.0",revision="abc1234",node_version="v20.19.0"} 1',
    'taurusdb_exporter_web_info{external_url="https://exporter.example.com/"} 1',
    'taurusdb_incident_store_errors_total 0',
    'taurusdb_exporter_config_last_reload_successful 1',
    `taurusdb_exporter_config_last_reload_success_timestamp_seconds ${Math.floor(now) - 300}`,
    `process_cpu_seconds_total ${requests / 100}`,
    'process_resident_memory_bytes 90000000',
    `process_start_time_seconds ${Math.floor(now) - 300}`,
    'nodejs_heap_size_used_bytes 30000000',
    'nodejs_eventloop_lag_p99_seconds 0.011',
  ];
}
