import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { untilAborted } from '../../src/model/deadline.js';
import { settle } from '../support/fake-clock.js';

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
