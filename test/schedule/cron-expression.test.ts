import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { getTasks } from 'node-cron';
import { nextRuns, shortestGapMs, validateCron } from '../../src/schedule/cron-expression.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe('validateCron', () => {
  for (const expression of [
    '* * * * *',
    '*/10 * * * * *',
    '0 3 * * mon-fri',
    '0,30 8-18 1 jan *',
    '0 0 29 2 *',
    '0 0 L * *',
  ]) {
    it(`takes "${expression}"`, () => {
      assert.equal(validateCron(expression), undefined);
    });
  }

  const FIELDS = 'expected 5 fields (minute hour day month weekday) or 6 (second first)';
  const REFUSED = {
    '': `got "", ${FIELDS}`,
    '* * * *': `got "* * * *", ${FIELDS}`,
    '* * * * * * *': `got "* * * * * * *", ${FIELDS}`,
    '@hourly': `got "@hourly", ${FIELDS}`,
    '60 * * * *': 'got "60", expected a minute of 0-59',
    '60 * * * * *': 'got "60", expected a second of 0-59',
    '*/0 * * * *': 'got "*/0", expected a minute of 0-59',
    '0 24 * * 8': 'got "24", expected an hour of 0-23; got "8", expected a weekday of 0-7 or sun-sat',
    'a b c d e':
      'got "a", expected a minute of 0-59; got "b", expected an hour of 0-23; got "c", expected a day of 1-31 or L; ' +
      'got "d", expected a month of 1-12 or jan-dec; got "e", expected a weekday of 0-7 or sun-sat',
    '*\n * * * *': 'got "*\\n * * * *", expected letters, digits and * / - , # ? only',
    '0-9999999999 * * * *': 'got "0-9999999999", expected a minute of 0-59',
    '0 0 0-9999999999 * * *': 'got "0-9999999999", expected an hour of 0-23',
    '0 0 30 2 *': 'got "0 0 30 2 *", expected a date that there is',
    '0 0 29 2 1#1': 'got "0 0 29 2 1#1", expected a date that there is',
  };
  for (const [expression, message] of Object.entries(REFUSED)) {
    it(`refuses ${JSON.stringify(expression)}`, () => {
      assert.equal(validateCron(expression), message);
    });
  }
});

describe('nextRuns', () => {
  // node-cron reads the system's clock.
  afterEach(() => mock.timers.reset());

  it('lists runs after now, in order', () => {
    mock.timers.enable({ apis: ['Date'], now: Date.UTC(2026, 0, 2, 23, 59, 45) });
    assert.deepEqual(
      nextRuns('*/10 * * * * *', 'UTC', 3).map((run) => run.toISOString()),
      ['2026-01-02T23:59:50.000Z', '2026-01-03T00:00:00.000Z', '2026-01-03T00:00:10.000Z'],
    );
  });

  it('reads an expression in its time zone, also the second time', () => {
    for (const _ of [1, 2]) {
      const [utc] = nextRuns('0 3 * * *', 'UTC', 1);
      const [tokyo] = nextRuns('0 3 * * *', 'Asia/Tokyo', 1);
      assert.equal(utc?.getUTCHours(), 3);
      assert.equal(tokyo?.getUTCHours(), 18);
    }
  });

  it('keeps the local hour across a change to daylight saving time', () => {
    const runs = nextRuns('0 12 * * *', 'Europe/Berlin', 366);
    const hours = new Set(runs.map((run) => run.getUTCHours()));
    assert.deepEqual([...hours].sort(), [10, 11]);
  });
});

describe('nextRuns of very many expressions', () => {
  it('leaves no more than a thousand tasks behind', () => {
    for (let index = 0; index < 1_200; index++) {
      const time = `${index % 60} ${Math.floor(index / 60)} * * *`;
      assert.equal(nextRuns(time, 'UTC', 1)[0]?.getUTCMinutes(), index % 60);
    }
    assert.ok(getTasks().size <= 1_000, `${getTasks().size} tasks`);
    assert.equal(nextRuns('0 0 * * *', 'UTC', 1)[0]?.getUTCHours(), 0);
  });
});

describe('shortestGapMs', () => {
  const GAPS = {
    '* * * * *': MINUTE,
    '*/10 * * * * *': 10 * SECOND,
    '0,50 * * * * *': 10 * SECOND,
    '0,1 3 * * *': MINUTE,
    '* * 3 * * *': SECOND,
    '0 0 * * 1,4': 3 * DAY,
    '30 2 * * *': DAY,
  };
  for (const [expression, gap] of Object.entries(GAPS)) {
    it(`finds ${gap / 1000} s for "${expression}"`, () => {
      assert.equal(shortestGapMs(expression, 'UTC'), gap);
    });
  }
});
