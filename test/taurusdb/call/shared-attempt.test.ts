import assert from 'node:assert/strict';
import type { Deadline } from '../../../src/model/deadline.js';
import { CollectionError } from '../../../src/model/failure.js';
import { SharedAttempt } from '../../../src/taurusdb/call/shared-attempt.js';
import { ApiError } from '../../../src/taurusdb/errors.js';
import { FakeClock, settle } from '../../support/fake-clock.js';

const never = (): AbortSignal => new AbortController().signal;
const refusal = (): ApiError =>
  new ApiError('api', 'token: got 503, expected 200', { status: 503 }, { status: 503 });

describe('a shared attempt', () => {
  let clock: FakeClock;
  let closing: AbortController;
  let deadlines: Deadline[];
  let answer: (value: string) => void;
  let fail: (error: unknown) => void;
  let ask: (signal: AbortSignal) => Promise<string>;

  beforeEach(() => {
    clock = new FakeClock();
    closing = new AbortController();
    deadlines = [];
    const shared = new SharedAttempt<string>({
      what: 'token',
      clock,
      closing: closing.signal,
      attempt: (deadline) => {
        deadlines.push(deadline);
        return new Promise((resolve, reject) => {
          answer = resolve;
          fail = reject;
          deadline.signal.addEventListener('abort', () => reject(deadline.signal.reason));
        });
      },
    });
    ask = (signal) => shared.ask(signal);
  });

  it('is made once for all who ask meanwhile, and again for who asks later', async () => {
    const asked = [ask(never()), ask(never()), ask(never())];
    answer('one');
    assert.deepEqual(await Promise.all(asked), ['one', 'one', 'one']);
    assert.equal(deadlines.length, 1);
    const later = ask(never());
    answer('two');
    assert.equal(await later, 'two');
  });

  it('goes on for the others when one of them can wait no longer', async () => {
    const impatient = new AbortController();
    const given = assert.rejects(ask(impatient.signal), /too late/u);
    const patient = ask(never());
    impatient.abort(new Error('too late'));
    await given;
    answer('one');
    assert.equal(await patient, 'one');
  });

  it('fails for all, and not as a request of theirs: none is repeated or counted as refused', async () => {
    const asked = [ask(never()), ask(never())];
    fail(refusal());
    for (const result of await Promise.allSettled(asked)) {
      assert.ok(result.status === 'rejected');
      assert.ok(result.reason instanceof CollectionError && !(result.reason instanceof ApiError));
      assert.equal(result.reason.reason, 'api');
      assert.deepEqual(result.reason.details, { status: 503 });
    }
  });

  it('is put off after a failure, for twice as long each time, up to a minute', async () => {
    for (const pauseMs of [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]) {
      const asked = assert.rejects(ask(never()));
      fail(refusal());
      await asked;
      const attempts = deadlines.length;
      await clock.advance(pauseMs - 1);
      await assert.rejects(ask(never()), /got 503/u);
      assert.equal(deadlines.length, attempts);
      await clock.advance(1);
    }
    const asked = ask(never());
    answer('at last');
    await asked;
    const again = assert.rejects(ask(never()));
    fail(refusal());
    await again;
    await clock.advance(1_000);
    ask(never()).catch(() => {});
    assert.equal(deadlines.length, 11, 'the first pause is short again');
  });

  it('is not put off after what never reached a server', async () => {
    const asked = assert.rejects(ask(never()), /empty/u);
    fail(new CollectionError('auth', 'password: got an empty value, expected the secret'));
    await asked;
    ask(never()).catch(() => {});
    assert.equal(deadlines.length, 2);
  });

  it('has 30 s, whatever its callers have', async () => {
    const asked = assert.rejects(ask(never()), (error: CollectionError) => {
      assert.equal(error.reason, 'timeout');
      assert.equal(error.message, 'token: got none within 30 s, expected one');
      return true;
    });
    await clock.advance(30_000);
    await asked;
  });

  it('ends with what it is for', async () => {
    const asked = assert.rejects(ask(never()), /stopping/u);
    closing.abort(new Error('stopping'));
    await asked;
    await settle();
    assert.equal(clock.sleeping, 0, 'no timer is left');
  });
});
