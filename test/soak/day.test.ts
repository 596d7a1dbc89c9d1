// Two hours of what `npm run day` does in 24.
import assert from 'node:assert/strict';
import { rehearseDay } from './rehearsed-day.js';

describe('a day', function () {
  this.timeout(180_000);

  it('has every collection that the API would have answered, whatever clocks, secrets and settings do', async () => {
    const report = await rehearseDay({
      startsAt: '2026-10-25T00:15:00Z',
      // The clocks go back at 01:00 UTC.
      timezone: 'Europe/Berlin',
      hours: 2,
      clockSteps: [
        { atHour: 0.5, byMs: -3_617_000 },
        { atHour: 1.4, byMs: 3_600_000 },
      ],
      outage: { fromHour: 0.7, toHour: 1 },
      rotateEveryMinutes: 20,
    });
    const { lost, skipped, shownTooLong, withForeignSecrets, longestGapMs, onceADay, mostRefusedInRow } =
      report;
    assert.deepEqual(lost, []);
    assert.deepEqual(
      { skipped, shownTooLong, withForeignSecrets },
      { skipped: 0, shownTooLong: 0, withForeignSecrets: 0 },
    );
    assert.ok(longestGapMs <= 120_000, `${longestGapMs} ms without a collection`);
    assert.ok(mostRefusedInRow <= 1, `${mostRefusedInRow} refusals in a row`);
    // At the start, and at half past two.
    assert.equal(onceADay, 6);
  });
});
