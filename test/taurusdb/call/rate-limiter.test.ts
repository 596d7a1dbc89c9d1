import assert from 'node:assert/strict';
import { type Deadline, startDeadline } from '../../../src/model/deadline.js';
import { CollectionError } from '../../../src/model/failure.js';
import { RateLimiter } from '../../../src/taurusdb/call/rate-limiter.js';
import { FakeClock } from '../../support/fake-clock.js';

const endsWith = (signal: AbortSignal): Deadline => ({ signal, remainingMs: () => Number.POSITIVE_INFINITY });
const never = (): Deadline => endsWith(new AbortController().signal);

describe('rate limiter', () => {
  let clock: FakeClock;
  /** When each of the takes so far came through, in milliseconds from the start. */
  let taken: number[];

  beforeEach(() => {
    clock = new FakeClock();
    taken = [];
  });

  const take = (limiter: RateLimiter, count: number): void => {
    for (let n = 0; n < count; n += 1) {
      limiter.take(never()).then(
        () => taken.push(clock.monotonic()),
        () => {},
      );
    }
  };
  const takenBetween = (from: number, to: number): number =>
    taken.filter((at) => at >= from && at < to).length;

  it('lets the first request through at once', async () => {
    take(new RateLimiter(clock, 10), 1);
    await clock.advance(0);
    assert.deepEqual(taken, [0]);
  });

  for (const rate of [1, 5, 9, 10, 25, 100]) {
    it(`lets no more than ${rate} through in any second, at ${rate}/s, and nearly as many`, async () => {
      const limiter = new RateLimiter(clock, rate);
      await clock.advance(60_000);
      take(limiter, rate * 10);
      await clock.advance(5_000);
      taken.forEach((at, index) => {
        const later = taken[index + rate];
        assert.ok(later === undefined || later - at > 1_000, `${rate + 1} from ${at} to ${later}`);
      });
      assert.ok(taken.length >= Math.floor(0.95 * 5 * rate), `${taken.length} in 5 s`);
    });
  }

  it('saves up no more than a twentieth of a second', async () => {
    const limiter = new RateLimiter(clock, 100);
    await clock.advance(60_000);
    take(limiter, 200);
    await clock.advance(0);
    assert.equal(taken.length, 5);
  });

  it('works below one request per second', async () => {
    take(new RateLimiter(clock, 0.5), 3);
    await clock.advance(5_000);
    assert.deepEqual(taken.map(Math.round), [0, 2_105, 4_211]);
  });

  it('serves in order', async () => {
    const limiter = new RateLimiter(clock, 10);
    const order: string[] = [];
    for (const name of ['a', 'b', 'c']) {
      void limiter.take(never()).then(() => order.push(name));
    }
    await clock.advance(1_000);
    assert.deepEqual(order, ['a', 'b', 'c']);
  });

  it('gives no turn to a waiter whose deadline has passed', async () => {
    const limiter = new RateLimiter(clock, 1);
    const waiter = new AbortController();
    take(limiter, 1);
    const given = assert.rejects(limiter.take(endsWith(waiter.signal)), /too late/u);
    take(limiter, 1);
    waiter.abort(new Error('too late'));
    await given;
    await clock.advance(2_000);
    assert.deepEqual(taken.map(Math.round), [0, 1_053]);
  });

  it('refuses a deadline that has already passed', async () => {
    const signal = AbortSignal.abort(new Error('too late'));
    await assert.rejects(new RateLimiter(clock, 1).take(endsWith(signal)), /too late/u);
  });

  it('halves its rate when told to slow down, at most once a second, never below 1/s', async () => {
    const limiter = new RateLimiter(clock, 10);
    await clock.advance(60_000);
    limiter.slowDown();
    limiter.slowDown();
    take(limiter, 1_000);
    await clock.advance(2_000);
    assert.equal(
      takenBetween(60_000, 62_000),
      10,
      '5/s, and the one saved up falls into the last millisecond',
    );
    for (let halving = 0; halving < 4; halving += 1) {
      limiter.slowDown();
      await clock.advance(1_000);
    }
    const from = clock.monotonic();
    await clock.advance(5_000);
    assert.equal(takenBetween(from, from + 5_000), 5);
  });

  it('never slows a project below its own rate where that is under 1/s', async () => {
    const limiter = new RateLimiter(clock, 0.5);
    limiter.slowDown();
    take(limiter, 3);
    await clock.advance(5_000);
    assert.deepEqual(taken.map(Math.round), [0, 2_105, 4_211]);
  });

  it('gets a tenth of its rate back every 10 s', async () => {
    const limiter = new RateLimiter(clock, 10);
    limiter.slowDown();
    take(limiter, 1_000);
    await clock.advance(70_000);
    const perSecond = (from: number): number => takenBetween(from, from + 5_000) / 5;
    assert.deepEqual(
      [2_000, 12_000, 22_000, 32_000, 42_000, 52_000, 62_000].map(perSecond).map(Math.round),
      [5, 6, 7, 8, 9, 9, 9],
    );
  });

  describe('while the API has asked to wait', () => {
    it('lets nobody through, and goes on at half the rate', async () => {
      const limiter = new RateLimiter(clock, 10);
      limiter.slowDown(60_000);
      take(limiter, 1_000);
      await clock.advance(59_999);
      assert.deepEqual(taken, []);
      await clock.advance(10_000);
      assert.equal(takenBetween(60_000, 62_000), 19, 'six steps of recovery, from 5/s');
    });

    it('does not forget a long pause over a short one', async () => {
      const limiter = new RateLimiter(clock, 10);
      limiter.slowDown(60_000);
      limiter.slowDown(1_000);
      take(limiter, 1);
      await clock.advance(59_999);
      assert.deepEqual(taken, []);
    });

    it('does not believe more than five minutes', async () => {
      const limiter = new RateLimiter(clock, 10);
      limiter.slowDown(1_000_000_000);
      take(limiter, 1);
      await clock.advance(300_000);
      assert.deepEqual(taken, [300_000]);
    });

    it('refuses at once, as throttled, whose deadline comes first, and lets the others wait', async () => {
      const limiter = new RateLimiter(clock, 1);
      take(limiter, 1);
      const outcomes: unknown[] = [];
      const ask = (ms: number) =>
        limiter.take(startDeadline(clock, ms)).then(
          () => outcomes.push(ms),
          (error: unknown) => outcomes.push(error),
        );
      void ask(50_000);
      void ask(70_000);
      await clock.advance(0);
      limiter.slowDown(60_000);
      void ask(60_000);
      await clock.advance(0);
      assert.equal(outcomes.length, 2);
      for (const error of outcomes) {
        assert.ok(error instanceof CollectionError);
        assert.equal(error.reason, 'throttled');
        assert.match(error.message, /^request budget: got a pause of 60 s from the API, expected /u);
      }
      await clock.advance(63_000);
      assert.equal(outcomes[2], 70_000);
    });
  });

  describe('its state', () => {
    const rounded = (limiter: RateLimiter) => {
      const { requestsPerSecond, usedRatio } = limiter.state();
      return [requestsPerSecond, Math.round(usedRatio * 100) / 100];
    };

    it('is idle at first, and full after minutes of more requests than it allows', async () => {
      const limiter = new RateLimiter(clock, 10);
      assert.deepEqual(rounded(limiter), [10, 0]);
      take(limiter, 10_000);
      await clock.advance(0);
      assert.deepEqual(rounded(limiter), [10, 0]);
      await clock.advance(300_000);
      const [, used = 0] = rounded(limiter);
      assert.ok(used > 0.97 && used <= 1.01, `used ${used}`);
    });

    it('tells the share of steady requests, also after hours of silence', async () => {
      const limiter = new RateLimiter(clock, 10);
      await clock.advance(10 * 3_600_000);
      for (let second = 0; second < 300; second += 1) {
        take(limiter, 3);
        await clock.advance(1_000);
      }
      const [, used = 0] = rounded(limiter);
      assert.ok(Math.abs(used - 0.3) < 0.02, `used ${used}`);
      await clock.advance(600_000);
      assert.deepEqual(rounded(limiter), [10, 0]);
    });

    it('allows nothing in a pause, then half, and the used share is of what was allowed', async () => {
      const limiter = new RateLimiter(clock, 10);
      limiter.slowDown(5_000);
      assert.equal(limiter.state().requestsPerSecond, 0);
      await clock.advance(5_000);
      assert.equal(limiter.state().requestsPerSecond, 5);
      const slow = new RateLimiter(clock, 10);
      for (let second = 0; second < 600; second += 1) {
        slow.slowDown();
        take(slow, 10);
        await clock.advance(1_000);
      }
      const { usedRatio } = slow.state();
      assert.ok(usedRatio > 0.95 && usedRatio <= 1.01, `used ${usedRatio} of 1/s`);
    });
  });

  describe('with another maximum', () => {
    it('goes at the new rate at once', async () => {
      const limiter = new RateLimiter(clock, 10);
      limiter.resize(100);
      assert.equal(limiter.state().requestsPerSecond, 100);
      take(limiter, 500);
      await clock.advance(1_000);
      assert.ok(taken.length > 90 && taken.length <= 100, `${taken.length}`);
      limiter.resize(10);
      await clock.advance(1_000);
      const between = takenBetween(1_001, 2_000);
      assert.ok(between >= 8 && between <= 11, `${between}`);
    });

    it('keeps the pause that the API asked for, and the rate that it reduced', async () => {
      const limiter = new RateLimiter(clock, 10);
      limiter.slowDown(5_000);
      limiter.resize(100);
      assert.equal(limiter.state().requestsPerSecond, 0);
      await clock.advance(5_000);
      assert.equal(limiter.state().requestsPerSecond, 5);
      await clock.advance(20_000);
      assert.equal(limiter.state().requestsPerSecond, 25);
      limiter.resize(4);
      assert.equal(limiter.state().requestsPerSecond, 4);
    });
  });
});
