// Everything known of one node's collections: what the metrics, the page and the JSON API show. Written by the
// collector alone, replaced as a whole at each change, read by expose/.

import type { FailureReason } from '../model/failure.js';
import type { DatabaseNode } from '../model/node.js';
import type { Snapshot } from '../sessions/snapshot.js';

export const COLLECTION_RESULTS = ['success', 'error', 'skipped'] as const;
export type CollectionResult = (typeof COLLECTION_RESULTS)[number];

export const COLLECTION_PHASES = ['submit', 'wait', 'download'] as const;
export type CollectionPhase = (typeof COLLECTION_PHASES)[number];

export interface NodeStatus {
  readonly node: DatabaseNode;
  /** Undefined until the first collection has ended. */
  readonly up: boolean | undefined;
  readonly collections: Readonly<Record<CollectionResult, number>>;
  readonly errors: Readonly<Record<FailureReason, number>>;
  readonly csvRows: number;
  readonly csvRowsRejected: number;
  readonly csvBytes: number;
  /** Seconds each phase of the last collection took; a phase that was not reached is absent. */
  readonly phaseSeconds: Readonly<Partial<Record<CollectionPhase, number>>>;
  /** Milliseconds since the epoch. */
  readonly lastSuccessAt: number | undefined;
  readonly nextRunAt: number | undefined;
  /** Of the last collection; undefined after a success. */
  readonly lastError:
    | { readonly reason: FailureReason; readonly message: string; readonly at: number }
    | undefined;
  /** The last good one, and when it stops being shown (milliseconds since the epoch). */
  readonly snapshot: Snapshot | undefined;
  readonly staleAt: number | undefined;
  /** All sessions in the snapshot before, for the change that the page shows. */
  readonly previousSessions: number | undefined;
}
