// What a collection brings to incidents.
import type { EpochMs } from '../clock.js';
import type { DatabaseNode } from '../model/node.js';
import type { SessionDetails } from '../sessions/session-details.js';
import type { Snapshot } from '../sessions/snapshot.js';

/** A node's session list: its counts, and its details where they were read. */
export interface Observed {
  readonly snapshot: Snapshot;
  readonly details: SessionDetails | undefined;
}

export interface Observation extends Observed {
  readonly node: DatabaseNode;
  /** When the collection ended. */
  readonly at: EpochMs;
}

/** What growth is measured in: all sessions, or the active ones where only those grew. */
export type Measure = 'sessions' | 'active';
