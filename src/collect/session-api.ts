// The port through which a collection sees the TaurusDB API: three operations on one node. Implementations
// reject with CollectionError and stop at once when the deadline's signal aborts, with its reason.
import type { Deadline } from '../model/deadline.js';
import type { DatabaseNode } from '../model/node.js';
import type { Filter } from '../sessions/snapshot.js';

export const TASK_STATUSES = ['running', 'finished', 'error', 'unrecognized'] as const;
export type TaskStatus = (typeof TASK_STATUSES)[number];

/** Of a task without a result, where the API says why. */
export interface ExplainedStatus {
  readonly status: 'error' | 'unrecognized';
  /** Code and words, each with a blank before it. */
  readonly said: string;
}

/** Which sessions are asked for; the names are the API's. */
export interface SessionFilter {
  readonly filter: Filter;
  /** Seconds, 1 to 86400. */
  readonly slow_process_threshold?: number;
}

export interface SessionApi {
  /** Starts a task that collects these real-time sessions of the node; resolves to its request id. */
  submitTask(node: DatabaseNode, filter: SessionFilter, deadline: Deadline): Promise<string>;
  taskStatus(
    node: DatabaseNode,
    requestId: string,
    deadline: Deadline,
  ): Promise<TaskStatus | ExplainedStatus>;
  downloadResult(node: DatabaseNode, requestId: string, deadline: Deadline): Promise<SessionFile>;
}

/**
 * The result's bytes, decoded and bounded by `max_csv_bytes`; iterating rejects when the body is cut off.
 * The caller must iterate to the end or call `return()`: either frees the connection.
 */
export interface SessionFile extends AsyncIterable<Uint8Array> {
  /** What of the file is shown, names of its header, without the secrets of the request, should it repeat them. */
  strikeOut?(text: string): string;
}
