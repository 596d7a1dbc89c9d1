// The times that follow from a schedule: the wait for its next run, a node's share of the splay, and how long a snapshot
// is fresh.
import { createHash } from 'node:crypto';
import { type Clock, type EpochMs, elapsedMs, later, type Moment, momentOf } from '../clock.js';
import type { DatabaseNode } from '../model/node.js';
import type { NextRuns } from './next-runs.js';

/** After each nap the calendar is asked again, so that a changed wall clock is noticed. */
const LONGEST_NAP_MS = 30_000;

export interface DueRun {
  readonly run: EpochMs;
  /** By the wall clock. */
  readonly lateMs: number;
  /** What the next wait starts from. */
  readonly from: Moment;
}

/**
 * Not node-cron's own timer: that one stays silent for as long as the wall clock is set back, and after a pause of the
 * machine steps through every run that was missed.
 *
 * Resolves when a run is due that comes after `from`: the run before it, or when the waiting began. Runs that are due by
 * the same time are one. Rejects when the signal aborts. `announce` is called with the run waited for, and again when
 * another one comes before it.
 *
 * Where `from` was is told by the time that has passed, so that it moves along when the wall clock is set: however that
 * is, the next run comes after half as long to one and a half times as long as it would have.
 */
export async function waitForRun(
  clock: Clock,
  from: Moment,
  runAfter: (instant: EpochMs) => EpochMs,
  announce: (run: EpochMs) => void,
  signal: AbortSignal,
): Promise<DueRun> {
  const halfMs = elapsedMs(from.wall, runAfter(from.wall)) / 2;
  let awaited: EpochMs | undefined;
  for (;;) {
    const moment = momentOf(clock);
    const passedMs = elapsedMs(from.monotonic, moment.monotonic);
    const run = runAfter(later(moment.wall, halfMs - passedMs));
    if (awaited === undefined || run < awaited) {
      awaited = run;
      announce(run);
    }
    const lateMs = elapsedMs(awaited, moment.wall);
    if (lateMs >= 0) {
      const hasMissedMore = runAfter(awaited) <= moment.wall;
      const came = { wall: awaited, monotonic: later(moment.monotonic, -lateMs) };
      return { run: awaited, lateMs, from: hasMissedMore ? moment : came };
    }
    await clock.sleep(Math.min(-lateMs, LONGEST_NAP_MS), signal);
  }
}

/**
 * A node's fixed share of the splay: nodes of one schedule do not all ask at once, and each keeps its rhythm. The same for
 * a node at every run and after every restart; at least 0, less than `splayMs`.
 */
export function splayShareMs(nodeId: string, splayMs: number): number {
  const hash = createHash('sha256').update(nodeId).digest().readUInt32BE();
  return Math.floor((hash / 2 ** 32) * splayMs);
}

/** How long after a run of its schedule a node makes it: a share longer than the time to the `following` run would push every run past the next one. */
export function shareOfRunMs(
  nodeId: string,
  run: EpochMs,
  following: EpochMs | undefined,
  splayMs: number,
): number {
  return splayShareMs(
    nodeId,
    following === undefined ? splayMs : Math.min(splayMs, elapsedMs(run, following)),
  );
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

/** A snapshot on show: how old it is, and how many runs have come since then. */
export interface ShownSnapshot {
  readonly ageMs: number;
  readonly runsSince: number;
}

const RUNS_UNTIL_STALE = 3;

/** How long a snapshot is fresh, from when it came; `now` says which runs are yet to come. */
export function freshForMs(
  { nodeId, schedule }: Pick<DatabaseNode, 'nodeId' | 'schedule'>,
  { ageMs, runsSince }: ShownSnapshot,
  now: EpochMs,
  { timezone, splayMs, timeoutMs, staleAfterMs }: StalePolicy,
  nextRuns: NextRuns,
): number {
  if (staleAfterMs !== undefined) {
    return staleAfterMs;
  }
  if (runsSince >= RUNS_UNTIL_STALE) {
    return 0;
  }
  const count = RUNS_UNTIL_STALE - runsSince;
  const [last, following] = nextRuns(schedule, timezone, count + 1, now).slice(count - 1);
  return last === undefined
    ? Number.POSITIVE_INFINITY
    : ageMs + elapsedMs(now, last) + shareOfRunMs(nodeId, last, following, splayMs) + timeoutMs;
}
