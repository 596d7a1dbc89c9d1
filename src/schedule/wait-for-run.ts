// The wait for one run of a schedule. Not node-cron's own timer: that one stays silent for as long as the wall
// clock is set back, and after a pause of the machine steps through every run that was missed.
import type { Clock } from '../clock.js';

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
