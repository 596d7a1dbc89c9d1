// Which process of several collects a node. Rendezvous hashing: every process works out the same answer from the id
// alone, and one shard more takes its nodes evenly from the others and moves no other node.
import { createHash } from 'node:crypto';

export interface Shard {
  /** From 0. */
  readonly index: number;
  readonly total: number;
}

export const WHOLE_FLEET: Shard = { index: 0, total: 1 };

/** True for exactly one `index` of each `total`. */
export function isInShard(nodeId: string, { index, total }: Shard): boolean {
  const own = weight(nodeId, index);
  for (let other = 0; other < total; other += 1) {
    const theirs = weight(nodeId, other);
    // 48 bits can be equal: then the lower index has the node.
    if (theirs > own || (theirs === own && other < index)) {
      return false;
    }
  }
  return true;
}

function weight(nodeId: string, shard: number): number {
  return createHash('sha256').update(`${shard} ${nodeId}`).digest().readUIntBE(0, 6);
}
