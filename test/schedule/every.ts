// A calendar without dates: the schedule is a number of milliseconds, its runs are the multiples of that.
import { epochMs } from '../../src/clock.js';
import type { NextRuns } from '../../src/schedule/next-runs.js';

export const everyMs: NextRuns = (schedule, _timezone, count, after) => {
  const gap = Number(schedule);
  const first = (Math.floor(after / gap) + 1) * gap;
  return Array.from({ length: count }, (_, index) => epochMs(first + index * gap));
};
