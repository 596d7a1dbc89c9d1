import assert from 'node:assert/strict';
import { RateLimit } from '../../../src/web/access/rate-limit.js';
import { FakeClock } from '../../support/fake-clock.js';

describe('RateLimit', () => {
  it('lets a burst pass, then one for each interval', async () => {
    const clock = new FakeClock();
    const limit = new RateLimit({ intervalMs: 1000, burst: 3 }, clock);
    const allowedOf = (tries: number) =>
      Array.from({ length: tries }, () => limit.allows()).filter(Boolean).length;
    assert.equal(allowedOf(5), 3);
    await clock.advance(999);
    assert.equal(allowedOf(5), 0);
    await clock.advance(1);
    assert.equal(allowedOf(5), 1);
    await clock.advance(2500);
    assert.equal(allowedOf(5), 2);
  });

  it('saves up no more than a burst', async () => {
    const clock = new FakeClock();
    const limit = new RateLimit({ intervalMs: 1000, burst: 2 }, clock);
    await clock.advance(3_600_000);
    assert.deepEqual([limit.allows(), limit.allows(), limit.allows()], [true, true, false]);
  });
});
