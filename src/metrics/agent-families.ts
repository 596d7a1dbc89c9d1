// The families of the process and its projects, in the order of their publication; prom-client's own come behind.
import type { AgentFamily } from './metric-family.js';

function agentFamily(
  type: AgentFamily['type'],
  name: string,
  help: string,
  labels: readonly string[] = [],
): AgentFamily {
  return { source: 'agent', name, type, help, labels };
}

export const API_REQUESTS = agentFamily(
  'counter',
  'taurusdb_api_requests_total',
  'Requests to the cloud API by HTTP status; the code error stands for a request that got no answer.',
  ['project', 'operation', 'code'],
);
export const API_REQUEST_DURATION = agentFamily(
  'histogram',
  'taurusdb_api_request_duration_seconds',
  'Time from sending a request to the cloud API to the headers of its answer, or to its failure.',
  ['project', 'operation'],
);
export const API_RETRIES = agentFamily(
  'counter',
  'taurusdb_api_retries_total',
  'Requests to the cloud API that were sent again after a failure.',
  ['project', 'operation'],
);
export const API_CLOCK_CORRECTIONS = agentFamily(
  'counter',
  'taurusdb_api_clock_corrections_total',
  "Times that the clock used for signing was corrected by the cloud API's, after a signature was refused for its date.",
  ['project'],
);
export const API_BUDGET_RATE = agentFamily(
  'gauge',
  'taurusdb_api_budget_requests_per_second',
  "What the project's budget of requests to TaurusDB allows now: less than max_requests_per_second after a 429, 0 while the API has asked to wait.",
  ['project'],
);
export const API_BUDGET_USED = agentFamily(
  'gauge',
  'taurusdb_api_budget_used_ratio',
  "Share of the project's budget of requests to TaurusDB that was used over about the last minute: near 1, requests wait for their turn.",
  ['project'],
);
export const DISCOVERY_UP = agentFamily(
  'gauge',
  'taurusdb_discovery_up',
  'Whether the last discovery of the project read all of it (1), or failed in whole or in part (0); 0 until one has succeeded.',
  ['project'],
);
export const DISCOVERY_ERRORS = agentFamily(
  'counter',
  'taurusdb_discovery_errors_total',
  'Discoveries of the project that failed in whole or in part, each counted once, by the reason of its first failure.',
  ['project', 'reason'],
);
export const DISCOVERY_NODES = agentFamily(
  'gauge',
  'taurusdb_discovery_nodes',
  'Nodes that the last successful discovery of the project found.',
  ['project'],
);
export const DISCOVERY_LAST_SUCCESS = agentFamily(
  'gauge',
  'taurusdb_discovery_last_success_timestamp_seconds',
  'When the last successful discovery of the project ended.',
  ['project'],
);
export const PROJECT_NODES = agentFamily(
  'gauge',
  'taurusdb_project_nodes',
  'Nodes of the project that this process collects, listed or discovered; with several shards, each counts its own.',
  ['project'],
);
export const BUILD_INFO = agentFamily(
  'gauge',
  'taurusdb_exporter_build_info',
  'Always 1; its labels are the version and revision of the exporter and the version of Node.js.',
  ['version', 'revision', 'node_version'],
);
export const CONFIG_LAST_RELOAD_SUCCESSFUL = agentFamily(
  'gauge',
  'taurusdb_exporter_config_last_reload_successful',
  'Whether the last attempt to load each file, configuration and web configuration, succeeded (1), or failed for one of them (0).',
);
export const CONFIG_LAST_RELOAD_SUCCESS = agentFamily(
  'gauge',
  'taurusdb_exporter_config_last_reload_success_timestamp_seconds',
  'When a file was last loaded with the result that each file, configuration and web configuration, was loaded successfully.',
);
export const WEB_INFO = agentFamily(
  'gauge',
  'taurusdb_exporter_web_info',
  'Always 1; its label is web.external_url, where people reach the exporter, with a slash at its end, or empty.',
  ['external_url'],
);
export const INCIDENT_STORE_ERRORS = agentFamily(
  'counter',
  'taurusdb_incident_store_errors_total',
  'Records of incidents that could not be written or read, and files in their directory that are none.',
);

export const AGENT_FAMILIES: readonly AgentFamily[] = [
  API_REQUESTS,
  API_REQUEST_DURATION,
  API_RETRIES,
  API_CLOCK_CORRECTIONS,
  API_BUDGET_RATE,
  API_BUDGET_USED,
  DISCOVERY_UP,
  DISCOVERY_ERRORS,
  DISCOVERY_NODES,
  DISCOVERY_LAST_SUCCESS,
  PROJECT_NODES,
  BUILD_INFO,
  CONFIG_LAST_RELOAD_SUCCESSFUL,
  CONFIG_LAST_RELOAD_SUCCESS,
  WEB_INFO,
  INCIDENT_STORE_ERRORS,
];
