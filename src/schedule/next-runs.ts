// When a schedule comes next, by the wall clocks of a time zone, through every change of them. Where clocks go back, what
// comes more than once a day comes in both passes of the doubled time; where they go forward, what named a skipped hour
// comes at the change. node-cron's own answer leaves out the second pass, and the hours that are skipped.
import { type EpochMs, epochMs } from '../clock.js';
import { recall } from '../recently-used.js';
import { CronTimes, DAY_SECONDS } from './cron-expression.js';
import { TimeZone } from './time-zone.js';

/** The first `count` runs of a schedule after an instant; fewer where no more come. `timezone` is an IANA name. */
export type NextRuns = (
  schedule: string,
  timezone: string,
  count: number,
  after: EpochMs,
) => readonly EpochMs[];

/** The first `count` runs after `after`, or all that there are. */
interface Answer {
  readonly after: EpochMs;
  readonly count: number;
  readonly runs: readonly EpochMs[];
}

/** A schedule in a time zone, and what was last found of it: thousands of nodes ask for the same. */
interface Calendar {
  readonly times: CronTimes;
  readonly zone: TimeZone;
  known: Answer;
}

/** Looked up beyond what was asked for. */
const AHEAD = 8;

/** By expression and time zone, the last used at the end. */
const calendars = new Map<string, Calendar>();
/** By name. A formatter of dates takes much memory, and a tenth of a millisecond to make. */
const zones = new Map<string, TimeZone>();
/** Reloads bring new expressions without end. */
const MAX_KNOWN = 1_000;

/** Throws for what `validateCron` refuses. */
export const nextRuns: NextRuns = (schedule, timezone, count, after) => {
  const calendar = calendarOf(schedule, timezone);
  const answer = runsFrom(calendar.known, after, count);
  if (answer !== undefined) {
    return answer;
  }
  calendar.known = lookUp(calendar, boundBefore(calendar.known, after), count + AHEAD);
  return runsFrom(calendar.known, after, count) ?? [];
};

/** Undefined where the answer does not hold as many. */
function runsFrom({ runs, ...known }: Answer, after: EpochMs, count: number): readonly EpochMs[] | undefined {
  const first = runs.findIndex((run) => run > after);
  return known.after <= after && first >= 0 && first + count <= known.count
    ? runs.slice(first, first + count)
    : undefined;
}

/** The earliest instant known to be followed by the same runs as `after`: nodes ask for moments that differ a little. */
function boundBefore(known: Answer, after: EpochMs): EpochMs {
  const first = known.runs.findIndex((run) => run > after);
  return known.after <= after && first >= 0 ? (known.runs[first - 1] ?? known.after) : after;
}

function lookUp(calendar: Calendar, after: EpochMs, count: number): Answer {
  const runs: EpochMs[] = [];
  for (const run of runsAfter(calendar, after)) {
    runs.push(run);
    if (runs.length === count) {
      break;
    }
  }
  return { after, count, runs };
}

/** The least time between two runs that follow each other, by clocks that do not change; infinite where none follows soon. */
export function shortestGapMs(schedule: string): number {
  // At most 60 runs stand close together, the seconds of a minute or the minutes of an hour: 100 show them all.
  const runs = 100;
  const start = epochMs(Date.UTC(2024, 0, 1));
  const end = start + 2 * 366 * DAY_SECONDS * 1_000;
  let shortest = Number.POSITIVE_INFINITY;
  let previous = Number.NEGATIVE_INFINITY;
  let count = 0;
  for (const run of runsAfter(calendarOf(schedule, 'UTC'), start)) {
    count += 1;
    if (count > runs || run > end) {
      break;
    }
    shortest = Math.min(shortest, run - previous);
    previous = run;
  }
  return shortest;
}

/** The most time between two runs that follow each other, whenever the clocks are set back in the year from `now` on. */
export function longestGapMs(schedule: string, timezone: string, now: EpochMs): number {
  const { times, zone } = calendarOf(schedule, timezone);
  const start = times.firstDay(Date.UTC(2024, 0, 1) / 1_000 / DAY_SECONDS) ?? 0;
  const ofDay = [...times.between(start * DAY_SECONDS, (start + 1) * DAY_SECONDS)];
  let longest = 0;
  for (const [index, time] of ofDay.entries()) {
    longest = Math.max(longest, time - (ofDay[index - 1] ?? time));
  }
  const overNight = (ofDay[0] ?? 0) + DAY_SECONDS - (ofDay.at(-1) ?? 0);
  // All days have the same runs; the calendar has the same days every 28 years.
  for (let day = start; day < start + 28 * 366; ) {
    const next = times.firstDay(day + 1) ?? Number.POSITIVE_INFINITY;
    longest = Math.max(longest, (next - day - 1) * DAY_SECONDS + overNight);
    day = times.isDaily ? Number.POSITIVE_INFINITY : next;
  }
  // A schedule that comes in every hour also comes in the doubled one.
  return (longest + (times.leavesHoursOut ? largestSetBack(zone, now) : 0)) * 1_000;
}

/** In seconds. */
function largestSetBack(zone: TimeZone, now: EpochMs): number {
  const start = Math.floor(now / 1_000);
  const offsets = Array.from({ length: 367 }, (_, day) => zone.offsetAt(start + day * DAY_SECONDS));
  return offsets.reduce((most, offset, day) => Math.max(most, (offsets[day - 1] ?? offset) - offset), 0);
}

function calendarOf(schedule: string, timezone: string): Calendar {
  return recall(calendars, `${timezone} ${schedule}`, MAX_KNOWN, () => ({
    times: new CronTimes(schedule),
    zone: recall(zones, timezone, MAX_KNOWN, () => new TimeZone(timezone)),
    known: { after: epochMs(0), count: 0, runs: [] },
  }));
}

/** Looks through the time day by day, skipping those on which the wall clocks show no day of the schedule. */
function* runsAfter({ times, zone }: Pick<Calendar, 'times' | 'zone'>, after: EpochMs): Generator<EpochMs> {
  const begin = Math.floor(after / 1_000);
  // A day earlier, to know what the clocks have shown before, should they have gone back since.
  let from = begin - DAY_SECONDS;
  /** Up to where the wall clocks have come. */
  let reached = Number.NEGATIVE_INFINITY;
  for (;;) {
    const today = Math.floor((from + zone.offsetAt(from)) / DAY_SECONDS);
    // The clocks may go back to the day before.
    const day = times.firstDay(today - 1);
    if (day === undefined) {
      return;
    }
    // No clock is a day before UTC.
    from = Math.max(from, (day - 1) * DAY_SECONDS);
    for (const { start, end, offset, offsetBefore } of zone.periods(from, from + DAY_SECONDS)) {
      const shown = start + offset;
      const isMadeUp =
        times.leavesHoursOut && times.has(start + offsetBefore, shown) && !times.has(shown, shown + 1);
      if (isMadeUp && start > begin) {
        yield epochMs(start * 1_000);
      }
      const first = Math.max(start, begin + 1) + offset;
      for (const time of times.between(times.isOnceADay ? Math.max(first, reached) : first, end + offset)) {
        yield epochMs((time - offset) * 1_000);
      }
      reached = Math.max(reached, end + offset);
    }
    from += DAY_SECONDS;
  }
}
