import assert from 'node:assert/strict';
import { epochMs } from '../../src/clock.js';
import { scheduleWarnings } from '../../src/schedule/schedule-warnings.js';

const KEY = 'collection.schedule';
const CONTEXT = { timezone: 'UTC', pollIntervalMs: 1_000, now: epochMs(Date.UTC(2026, 10, 27, 12)) };

/** Without what names the schedule. */
function warningsOf(schedule: string, context = CONTEXT): string[] {
  return scheduleWarnings([{ schedule, key: KEY }], context).map((warning) => {
    const start = `schedule "${schedule}" (${KEY}): `;
    assert.ok(warning.startsWith(start), warning);
    return warning.slice(start.length);
  });
}

describe('scheduleWarnings', () => {
  for (const schedule of [
    '* * * * *',
    '*/10 * * * * *',
    '*/30 * * * *',
    '*/7 * * * *',
    '*/2 * * * * *',
    '0 */5 * * * *',
    '0,30 */5 * * * *',
    '*/10 * 8-18 * * *',
    '0 */12 * * *',
    '0 9 1 * *',
    '0 9 * * mon',
    '0 9 ? * mon',
    // crontab(5), too, wants both to fit where one of them begins with a star.
    '0 9 */2 * mon',
    '0 9 1 * */2',
    '0 0 29 2 *',
  ]) {
    it(`has nothing to say of "${schedule}"`, () => assert.deepEqual(warningsOf(schedule), []));
  }

  const bothDays: Readonly<Record<string, RegExp>> = {
    '0 9 1 * 1': /the day of month \(1\) and the weekday \(1\), next on 2027-02-01 and 2027-03-01; crontab/u,
    '0 9 1,15 * fri': /next on 2027-01-01 and 2027-01-15; /u,
    '0 0 9 13 * fri': /next on 2027-08-13 and 2028-10-13; /u,
    '*/5 * L * 5': /\(L\) and the weekday \(5\), next on 2027-04-30 and 2027-12-31; /u,
    '0 9 1-7 * 1': /next on 2026-12-07 and 2027-01-04; /u,
    '0 9 27 11 5': /next on 2026-11-27 and 2037-11-27; /u,
  };
  for (const [schedule, message] of Object.entries(bothDays)) {
    it(`says of "${schedule}" that both days must fit, and when they do`, () => {
      const [warning = '', ...others] = warningsOf(schedule);
      assert.match(warning, message);
      assert.deepEqual(others, []);
    });
  }

  it('names dates as the time zone has them', () => {
    const now = epochMs(Date.UTC(2027, 0, 31, 22));
    assert.match(
      warningsOf('0 9 1 * 1', { ...CONTEXT, timezone: 'Asia/Tokyo', now })[0] ?? '',
      /2027-02-01/u,
    );
    assert.match(
      warningsOf('0 9 31 * 7', { ...CONTEXT, now })[0] ?? '',
      /next on 2027-01-31 and 2027-10-31/u,
    );
    assert.match(
      warningsOf('0 9 31 * 7', { ...CONTEXT, timezone: 'Asia/Tokyo', now })[0] ?? '',
      /next on 2027-10-31 and 2028-12-31/u,
    );
  });

  for (const [schedule, times, meant] of [
    ['* */5 * * * *', 60, '0 */5 * * * *'],
    ['* 0 * * * *', 60, '0 0 * * * *'],
    ['* 30 3 * * *', 60, '0 30 3 * * *'],
    ['*/1 */5 * * * *', 60, '0 */5 * * * *'],
    ['*/2 0,30 * * * *', 30, '0 0,30 * * * *'],
  ] as const) {
    it(`asks whether the second was meant in "${schedule}"`, () => {
      assert.deepEqual(warningsOf(schedule), [
        `with six fields the first one is seconds: this runs ${times} times in each minute that it names; did you mean "${meant}"?`,
      ]);
    });
  }

  for (const [schedule, pollIntervalMs, seconds] of [
    ['* * * * * *', 1_000, '1 s apart'],
    ['* * 3 * * *', 2_000, '1 s apart'],
    ['*/2 * * * * *', 2_000, '2 s apart'],
    ['0,5 * * * * *', 5_000, '5 s apart'],
    ['* * * * *', 60_000, '60 s apart'],
  ] as const) {
    it(`says of "${schedule}" that a wait of ${pollIntervalMs} ms takes longer`, () => {
      const [warning = '', ...others] = warningsOf(schedule, { ...CONTEXT, pollIntervalMs });
      assert.ok(warning.startsWith(`runs come ${seconds}, and a collection takes longer than`), warning);
      assert.ok(warning.includes(`(${pollIntervalMs / 1_000} s)`), warning);
      assert.deepEqual(others, []);
      assert.deepEqual(warningsOf(schedule, { ...CONTEXT, pollIntervalMs: 999 }), []);
    });
  }

  for (const [schedule, message] of [
    ['*/45 * * * *', '*/45 as the minute means only 0 and 45, because steps start again every hour'],
    ['*/90 * * * *', '*/90 as the minute means only 0, because steps start again every hour'],
    ['*/40 * * * * *', '*/40 as the second means only 0 and 40, because steps start again every minute'],
    ['0 */20 * * *', '*/20 as the hour means only 0 and 20, because steps start again every day'],
    ['0 0 */20 * *', '*/20 as the day of month means only 1 and 21, because steps start again every month'],
    ['0 0 1 */7 *', '*/7 as the month means only 1 and 8, because steps start again every year'],
    ['0-59/31 * * * *', '0-59/31 as the minute means only 0 and 31, because steps start again every hour'],
  ] as const) {
    it(`says what the step of "${schedule}" comes to`, () =>
      assert.deepEqual(warningsOf(schedule), [message]));
  }

  it('judges a schedule once, and names where it stands', () => {
    const uses = ['a', 'b', 'c'].map((key) => ({ schedule: '*/45 * * * *', key }));
    const [warning = '', other = '', ...more] = scheduleWarnings(
      [...uses, { schedule: '*/50 * * * *', key: 'd' }],
      CONTEXT,
    );
    assert.match(warning, /^schedule "\*\/45 \* \* \* \*" \(a and 2 more\): /u);
    assert.match(other, /^schedule "\*\/50 \* \* \* \*" \(d\): /u);
    assert.deepEqual(more, []);
  });
});
