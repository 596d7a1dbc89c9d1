// A node's fixed share of the splay: nodes of one schedule do not all ask at once, and each keeps its rhythm.
import { createHash } from 'node:crypto';

/** The same for a node at every run and after every restart; at least 0, less than `splayMs`. */
export function splayShareMs(nodeId: string, splayMs: number): number {
  const hash = createHash('sha256').update(nodeId).digest().readUInt32BE();
  return Math.floor((hash / 2 ** 32) * splayMs);
}
