import assert from 'node:assert/strict';
import { CollectionError } from '../../../src/model/failure.js';
import {
  type Admission,
  CircuitBreaker,
  KEY_LIMITS,
  PASSWORD_LIMITS,
} from '../../../src/taurusdb/call/circuit-breaker.js';
import { FakeClock, settle } from '../../support/fake-clock.js';

const never = (): AbortSignal => new AbortController().signal;

describe('circuit breaker', () => {
  let clock: FakeClock;
  let breaker: CircuitBreaker;
  let admitted: Admission[];
  let failures: unknown[];

  beforeEach(() => {
    clock = new FakeClock();
    breaker = new CircuitBreaker(clock, KEY_LIMITS);
    admitted = [];
    failures = [];
  });

  const enter = async (count: number, fingerprint = 'key'): Promise<void> => {
    for (let n = 0; n < count; n += 1) {
      breaker.enter(fingerprint, never()).then(
        (admission) => admitted.push(admission),
        (error) => failures.push(error),
      );
    }
    await settle();
  };
  const refuse = async (): Promise<void> => {
    await enter(1);
    admitted.pop()?.refused();
    await settle();
  };
  const accept = async (): Promise<void> => {
    await enter(1);
    admitted.pop()?.accepted();
    await settle();
  };

  it('lets one of 500 requests try a new credential, and all once it was accepted', async () => {
    await enter(500);
    assert.equal(admitted.length, 1);
    admitted[0]?.accepted();
    await settle();
    assert.equal(admitted.length, 500);
    assert.deepEqual(failures, []);
  });

  it('fails the 499 that waited when the one is refused: none of them is sent', async () => {
    await enter(500);
    admitted[0]?.refused();
    await settle();
    assert.equal(admitted.length, 1);
    assert.equal(failures.length, 499);
    assert.ok(failures.every((error) => error instanceof CollectionError && error.reason === 'auth'));
  });

  it('lets the next one try when the first ended without a verdict', async () => {
    await enter(3);
    admitted[0]?.leave();
    await settle();
    assert.equal(admitted.length, 2);
    admitted[1]?.accepted();
    await settle();
    assert.equal(admitted.length, 3);
  });

  it('tries one at a time after a refusal', async () => {
    await accept();
    await refuse();
    await enter(10);
    assert.equal(admitted.length, 1);
  });

  it('sends nothing for 330 s after two refusals in a row', async () => {
    await refuse();
    await refuse();
    await clock.advance(329_999);
    await enter(5);
    assert.equal(admitted.length, 0);
    assert.match(
      String(failures[0]),
      /credential: got 2 refusals in a row, expected none \(nothing is sent with it for 1 s or until it changes\)/u,
    );
    assert.ok(failures.every((error) => error instanceof CollectionError && error.reason === 'auth'));
    await clock.advance(1);
    await enter(5);
    assert.equal(admitted.length, 1);
  });

  it('sends a refused password once in 15 minutes', async () => {
    breaker = new CircuitBreaker(clock, PASSWORD_LIMITS);
    await refuse();
    await clock.advance(899_999);
    await enter(5);
    assert.equal(admitted.length, 0);
    assert.match(String(failures[0]), /credential: got 1 refusal, expected none/u);
    await clock.advance(1);
    await enter(5);
    assert.equal(admitted.length, 1);
  });

  it('is shut again at once by a refusal after the pause', async () => {
    await refuse();
    await refuse();
    await clock.advance(330_000);
    await refuse();
    await enter(1);
    assert.equal(admitted.length, 0);
  });

  it('forgets refusals once the credential is accepted', async () => {
    await refuse();
    await accept();
    await refuse();
    await enter(1);
    assert.equal(admitted.length, 1);
  });

  it('knows nothing against a changed secret', async () => {
    await refuse();
    await refuse();
    await enter(1, 'new key');
    assert.equal(admitted.length, 1);
  });

  it('does not take the late acceptance of an earlier request for a sign of trust', async () => {
    await accept();
    await enter(2);
    admitted[0]?.refused();
    admitted[1]?.accepted();
    admitted = [];
    await enter(2);
    assert.equal(admitted.length, 1);
  });

  it('counts only the first word about a request', async () => {
    await enter(1);
    admitted[0]?.refused();
    admitted[0]?.leave();
    admitted[0]?.refused();
    admitted = [];
    await enter(1);
    assert.equal(admitted.length, 1);
  });

  it('lets a waiter go when its deadline passes', async () => {
    await enter(1);
    const waiter = new AbortController();
    const waiting = assert.rejects(breaker.enter('key', waiter.signal), /too late/u);
    waiter.abort(new Error('too late'));
    await waiting;
    admitted[0]?.leave();
    await enter(1);
    assert.equal(admitted.length, 2);
  });
});
