// The families that describe a node and its collections, fresh snapshot or not, in the order of their publication.
import type { EpochMs } from '../clock.js';
import { COLLECTION_PHASES, COLLECTION_RESULTS, type NodeStatus } from '../collect/node-store.js';
import { FAILURE_REASONS } from '../model/failure.js';
import { INCIDENT_KINDS, incidentSeconds } from '../model/incident.js';
import { NUMBER_COLUMNS } from '../sessions/columns.js';
import type { Sample, StatusFamily } from './metric-family.js';

function ofCollections(
  type: StatusFamily['type'],
  name: string,
  help: string,
  labels: readonly string[],
  samples: (status: NodeStatus) => readonly Sample[],
): StatusFamily {
  return { source: 'status', name, type, help, labels, configuredLabels: false, samples };
}

/** Prometheus counts time in seconds. */
function timestamp(milliseconds: EpochMs | undefined): Sample {
  return [milliseconds === undefined ? undefined : milliseconds / 1000];
}

export const STATUS_FAMILIES: readonly StatusFamily[] = [
  {
    source: 'status',
    name: 'taurusdb_node_info',
    type: 'gauge',
    help: 'Always 1; its labels are what the configuration and discovery know of the node, empty where they know nothing.',
    labels: ['project', 'cloud_region', 'instance_name', 'node_name', 'role'],
    configuredLabels: true,
    samples: ({ node }) => [[1, node.project, node.cloudRegion, node.instanceName, node.name, node.role]],
  },
  {
    source: 'status',
    name: 'taurusdb_node_max_connections',
    type: 'gauge',
    help: 'How many connections the node accepts: from discovery or, for a node that is only listed, from its max_connections key.',
    labels: [],
    configuredLabels: true,
    samples: ({ node }) => [[node.maxConnections]],
  },
  ofCollections(
    'gauge',
    'taurusdb_up',
    'Whether the last scheduled collection of the node succeeded (1) or failed (0); absent before the first has ended.',
    [],
    ({ up }) => [[up === undefined ? undefined : Number(up)]],
  ),
  ofCollections(
    'gauge',
    'taurusdb_collection_duration_seconds',
    'Time that each phase of the last scheduled collection of the node took; absent for a phase that was not reached.',
    ['phase'],
    ({ phaseSeconds }) => COLLECTION_PHASES.map((phase) => [phaseSeconds[phase], phase]),
  ),
  ofCollections(
    'gauge',
    'taurusdb_collection_last_success_timestamp_seconds',
    'When the last successful collection of the node ended: the moment that its session series describe.',
    [],
    ({ lastSuccessAt }) => [timestamp(lastSuccessAt?.wall)],
  ),
  ofCollections(
    'counter',
    'taurusdb_collections_total',
    'Scheduled collections of the node by result; skipped ones were due while the one before was still running or waiting.',
    ['result'],
    ({ collections }) => COLLECTION_RESULTS.map((result) => [collections[result], result]),
  ),
  ofCollections(
    'counter',
    'taurusdb_collection_errors_total',
    'Failed collections of the node by reason.',
    ['reason'],
    ({ errors }) => FAILURE_REASONS.map((reason) => [errors[reason], reason]),
  ),
  ofCollections(
    'counter',
    'taurusdb_csv_rows_total',
    'Rows read from the session lists of the node.',
    [],
    ({ csvRows }) => [[csvRows]],
  ),
  ofCollections(
    'counter',
    'taurusdb_csv_rows_rejected_total',
    'Rows of the session lists of the node that were skipped because they have too few or too many fields, or repeat the header.',
    [],
    ({ csvRowsRejected }) => [[csvRowsRejected]],
  ),
  ofCollections(
    'counter',
    'taurusdb_csv_unreadable_numbers_total',
    'Cells of the number columns in the session lists of the node that could not be read: figures leave them out, and a figure for which none could be read is absent.',
    ['column'],
    ({ csvUnreadableNumbers }) => NUMBER_COLUMNS.map((column) => [csvUnreadableNumbers[column], column]),
  ),
  ofCollections(
    'counter',
    'taurusdb_csv_bytes_total',
    'Bytes read of the session lists of the node, decoded.',
    [],
    ({ csvBytes }) => [[csvBytes]],
  ),
  ofCollections(
    'gauge',
    'taurusdb_collection_next_run_timestamp_seconds',
    'When the next collection of the node is due, with its splay.',
    [],
    ({ nextRunAt }) => [timestamp(nextRunAt)],
  ),
  ofCollections(
    'gauge',
    'taurusdb_sessions_usual',
    'Sessions that are usual for the node at this time: the highest of the median of the last hour and of the levels around this time yesterday and a week ago; absent until 10 collections are known.',
    [],
    ({ incidents }) => [[incidents?.usual.sessions]],
  ),
  ofCollections(
    'gauge',
    'taurusdb_incident_active',
    'Whether an incident of the node lasts (1) or not (0).',
    [],
    ({ incidents }) => [[incidents && Number(incidents.active !== undefined)]],
  ),
  ofCollections(
    'gauge',
    'taurusdb_incident_last_timestamp_seconds',
    'When the last incident of the node began that has a record, in whole seconds: the number in its id.',
    [],
    ({ incidents }) => [[incidents?.lastStartedAt && incidentSeconds(incidents.lastStartedAt)]],
  ),
  ofCollections(
    'counter',
    'taurusdb_incidents_total',
    'Incidents of the node that were recorded, by kind; one of several kinds counts for each.',
    ['kind'],
    ({ incidents }) => INCIDENT_KINDS.map((kind) => [incidents?.begun[kind], kind]),
  ),
  ofCollections(
    'counter',
    'taurusdb_incidents_suppressed_total',
    'Incidents of the node that were not recorded, as it had as many in 24 hours as incidents.max_per_day allows.',
    [],
    ({ incidents }) => [[incidents?.suppressed]],
  ),
];
