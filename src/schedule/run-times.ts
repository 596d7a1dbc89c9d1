// The times that follow from a schedule: the wait for its next run, a node's share of the splay, and when a snapshot is
// stale.
import { createHash } from 'node:crypto';
import type { Clock } from '../clock.js';
import type { DatabaseNode } from '../model/node.js';
import type { NextRuns } from './cron-expression.js';

/** After each nap the calendar is asked again, so that a changed wall clock is noticed. */
const LONGEST_NAP_MS = 30_000;

/**
 * Not node-cron's own timer: that one stays silent for as long as the wall clock is set back, and after a pause of the
 * machine steps through every run that was missed.
 *
 * Resolves at the next run, to the milliseconds by which it is late; rejects when the signal aborts.
 * `announce` is called with the run waited for, and again when another one comes before it.
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

/**
 * A node's fixed share of the splay: nodes of one schedule do not all ask at once, and each keeps its rhythm. The same for
 * a node at every run and after every restart; at least 0, less than `splayMs`.
 */
export function splayShareMs(nodeId: string, splayMs: number): number {
  const hash = createHash('sha256').update(nodeId).digest().readUInt32BE();
  return Math.floor((hash / 2 ** 32) * splayMs);
}

/**
 * When a node makes the run of its schedule at `run`, milliseconds since the epoch as is `following`, the run after it: a
 * share longer than the time between them would push every run past the next one.
 */
export function madeAt(nodeId: string, run: number, following: number | undefined, splayMs: number): number {
  return run + splayShareMs(nodeId, Math.min(splayMs, (following ?? Number.POSITIVE_INFINITY) - run));
}

/** How long a snapshot stays on show when no newer one comes. */
export interface StalePolicy {
  readonly timezone: string;
  readonly splayMs: number;
  /** Of one collection. */
  readonly timeoutMs: number;
  /** As configured; undefined: until the third run after the success has had its time. */
  readonly staleAfterMs: number | undefined;
}

const RUNS_UNTIL_STALE = 3;

/**
 * Milliseconds since the epoch. `successAt` is when the snapshot came, `runsSince` how many runs have come since then: the
 * next runs are those after now.
 */
export function staleAt(
  { nodeId, schedule }: Pick<DatabaseNode, 'nodeId' | 'schedule'>,
  { successAt, runsSince }: { readonly successAt: number; readonly runsSince: number },
  { timezone, splayMs, timeoutMs, staleAfterMs }: StalePolicy,
  nextRuns: NextRuns,
): number {
  if (staleAfterMs !== undefined) {
    return successAt + staleAfterMs;
  }
  if (runsSince >= RUNS_UNTIL_STALE) {
    return successAt;
  }
  const count = RUNS_UNTIL_STALE - runsSince;
  const [last, following] = nextRuns(schedule, timezone, count + 1)
    .map(Number)
    .slice(count - 1);
  return last === undefined ? Number.POSITIVE_INFINITY : madeAt(nodeId, last, following, splayMs) + timeoutMs;
}
