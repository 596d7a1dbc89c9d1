// A failure for people: of a node's collection or of a project's discovery, with what a user can do about it.
import type { FailureDetails, FailureReason, LastFailure } from '../../model/failure.js';
import { firstCharacters, oneLine } from '../../visible-text.js';

/** As much as the pause after refusals takes together with the words of the API that led to it. */
const MAX_MESSAGE_LENGTH = 1_000;

/** About a failed collection: one or two sentences, the likeliest cause first. */
const COLLECTION_HINTS: Readonly<Record<FailureReason, string>> = {
  network:
    'The API cannot be reached from here, or the connection broke. Check name resolution, routes, the proxy and the project’s endpoint; the next run tries again.',
  timeout:
    'The collection did not end within collection.timeout. taurusdb_collection_duration_seconds tells which phase is slow: give it more time, or collect less often.',
  auth: 'The API refused the credentials, or what was asked with them: the message says what to check. After two refusals of a key or token nothing is sent for 330 s, with it or, where others are accepted, for this node or project alone; after one of a password nothing for 15 minutes.',
  throttled:
    'The API limits how often it is asked. Lower api.max_requests_per_second, collect less often, or ask Huawei Cloud for a higher quota.',
  api: 'The API, or what stands in front of it, refused the request or answered something unexpected: the message says what came and what was expected. The next run tries again.',
  task_error:
    'The database service could not list the sessions of this node. Look at the node in the Huawei Cloud console; one that restarts or is overloaded recovers by itself.',
  task_unrecognized:
    'The service has lost track of the task, as after a failover of its own. Once is no reason to worry; if it goes on, open a ticket with the request id of the log.',
  csv: 'The result could not be read: the message says why. If a column is missing, add its name under csv.columns; if letters are garbled, set csv.encoding.',
  too_large:
    'The session list is larger than api.max_csv_bytes. Raise it; a collection.filter that lists fewer sessions makes it smaller, at the price of the figures that need all of them.',
  internal: 'A fault of the exporter. Please report it with the lines of the log that belong to it.',
};

/** Where the API refused a request that names the node. */
const NODE_HINT =
  'The API refused what was asked of this node: the message says why. Where it says nothing else, check the instance and node id, and whether the node still exists.';
const ABOUT_A_NODE: readonly unknown[] = ['submit', 'wait', 'download'];
const ABOUT_THE_REQUEST: readonly unknown[] = [400, 404];

/** About a failed discovery, where another thing is to be done than about a collection. */
const DISCOVERY_HINTS: Readonly<Partial<Record<FailureReason, string>>> = {
  network:
    'The API cannot be reached from here, or the connection broke. Check name resolution, routes, the proxy and the project’s endpoint; discovery is tried again within a minute.',
  timeout:
    'The instances could not all be read in time. The next search goes on where this one stopped; if it goes on like this, raise api.max_requests_per_second.',
  auth: 'The API refused the credentials, or the permission to list instances (gaussdbformysql:instance:list): the message says what to check. After two refusals of a key or token nothing is sent with it for 330 s, after one of a password for 15 minutes.',
  throttled:
    'The API limits how often it is asked. Lower api.max_requests_per_second, raise discovery.refresh, or ask Huawei Cloud for a higher quota.',
  api: 'The API, or what stands in front of it, refused the request or answered something unexpected: the message says what came and what was expected. Discovery is tried again within a minute.',
};

export interface FailureView {
  readonly reason: FailureReason;
  readonly message: string;
  readonly hint: string;
  readonly at: string;
}

export function viewCollectionFailure(failure: LastFailure): FailureView {
  const { reason, details } = failure;
  return viewFailure(failure, reason === 'api' && isOfNode(details) ? NODE_HINT : COLLECTION_HINTS[reason]);
}

export function viewDiscoveryFailure(failure: LastFailure): FailureView {
  const { reason } = failure;
  return viewFailure(failure, DISCOVERY_HINTS[reason] ?? COLLECTION_HINTS[reason]);
}

function viewFailure({ reason, message, at }: LastFailure, hint: string): FailureView {
  return {
    reason,
    message: shownMessage(message),
    hint,
    at: new Date(at.wall).toISOString(),
  };
}

/** As it is shown: in one line, and not endless. */
export function shownMessage(message: string): string {
  return oneLine(firstCharacters(message, MAX_MESSAGE_LENGTH));
}

/** Not where the gateway does not know the API. */
function isOfNode({ operation, status, error_code: code }: FailureDetails): boolean {
  return (
    ABOUT_A_NODE.includes(operation) && ABOUT_THE_REQUEST.includes(status) && !/^APIGW?\./u.test(String(code))
  );
}
