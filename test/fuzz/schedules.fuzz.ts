// Any schedule in any time zone, at any moment: the runs are node-cron's own where clocks do not change, and where they do
// those that looking at the wall clock in every second finds.
import assert from 'node:assert/strict';
import { mock } from 'node:test';
import fc from 'fast-check';
import { createTask } from 'node-cron';
import { epochMs } from '../../src/clock.js';
import { validateCron } from '../../src/schedule/cron-expression.js';
import { nextRuns } from '../../src/schedule/next-runs.js';
import { fuzzRuns } from './fuzz-runs.js';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;

/** A field of an expression, and the numbers that it stands for. */
interface Field {
  readonly text: string;
  readonly values: readonly number[];
}

function field(min: number, max: number): fc.Arbitrary<Field> {
  const value = fc.integer({ min, max });
  const range = (from: number, to: number, step: number) =>
    Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) => from + index * step);
  return fc.oneof(
    fc.constant({ text: '*', values: range(min, max, 1) }),
    fc.integer({ min: 1, max: 30 }).map((step) => ({ text: `*/${step}`, values: range(min, max, step) })),
    value.map((one) => ({ text: String(one), values: [one] })),
    fc
      .uniqueArray(value, { minLength: 2, maxLength: 5 })
      .map((values) => ({ text: values.join(','), values })),
    fc.tuple(value, value, fc.integer({ min: 1, max: 7 })).map(([a, b, step]) => {
      const [from, to] = [Math.min(a, b), Math.max(a, b)];
      return { text: `${from}-${to}/${step}`, values: range(from, to, step) };
    }),
  );
}

const time = fc.record({ second: field(0, 59), minute: field(0, 59), hour: field(0, 23) });

const date = fc
  .tuple(
    fc.oneof(
      field(1, 31).map(({ text }) => text),
      fc.constantFrom('*', '?', 'L', 'L-3', '15W', '1,L', '29', '31'),
    ),
    fc.oneof(
      field(1, 12).map(({ text }) => text),
      fc.constantFrom('*', 'feb', 'jan-mar', 'October'),
    ),
    fc.oneof(
      field(0, 7).map(({ text }) => text),
      fc.constantFrom('*', '?', 'mon-fri', '1#1', '5L', 'sat,sun'),
    ),
  )
  .map((fields) => fields.join(' '));

describe('any schedule', () => {
  // node-cron reads the system's clock.
  before(() => mock.timers.enable({ apis: ['Date'] }));
  after(() => mock.timers.reset());

  it('comes in UTC as node-cron says', () => {
    fc.assert(
      fc.property(
        time,
        date,
        fc.integer({ min: Date.UTC(2020, 0, 1), max: Date.UTC(2040, 0, 1) }),
        ({ second, minute, hour }, days, now) => {
          const expression = `${second.text} ${minute.text} ${hour.text} ${days}`;
          mock.timers.setTime(now);
          fc.pre(validateCron(expression) === undefined);
          const task = createTask(expression, () => {}, { timezone: 'UTC' });
          const expected = task.getNextRuns(3).map(Number);
          void task.destroy();
          assert.deepEqual(nextRuns(expression, 'UTC', 3, epochMs(now)), expected);
        },
      ),
      fuzzRuns(300),
    );
  });
});

/** Time zones with the moment of a change, by half an hour to a day, at different times of day. */
const CHANGES = [
  ['Europe/Rome', '2026-10-25T01:00:00Z'],
  ['Europe/Rome', '2026-03-29T01:00:00Z'],
  ['Europe/Dublin', '2026-10-25T01:00:00Z'],
  ['America/New_York', '2026-11-01T06:00:00Z'],
  ['America/New_York', '2026-03-08T07:00:00Z'],
  ['America/Havana', '2026-11-01T05:00:00Z'],
  ['America/Havana', '2026-03-08T05:00:00Z'],
  ['America/Santiago', '2026-04-05T03:00:00Z'],
  ['America/Santiago', '2026-09-06T04:00:00Z'],
  ['America/St_Johns', '2010-11-07T02:31:00Z'],
  ['Asia/Beirut', '2026-10-24T21:00:00Z'],
  ['Asia/Beirut', '2026-03-28T22:00:00Z'],
  ['Africa/Cairo', '2026-10-29T21:00:00Z'],
  ['Africa/Casablanca', '2026-02-15T02:00:00Z'],
  ['Africa/Casablanca', '2026-03-22T02:00:00Z'],
  ['Antarctica/Troll', '2026-10-25T01:00:00Z'],
  ['Antarctica/Troll', '2026-03-29T01:00:00Z'],
  ['Australia/Lord_Howe', '2026-04-04T15:00:00Z'],
  ['Australia/Lord_Howe', '2026-10-03T15:30:00Z'],
  ['Asia/Pyongyang', '2018-05-04T15:00:00Z'],
  ['Pacific/Apia', '2011-12-30T10:00:00Z'],
  ['Asia/Kathmandu', '2026-10-25T01:00:00Z'],
  ['Asia/Singapore', '2026-10-25T01:00:00Z'],
] as const;

/** Three hours before a change and after it, in seconds; and what the wall clock shows in each, as if in UTC. */
interface Window {
  readonly timezone: string;
  readonly start: number;
  readonly shown: readonly number[];
}

function windowOf([timezone, change]: (typeof CHANGES)[number]): Window {
  const start = (Date.parse(change) - 3 * HOUR) / SECOND;
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone: timezone,
    dateStyle: 'short',
    timeStyle: 'medium',
  });
  const shown = Array.from(
    { length: (6 * HOUR) / SECOND },
    (_, index) => Date.parse(`${format.format((start + index) * SECOND).replace(' ', 'T')}Z`) / SECOND,
  );
  return { timezone, start, shown };
}

/** By a look at the wall clock in every second. */
function runsSeen(
  { start, shown }: Window,
  { second, minute, hour }: Readonly<Record<'second' | 'minute' | 'hour', Field>>,
): readonly number[] {
  const [seconds, minutes, hours] = [second, minute, hour].map(({ values }) => new Set(values));
  const names = (wall: number) =>
    seconds?.has(wall % 60) &&
    minutes?.has(Math.floor(wall / 60) % 60) &&
    hours?.has(Math.floor(wall / 3_600) % 24);
  const isOnceADay = [second, minute, hour].every(({ values }) => values.length === 1);
  const runs: number[] = [];
  let highest = (shown[0] ?? 0) - 1;
  shown.forEach((wall, at) => {
    let isMadeUp = false;
    for (let skipped = highest + 1; skipped < wall && !isMadeUp && hour.values.length < 24; skipped++) {
      isMadeUp = names(skipped) === true;
    }
    if (isMadeUp || (names(wall) && !(isOnceADay && wall <= highest))) {
      runs.push((start + at) * SECOND);
    }
    highest = Math.max(highest, wall);
  });
  return runs;
}

describe('a schedule where clocks change', () => {
  let windows: readonly Window[];
  before(() => {
    windows = CHANGES.map(windowOf);
  });

  it('has the changes that the table says, or none', () => {
    const still = windows.filter(({ shown }) =>
      shown.every((time, index) => time === (shown[0] ?? 0) + index),
    );
    assert.deepEqual(
      still.map(({ timezone }) => timezone),
      ['Asia/Kathmandu', 'Asia/Singapore'],
    );
  });

  it('comes in every second in which the wall clock shows it', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: CHANGES.length - 1 }),
        time,
        // Most schedules that are so rare come nowhere near a change.
        fc.option(field(0, 3), { freq: 1 }),
        fc.nat({ max: 4 * 3_600 }),
        (index, { second, minute, hour: anyHour }, nearHour, skip) => {
          const window = windows[index] ?? assert.fail();
          const { start, timezone } = window;
          const hour = nearHour ?? anyHour;
          const expected = runsSeen(window, { second, minute, hour });
          const after = (start + skip) * SECOND;
          const coming = expected.filter((run) => run > after);
          const expression = `${second.text} ${minute.text} ${hour.text} * * *`;
          assert.deepEqual(
            nextRuns(expression, timezone, coming.length, epochMs(after)),
            coming,
            `${expression} ${timezone} ${new Date(after).toISOString()}`,
          );
        },
      ),
      fuzzRuns(300),
    );
  });
});
