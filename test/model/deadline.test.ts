import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { startDeadline, untilAborted } from '../../src/model/deadline.js';
import { CollectionError } from '../../src/model/failure.js';
import { FakeClock, settle } from '../support/fake-clock.js';

describe('startDeadline', () => {
  let clock: FakeClock;

  beforeEach(() => {
    clock = new FakeClock();
  });

  it('aborts after its time, as a timeout', async () => {
    const deadline = startDeadline(clock, 50_000);
    await clock.advance(49_999);
    assert.equal(deadline.signal.aborted, false);
    assert.equal(deadline.remainingMs(), 1);
    await clock.advance(1);
    assert.ok(deadline.signal.reason instanceof CollectionError);
    assert.equal(deadline.signal.reason.reason, 'timeout');
    assert.equal(deadline.signal.reason.message, 'deadline: got no end within 50 s, expected one');
  });

  it('has no time left after its end', async () => {
    const deadline = startDeadline(clock, 1_000);
    await clock.advance(5_000);
    assert.equal(deadline.remainingMs(), 0);
  });

  it('is not moved by the wall clock', async () => {
    const deadline = startDeadline(clock, 1_000);
    clock.jump(3_600_000);
    await clock.advance(999);
    assert.equal(deadline.signal.aborted, false);
    assert.equal(deadline.remainingMs(), 1);
  });

  it("aborts with its parent, for its parent's reason, and keeps no timer", async () => {
    const parent = new AbortController();
    const deadline = startDeadline(clock, 1_000, parent.signal);
    parent.abort(new Error('stopping'));
    assert.match(String(deadline.signal.reason), /stopping/u);
    await clock.advance(0);
    assert.equal(clock.sleeping, 0);
  });

  it('starts aborted under a parent that is', () => {
    const deadline = startDeadline(clock, 1_000, AbortSignal.abort(new Error('stopping')));
    assert.match(String(deadline.signal.reason), /stopping/u);
    assert.equal(clock.sleeping, 0);
  });

  it('may share its parent with any number of others', async () => {
    const warnings: Error[] = [];
    const listen = (warning: Error) => warnings.push(warning);
    process.on('warning', listen);
    const parent = new AbortController();
    for (let n = 0; n < 100; n += 1) {
      startDeadline(clock, 1_000, parent.signal);
    }
    await clock.advance(0);
    process.off('warning', listen);
    assert.deepEqual(warnings, []);
  });

  it('never aborts once cleared', async () => {
    const parent = new AbortController();
    const deadline = startDeadline(clock, 1_000, parent.signal);
    deadline.clear();
    parent.abort();
    await clock.advance(5_000);
    assert.equal(deadline.signal.aborted, false);
    assert.equal(clock.sleeping, 0);
  });
});

describe('untilAborted', () => {
  it('settles as the promise does, and leaves no listener behind', async () => {
    const { signal } = new AbortController();
    assert.equal(await untilAborted(Promise.resolve(7), signal), 7);
    await assert.rejects(untilAborted(Promise.reject(new Error('no')), signal), /no/u);
    await settle();
    assert.equal(getEventListeners(signal, 'abort').length, 0);
  });

  it("rejects with the signal's reason while the promise is pending", async () => {
    const aborter = new AbortController();
    const waiting = untilAborted(new Promise(() => {}), aborter.signal);
    aborter.abort(new Error('stopping'));
    await assert.rejects(waiting, /stopping/u);
  });

  it('swallows what the promise does after the abort', async () => {
    // A rejection that nobody handled would end the process, and with it this test.
    const aborted = AbortSignal.abort(new Error('stopping'));
    await assert.rejects(untilAborted(Promise.reject(new Error('too late')), aborted), /stopping/u);
    await settle();
  });
});
