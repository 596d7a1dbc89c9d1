// How long a snapshot stays on show when no newer one comes.
import type { DatabaseNode } from '../model/node.js';
import type { NextRuns } from './scheduler.js';
import { splayShareMs } from './splay.js';

export interface StaleAfterOptions {
  readonly nextRuns: NextRuns;
  readonly splayMs: number;
  /** Of one collection. */
  readonly timeoutMs: number;
  /** As configured; undefined: until the third run after the success has had its time. */
  readonly staleAfterMs: number | undefined;
}

/** To be called at the success: the runs are those after now. */
export function staleAt(node: DatabaseNode, successAt: number, options: StaleAfterOptions): number {
  const { nextRuns, splayMs, timeoutMs, staleAfterMs } = options;
  if (staleAfterMs !== undefined) {
    return successAt + staleAfterMs;
  }
  const third = nextRuns(node.schedule, 3).at(-1) ?? Number.POSITIVE_INFINITY;
  return Number(third) + splayShareMs(node.nodeId, splayMs) + timeoutMs;
}
