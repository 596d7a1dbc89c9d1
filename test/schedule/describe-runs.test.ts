import assert from 'node:assert/strict';
import { epochMs } from '../../src/clock.js';
import { describeRuns } from '../../src/schedule/describe-runs.js';

const NOW = epochMs(Date.UTC(2026, 10, 27, 10, 0, 5));
const SETTINGS = { timezone: 'UTC', splayMs: 0, discoverySchedule: undefined };
const nodes = (...schedules: string[]) => schedules.map((schedule) => ({ schedule }));

describe('describeRuns', () => {
  it('has the next three runs of each schedule, that of most nodes first', () => {
    const some = nodes('0 3 * * *', '*/10 * * * * *', '*/10 * * * * *');
    assert.deepEqual(describeRuns(some, SETTINGS, NOW), [
      'schedule "*/10 * * * * *" (UTC, 2 nodes): next runs 2026-11-27 10:00:10+00:00, 2026-11-27 10:00:20+00:00, 2026-11-27 10:00:30+00:00',
      'schedule "0 3 * * *" (UTC, 1 node): next runs 2026-11-28 03:00:00+00:00, 2026-11-29 03:00:00+00:00, 2026-11-30 03:00:00+00:00',
    ]);
  });

  it('shows both passes of a doubled hour, and offsets of less than an hour and behind UTC', () => {
    const timesOf = (timezone: string, schedule: string, now: string) =>
      /next runs (.*)$/u.exec(
        describeRuns(nodes(schedule), { ...SETTINGS, timezone }, epochMs(Date.parse(now)))[0] ?? '',
      )?.[1];
    assert.equal(
      timesOf('Europe/Rome', '30 * * * *', '2026-10-25T00:10:00Z'),
      '2026-10-25 02:30:00+02:00, 2026-10-25 02:30:00+01:00, 2026-10-25 03:30:00+01:00',
    );
    assert.equal(
      timesOf('Asia/Kathmandu', '0 0 1 * *', '2026-10-25T00:10:00Z'),
      '2026-11-01 00:00:00+05:45, 2026-12-01 00:00:00+05:45, 2027-01-01 00:00:00+05:45',
    );
    assert.equal(
      timesOf('America/St_Johns', '0 12 * * *', '2026-12-25T00:10:00Z'),
      '2026-12-25 12:00:00-03:30, 2026-12-26 12:00:00-03:30, 2026-12-27 12:00:00-03:30',
    );
  });

  it('names what discovery finds, and how far the splay shifts it', () => {
    const settings = { ...SETTINGS, splayMs: 5_000 };
    const discovering = { ...settings, discoverySchedule: '* * * * *' };
    const minutes =
      'next runs 2026-11-27 10:01:00+00:00, 2026-11-27 10:02:00+00:00, 2026-11-27 10:03:00+00:00; each node up to 5 s later (collection.splay)';
    assert.deepEqual(describeRuns([], settings, NOW), []);
    assert.deepEqual(describeRuns([], discovering, NOW), [
      `schedule "* * * * *" (UTC, what discovery finds): ${minutes}`,
    ]);
    const [first, second] = describeRuns(nodes('* * * * *', '* * * * *', '* * * * * *'), discovering, NOW);
    assert.equal(first, `schedule "* * * * *" (UTC, 2 nodes and what discovery finds): ${minutes}`);
    assert.match(second ?? '', /\(UTC, 1 node\): .* up to 1 s later/u);
  });

  it('lists no more than twenty', () => {
    const many = Array.from({ length: 50 }, (_, minute) => `${minute} * * * *`);
    const lines = describeRuns(nodes(...many, '59 * * * *', '59 * * * *'), SETTINGS, NOW);
    assert.equal(lines.length, 21);
    assert.match(lines[0] ?? '', /^schedule "59 /u);
    assert.equal(lines[20], '31 more schedules');
  });
});
