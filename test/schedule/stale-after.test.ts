import assert from 'node:assert/strict';
import { type StalePolicy, splayShareMs, staleAt } from '../../src/schedule/run-times.js';
import { sampleNode } from '../collect/sample-node.js';
import { FakeClock } from '../support/fake-clock.js';
import { everyMs } from './every.js';

describe('staleAt', () => {
  const clock = new FakeClock(Date.UTC(2026, 0, 2, 3, 4, 8));
  const node = sampleNode({ schedule: '60000' });
  const policy: StalePolicy = { timezone: 'UTC', splayMs: 5000, timeoutMs: 50_000, staleAfterMs: undefined };
  const successAt = clock.now();
  const share = splayShareMs(node.nodeId, 5000);

  it('is when the third run after the success has had its splay and its timeout', () => {
    const third = Date.UTC(2026, 0, 2, 3, 7);
    assert.ok(share > 0);
    assert.equal(staleAt(node, { successAt, runsSince: 0 }, policy, everyMs(clock)), third + share + 50_000);
  });

  it('counts the runs that have come since the success', () => {
    const next = Date.UTC(2026, 0, 2, 3, 5);
    assert.equal(staleAt(node, { successAt, runsSince: 2 }, policy, everyMs(clock)), next + share + 50_000);
    assert.equal(staleAt(node, { successAt, runsSince: 3 }, policy, everyMs(clock)), successAt);
    assert.equal(staleAt(node, { successAt, runsSince: 40 }, policy, everyMs(clock)), successAt);
  });

  it('is so long after the success as configured, however many runs have come', () => {
    const configured = { ...policy, staleAfterMs: 180_000 };
    for (const runsSince of [0, 7]) {
      assert.equal(staleAt(node, { successAt, runsSince }, configured, everyMs(clock)), successAt + 180_000);
    }
  });
});
