// The wait for one run of a schedule. Not node-cron's own timer: that one stays silent for as long as the wall
// clock is set back, and after a pause of the machine steps through every run that was missed.

import { createHash } from 'node:crypto';
import type { Clock } from '../clock.js';
import type { DatabaseNode } from '../model/node.js';
import type { NextRuns } from './scheduler.js';

/** After each nap the calendar is asked again, so that a changed wall clock is noticed. */
const LONGEST_NAP_MS = 30_000;

/**
 * Resolves at the next run, to the milliseconds by which it is late; rejects when the signal aborts.
 * `announce` is told the run waited for, and again when another one comes before it.
 */
export async function waitForRun(
  clock: Clock,
  nextRunAt: () => number,
  announce: (runAt: number) => void,
  signal: AbortSignal,
): Promise<number> {
  let runAt = nextRunAt();
  announce(runAt);
  while (clock.now() < runAt) {
    await clock.sleep(Math.min(runAt - clock.now(), LONGEST_NAP_MS), signal);
    const earlier = nextRunAt();
    if (earlier < runAt) {
      runAt = earlier;
      announce(runAt);
    }
  }
  return clock.now() - runAt;
}

// A node's fixed share of the splay: nodes of one schedule do not all ask at once, and each keeps its rhythm.

/** The same for a node at every run and after every restart; at least 0, less than `splayMs`. */
export function splayShareMs(nodeId: string, splayMs: number): number {
  const hash = createHash('sha256').update(nodeId).digest().readUInt32BE();
  return Math.floor((hash / 2 ** 32) * splayMs);
}

// How long a snapshot stays on show when no newer one comes.

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
