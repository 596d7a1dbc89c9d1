// Whether a node's last good snapshot may still be shown: old figures must vanish, not look like new ones.

import type { Snapshot } from '../sessions/snapshot.js';
import type { NodeStatus } from './node-status.js';

/** `now` in milliseconds since the epoch. */
export function freshSnapshot(status: NodeStatus, now: number): Snapshot | undefined {
  return status.staleAt !== undefined && now >= status.staleAt ? undefined : status.snapshot;
}
