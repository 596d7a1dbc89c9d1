import assert from 'node:assert/strict';
import { epochMs } from '../../src/clock.js';
import { longestGapMs, nextRuns, shortestGapMs } from '../../src/schedule/next-runs.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;

/** RFC 3339 without the zeros. */
function runsOf(schedule: string, timezone: string, after: string, count: number): string[] {
  return nextRuns(schedule, timezone, count, epochMs(Date.parse(after))).map((run) =>
    new Date(run).toISOString().replace(/(?::00)?\.000Z$/u, 'Z'),
  );
}

describe('nextRuns', () => {
  it('lists runs after the instant, in order', () => {
    assert.deepEqual(runsOf('*/10 * * * * *', 'UTC', '2026-01-02T23:59:45.500Z', 3), [
      '2026-01-02T23:59:50Z',
      '2026-01-03T00:00Z',
      '2026-01-03T00:00:10Z',
    ]);
    assert.deepEqual(runsOf('0 0 * * *', 'UTC', '2026-01-02T00:00:00Z', 1), ['2026-01-03T00:00Z']);
    assert.deepEqual(runsOf('0 0 * * *', 'UTC', '2026-01-01T23:59:59.999Z', 1), ['2026-01-02T00:00Z']);
  });

  it('reads an expression in its time zone, whatever was asked before', () => {
    for (const _ of [1, 2]) {
      assert.deepEqual(runsOf('0 3 * * *', 'UTC', '2026-01-02T12:00:00Z', 1), ['2026-01-03T03:00Z']);
      assert.deepEqual(runsOf('0 3 * * *', 'Asia/Tokyo', '2026-01-02T12:00:00Z', 1), ['2026-01-02T18:00Z']);
      assert.deepEqual(runsOf('0 3 * * *', 'Asia/Kathmandu', '2026-01-02T12:00:00Z', 1), [
        '2026-01-02T21:15Z',
      ]);
    }
  });

  it('answers for any moment, in whatever order they are asked for', () => {
    for (const [after, run] of [
      ['2026-01-02T12:00:30Z', '2026-01-02T12:01Z'],
      ['2026-01-02T12:00:10Z', '2026-01-02T12:01Z'],
      ['2026-01-02T12:20:10Z', '2026-01-02T12:21Z'],
      ['2026-01-02T12:00:59Z', '2026-01-02T12:01Z'],
      ['2026-01-02T12:01:00Z', '2026-01-02T12:02Z'],
    ] as const) {
      assert.deepEqual(runsOf('* * * * *', 'UTC', after, 1), [run]);
    }
  });

  it('finds what comes once in 28 years, and nothing where nothing comes', () => {
    assert.deepEqual(runsOf('0 0 29 2 1', 'Europe/Berlin', '2026-01-02T12:00:00Z', 2), [
      '2044-02-28T23:00Z',
      '2072-02-28T23:00Z',
    ]);
    assert.deepEqual(runsOf('0 0 29 2 1#1', 'Europe/Berlin', '2026-01-02T12:00:00Z', 2), []);
  });

  it('forgets old schedules, and still answers for them', () => {
    for (let index = 0; index < 1_200; index++) {
      const [minute, hour] = [index % 60, Math.floor(index / 60)];
      const [run] = nextRuns(`${minute} ${hour} * * *`, 'UTC', 1, epochMs(0));
      assert.equal(run, (hour * 60 + minute) * MINUTE || DAY);
    }
    assert.equal(nextRuns('0 0 * * *', 'UTC', 1, epochMs(0))[0], DAY);
  });
});

describe('nextRuns where clocks go back', () => {
  // 2026-10-25, 03:00 → 02:00, which is 01:00 UTC.
  const romeOf = (schedule: string, after: string, count: number) =>
    runsOf(schedule, 'Europe/Rome', `2026-10-${after}`, count).map((run) => run.slice(8));

  it('goes on through the doubled hour, with *, steps, ranges and lists', () => {
    assert.deepEqual(romeOf('*/2 * * * * *', '25T00:10:00Z', 2), ['25T00:10:02Z', '25T00:10:04Z']);
    assert.deepEqual(romeOf('*/2 * * * * *', '25T00:59:58Z', 2), ['25T01:00Z', '25T01:00:02Z']);
    assert.deepEqual(romeOf('*/30 * * * *', '25T00:10:00Z', 3), ['25T00:30Z', '25T01:00Z', '25T01:30Z']);
    assert.deepEqual(romeOf('20,40 * * * *', '25T00:10:00Z', 4), [
      '25T00:20Z',
      '25T00:40Z',
      '25T01:20Z',
      '25T01:40Z',
    ]);
    assert.deepEqual(romeOf('10 1-3 * * *', '24T22:00:00Z', 4), [
      '24T23:10Z',
      '25T00:10Z',
      '25T01:10Z',
      '25T02:10Z',
    ]);
    assert.deepEqual(romeOf('*/30 2 * * *', '24T22:00:00Z', 5), [
      '25T00:00Z',
      '25T00:30Z',
      '25T01:00Z',
      '25T01:30Z',
      '26T01:00Z',
    ]);
  });

  it('has what comes once a day once, in the first pass, wherever it is asked from', () => {
    assert.deepEqual(romeOf('30 2 * * *', '24T12:00:00Z', 2), ['25T00:30Z', '26T01:30Z']);
    assert.deepEqual(romeOf('30 2 * * *', '25T00:30:00Z', 1), ['26T01:30Z']);
    assert.deepEqual(romeOf('30 2 * * *', '25T01:10:00Z', 1), ['26T01:30Z']);
    assert.deepEqual(romeOf('0 3 * * *', '25T00:10:00Z', 2), ['25T02:00Z', '26T02:00Z']);
  });

  it('also where they go back over midnight, and by half an hour', () => {
    // 2026-11-01, 01:00 → 00:00, which is 05:00 UTC.
    assert.deepEqual(runsOf('30 0 * * *', 'America/Havana', '2026-10-31T12:00:00Z', 2), [
      '2026-11-01T04:30Z',
      '2026-11-02T05:30Z',
    ]);
    // 2026-10-25, 00:00 → 23:00 of the day before, which is 21:00 UTC.
    assert.deepEqual(runsOf('*/40 23 * * *', 'Asia/Beirut', '2026-10-24T12:00:00Z', 5), [
      '2026-10-24T20:00Z',
      '2026-10-24T20:40Z',
      '2026-10-24T21:00Z',
      '2026-10-24T21:40Z',
      '2026-10-25T21:00Z',
    ]);
    // 2026-04-05, 02:00 → 01:30, which is 15:00 UTC of the day before.
    assert.deepEqual(runsOf('*/15 * * * *', 'Australia/Lord_Howe', '2026-04-04T14:40:00Z', 3), [
      '2026-04-04T14:45Z',
      '2026-04-04T15:00Z',
      '2026-04-04T15:15Z',
    ]);
  });
});

describe('nextRuns where clocks go forward', () => {
  // 2026-03-29, 02:00 → 03:00, which is 01:00 UTC.
  const romeOf = (schedule: string, after: string, count: number) =>
    runsOf(schedule, 'Europe/Rome', `2026-03-${after}`, count).map((run) => run.slice(8));

  it('goes on without a gap', () => {
    assert.deepEqual(romeOf('*/30 * * * *', '29T00:10:00Z', 3), ['29T00:30Z', '29T01:00Z', '29T01:30Z']);
    assert.deepEqual(romeOf('5 * * * *', '29T00:00:00Z', 3), ['29T00:05Z', '29T01:05Z', '29T02:05Z']);
  });

  it('makes what named a skipped hour at the change, once', () => {
    assert.deepEqual(romeOf('30 2 * * *', '28T12:00:00Z', 2), ['29T01:00Z', '30T00:30Z']);
    assert.deepEqual(romeOf('30 2,14 * * *', '28T20:00:00Z', 2), ['29T01:00Z', '29T12:30Z']);
    assert.deepEqual(romeOf('*/10 2 * * *', '28T20:00:00Z', 2), ['29T01:00Z', '30T00:00Z']);
    assert.deepEqual(romeOf('0 2,3 * * *', '28T20:00:00Z', 2), ['29T01:00Z', '30T00:00Z']);
    assert.deepEqual(romeOf('30 2 * * mon', '28T20:00:00Z', 1), ['30T00:30Z']);
    assert.deepEqual(romeOf('0 */2 * * *', '28T22:30:00Z', 3), ['28T23:00Z', '29T01:00Z', '29T02:00Z']);
  });

  it('also where a whole day is skipped', () => {
    // From 2011-12-29 to the 31st, which is 10:00 UTC of the 30th.
    assert.deepEqual(runsOf('30 2 * * *', 'Pacific/Apia', '2011-12-29T00:00:00Z', 4), [
      '2011-12-29T12:30Z',
      '2011-12-30T10:00Z',
      '2011-12-30T12:30Z',
      '2011-12-31T12:30Z',
    ]);
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
      assert.equal(shortestGapMs(expression), gap);
    });
  }

  it('finds none where the next run is years away', () => {
    assert.equal(shortestGapMs('0 0 29 2 *'), Number.POSITIVE_INFINITY);
  });
});

describe('longestGapMs', () => {
  const GAPS = {
    '* * * * *': MINUTE,
    '*/10 * * * * *': 10 * SECOND,
    '*/45 * * * *': 45 * MINUTE,
    '* */5 * * * *': 4 * MINUTE + SECOND,
    '0 9-17 * * *': 16 * 60 * MINUTE,
    '30 2 * * *': DAY,
    '* * * * 1-5': 2 * DAY + MINUTE,
    '0 0 * * 1,4': 4 * DAY,
    '0 0 1 * *': 31 * DAY,
    '0 0 29 2 *': (4 * 365 + 1) * DAY,
    '0 0 13 * 5': 427 * DAY,
  };
  const NOW = epochMs(Date.UTC(2026, 10, 27));
  for (const [expression, gap] of Object.entries(GAPS)) {
    it(`finds ${gap / 1000} s for "${expression}"`, () => {
      assert.equal(longestGapMs(expression, 'UTC', NOW), gap);
    });
  }

  it('has the hour that clocks are set back by, but for schedules that come in it', () => {
    const of = (expression: string, zone: string) => longestGapMs(expression, zone, NOW);
    assert.equal(of('30 2 * * *', 'Europe/Berlin'), 25 * 60 * MINUTE);
    assert.equal(of('0 9-17 * * *', 'America/New_York'), 17 * 60 * MINUTE);
    assert.equal(of('0 0 1 * *', 'Australia/Lord_Howe'), 31 * DAY + 30 * MINUTE);
    assert.equal(of('0 * * * *', 'Europe/Berlin'), 60 * MINUTE);
    assert.equal(of('30 2 * * *', 'Asia/Shanghai'), DAY);
  });
});
