// What a person can do about a failed collection, by its reason.
import type { FailureReason } from '../../model/failure.js';

/** One or two sentences, the likeliest cause first. */
export const FAILURE_HINTS: Readonly<Record<FailureReason, string>> = {
  network:
    'The API cannot be reached from here, or the connection broke. Check name resolution, routes, the proxy and the project’s endpoint; the next run tries again.',
  timeout:
    'The collection did not end within collection.timeout. taurusdb_collection_duration_seconds tells which phase is slow: give it more time, or collect less often.',
  auth: 'The credentials were refused, or lack gaussdbformysql:instance:getRealtimeSession. Check them with check-config --online; after two refusals nothing is sent for 330 s.',
  throttled:
    'The API limits how often it is asked. Lower api.max_requests_per_second, collect less often, or ask Huawei Cloud for a higher quota.',
  api: 'The API refused the request or answered something unexpected: its message says what. Check the instance and node id, and whether the node still exists.',
  task_error:
    'The database service could not list the sessions of this node. Look at the node in the Huawei Cloud console; one that restarts or is overloaded recovers by itself.',
  task_unrecognized:
    'The service has lost track of the task, as after a failover of its own. Once is no reason to worry; if it goes on, open a ticket with the request id of the log.',
  csv: 'The result could not be read. If a column is missing, add its name under csv.columns; if letters are garbled, set csv.encoding.',
  too_large:
    'The session list is larger than api.max_csv_bytes. Raise it, or let collection.filter take fewer sessions.',
  internal: 'A fault of this program. Please report it with the lines of the log that belong to it.',
};
