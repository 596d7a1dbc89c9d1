import assert from 'node:assert/strict';
import { startDeadline } from '../../../src/model/deadline.js';
import { CollectionError } from '../../../src/model/failure.js';
import { type RetryOptions, retry } from '../../../src/taurusdb/call/retry.js';
import { ApiError, type CallOutcome } from '../../../src/taurusdb/errors.js';
import { FakeClock } from '../../support/fake-clock.js';

describe('retry', () => {
  let clock: FakeClock;
  let waits: number[];
  let attempts: number;

  beforeEach(() => {
    clock = new FakeClock();
    waits = [];
    attempts = 0;
  });

  const start = (
    outcomes: (CallOutcome | Error | 'ok')[],
    change: Partial<RetryOptions> = {},
    deadlineMs = 3_600_000,
  ) =>
    retry(
      {
        maxRetries: 3,
        isRead: true,
        deadline: startDeadline(clock, deadlineMs),
        clock,
        random: () => 1,
        onRetry: (_, waitMs) => waits.push(waitMs),
        ...change,
      },
      async () => {
        const outcome = outcomes[Math.min(attempts, outcomes.length - 1)] ?? 'ok';
        attempts += 1;
        if (outcome === 'ok') {
          return `attempt ${attempts}`;
        }
        throw outcome instanceof Error ? outcome : new ApiError('api', 'wait: got 500', {}, outcome);
      },
    );
  const reads: CallOutcome = { repeatable: 'reads' };

  it('waits longer from attempt to attempt, up to 8 s', async () => {
    const failed = assert.rejects(start([reads], { maxRetries: 6 }), /got 500, after 7 attempts$/u);
    await clock.advance(60_000);
    await failed;
    assert.deepEqual(waits, [500, 1_000, 2_000, 4_000, 8_000, 8_000]);
  });

  it('takes any share of the wait: full jitter', async () => {
    const done = start([reads, 'ok'], { random: () => 0 });
    assert.equal(await done, 'attempt 2');
    assert.deepEqual(waits, [0]);
  });

  it('resolves to the first success', async () => {
    const done = start([reads, reads, 'ok']);
    await clock.advance(60_000);
    assert.equal(await done, 'attempt 3');
  });

  it('says how often it tried', async () => {
    const failed = start([reads]).catch((error: ApiError) => error.details);
    await clock.advance(60_000);
    assert.deepEqual(await failed, { attempts: 4 });
  });

  it('gives up at once with maxRetries 0', async () => {
    await assert.rejects(start([reads], { maxRetries: 0 }), /^CollectionError: wait: got 500$/u);
    assert.equal(attempts, 1);
  });

  const table: [outcome: CallOutcome, isRead: boolean, repeated: boolean][] = [
    [{ repeatable: 'any' }, true, true],
    [{ repeatable: 'any' }, false, true],
    [{ repeatable: 'reads' }, true, true],
    [{ repeatable: 'reads' }, false, false],
    [{ repeatable: 'none' }, true, false],
    [{}, true, false],
  ];
  for (const [outcome, isRead, repeated] of table) {
    const verb = repeated ? 'repeats' : 'does not repeat';
    it(`${verb} a ${isRead ? 'reading' : 'changing'} call that is repeatable ${outcome.repeatable ?? 'not at all'}`, async () => {
      const settled = start([outcome, 'ok'], { isRead }).catch(() => 'failed');
      await clock.advance(60_000);
      assert.equal(await settled, repeated ? 'attempt 2' : 'failed');
    });
  }

  it('waits what the API asks for, and the jitter on top', async () => {
    const done = start([{ repeatable: 'any', retryAfterMs: 60_000 }, 'ok']);
    await clock.advance(60_499);
    assert.equal(attempts, 1);
    await clock.advance(1);
    assert.equal(await done, 'attempt 2');
  });

  it('fails at once when the wait would reach the deadline', async () => {
    const asked: CallOutcome = { repeatable: 'any', retryAfterMs: 60_000 };
    await assert.rejects(start([asked, 'ok'], {}, 50_000), /got 500$/u);
    assert.equal(clock.monotonic(), 0);
  });

  it("ends its wait with the deadline's reason", async () => {
    const parent = new AbortController();
    const deadline = startDeadline(clock, 60_000, parent.signal);
    const failed = assert.rejects(start([reads], { deadline }), /stopping/u);
    await clock.advance(100);
    parent.abort(new Error('stopping'));
    await failed;
    assert.equal(attempts, 1);
  });

  it('passes on what is no answer of the API', async () => {
    for (const error of [new TypeError('a mistake'), new CollectionError('auth', 'credential: …')]) {
      attempts = 0;
      await assert.rejects(start([error]), error);
      assert.equal(attempts, 1);
    }
  });
});
