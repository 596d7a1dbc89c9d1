// A calendar for a fake clock: the schedule is a number of milliseconds, its runs are the multiples of that.
import type { NextRuns } from '../../src/schedule/cron-expression.js';
import type { FakeClock } from '../support/fake-clock.js';

export function everyMs(clock: FakeClock): NextRuns {
  return (schedule, _timezone, count) => {
    const gap = Number(schedule);
    const first = (Math.floor(clock.now() / gap) + 1) * gap;
    return Array.from({ length: count }, (_, index) => new Date(first + index * gap));
  };
}
