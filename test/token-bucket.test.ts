import assert from 'node:assert/strict';
import { later } from '../src/clock.js';
import { TokenBucket } from '../src/token-bucket.js';
import { FakeClock } from './support/fake-clock.js';

describe('TokenBucket', () => {
  let clock: FakeClock;
  let bucket: TokenBucket;

  beforeEach(() => {
    clock = new FakeClock();
    bucket = new TokenBucket(clock, 3);
  });

  const takenOf = (tries: number): number =>
    Array.from({ length: tries }, () => bucket.take()).filter(Boolean).length;

  it('is full at first, and holds no more than its capacity', async () => {
    assert.equal(takenOf(5), 3);
    await clock.advance(3_600_000);
    bucket.refill(1);
    assert.equal(takenOf(5), 3);
  });

  it('earns by the time that passes, at the rate of each refill', async () => {
    takenOf(3);
    await clock.advance(1_000);
    assert.equal(bucket.refill(0.5), 1);
    assert.equal(bucket.take(), false);
    await clock.advance(1_000);
    bucket.refill(1.5);
    assert.equal(takenOf(3), 2);
  });

  it('earns nothing twice, and can be refilled in steps', async () => {
    takenOf(3);
    const start = clock.monotonic();
    await clock.advance(4_000);
    assert.equal(bucket.refill(0, later(start, 3_000)), 3);
    assert.equal(bucket.refill(0, later(start, 2_000)), 0);
    assert.equal(bucket.refill(1), 1);
    assert.equal(bucket.refill(1), 0);
    assert.equal(takenOf(3), 1);
  });

  it('says how long the next token takes, and has it then', async () => {
    assert.equal(bucket.msUntilToken(3), 0);
    takenOf(3);
    const waitMs = bucket.msUntilToken(3);
    assert.equal(Math.round(waitMs), 333);
    await clock.advance(waitMs);
    bucket.refill(3);
    assert.equal(takenOf(2), 1);
  });
});
