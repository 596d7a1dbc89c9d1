// What of a schedule may be otherwise than its author thought, though it is a right one: each warning says what will happen.
import type { EpochMs } from '../clock.js';
import { type CronField, CronTimes, DAY_SECONDS, namedValues, writtenFields } from './cron-expression.js';
import { shortestGapMs } from './next-runs.js';
import { TimeZone } from './time-zone.js';

/** A schedule, and the key of the configuration that has it. */
export interface ScheduleUse {
  readonly schedule: string;
  readonly key: string;
}

export interface ScheduleContext {
  readonly timezone: string;
  /** A collection takes longer than this. */
  readonly pollIntervalMs: number;
  readonly now: EpochMs;
}

/** What a step counts in: how many there are, the field's name, and where it starts anew. */
const CYCLES: Readonly<Record<CronField, readonly [size: number, name: string, around: string]>> = {
  second: [60, 'second', 'minute'],
  minute: [60, 'minute', 'hour'],
  hour: [24, 'hour', 'day'],
  dayOfMonth: [31, 'day of month', 'month'],
  month: [12, 'month', 'year'],
  dayOfWeek: [7, 'weekday', 'week'],
};

/** Each schedule is judged once, however many nodes have it. */
export function scheduleWarnings(uses: readonly ScheduleUse[], context: ScheduleContext): string[] {
  const keysOf = new Map<string, string[]>();
  for (const { schedule, key } of uses) {
    keysOf.set(schedule, [...(keysOf.get(schedule) ?? []), key]);
  }
  return [...keysOf].flatMap(([schedule, [first, ...others]]) => {
    const where = others.length === 0 ? first : `${first} and ${others.length} more`;
    return surprisesOf(schedule, context).map((surprise) => `schedule "${schedule}" (${where}): ${surprise}`);
  });
}

function surprisesOf(schedule: string, context: ScheduleContext): string[] {
  const tooOften = secondsOfFewMinutes(schedule) ?? fasterThanACollection(schedule, context);
  return [bothDays(schedule, context), tooOften, ...longSteps(schedule)].filter(
    (surprise) => surprise !== undefined,
  );
}

/** crontab(5) runs on days that fit either, where neither field begins with `*`. */
function bothDays(schedule: string, { timezone, now }: ScheduleContext): string | undefined {
  const fields = writtenFields(schedule);
  const [day = '', weekday = ''] = [fields.get('dayOfMonth'), fields.get('dayOfWeek')];
  if ([day, weekday].some((field) => /^[*?]/u.test(field))) {
    return undefined;
  }
  const times = new CronTimes(schedule);
  const second = Math.floor(now / 1_000);
  const today = Math.floor((second + new TimeZone(timezone).offsetAt(second)) / DAY_SECONDS);
  const next = times.firstDay(today);
  const afterwards = next === undefined ? undefined : times.firstDay(next + 1);
  const dates = [next, afterwards].filter((date) => date !== undefined).map(dateOf);
  return (
    `runs only on days that fit both the day of month (${day}) and the weekday (${weekday}), next on ${dates.join(' and ')}; ` +
    'crontab(5) would run on days that fit either: write * for the one that is not meant'
  );
}

function dateOf(day: number): string {
  return new Date(day * DAY_SECONDS * 1_000).toISOString().slice(0, 'yyyy-mm-dd'.length);
}

// Such as `* */5 * * * *`, where a crontab's habit of five fields leads to a star too many.
function secondsOfFewMinutes(schedule: string): string | undefined {
  const [first = '', ...others] = writtenFields(schedule).values();
  const { second, minute } = namedValues(schedule);
  const isMeant = others.length < 5 || !first.startsWith('*') || second.length === 1 || minute.length === 60;
  return isMeant
    ? undefined
    : `with six fields the first one is seconds: this runs ${second.length} times in each minute that it names; ` +
        `did you mean "${['0', ...others].join(' ')}"?`;
}

function fasterThanACollection(schedule: string, { pollIntervalMs }: ScheduleContext): string | undefined {
  const gapMs = shortestGapMs(schedule);
  return gapMs > pollIntervalMs
    ? undefined
    : `runs come ${gapMs / 1_000} s apart, and a collection takes longer than collection.poll_interval (${pollIntervalMs / 1_000} s): ` +
        'runs that come while it lasts are skipped';
}

/** Of more than half of the cycle: what follows the last run is another time than the step. */
function longSteps(schedule: string): string[] {
  const values = namedValues(schedule);
  return [...writtenFields(schedule)].flatMap(([field, text]) => {
    const [size, name, around] = CYCLES[field];
    const steps = [...text.matchAll(/\/(\d+)/gu)].map(([, step]) => Number(step));
    return steps.some((step) => step > size / 2)
      ? [
          `${text} as the ${name} means only ${values[field].join(' and ')}, because steps start again every ${around}`,
        ]
      : [];
  });
}
