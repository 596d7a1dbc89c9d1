import assert from 'node:assert/strict';
import { splayShareMs, staleAt } from '../../src/schedule/run-times.js';
import { sampleNode } from '../collect/sample-node.js';
import { FakeClock } from '../support/fake-clock.js';
import { everyMs } from './every.js';

describe('staleAt', () => {
  const clock = new FakeClock(Date.UTC(2026, 0, 2, 3, 4, 8));
  const node = sampleNode({ schedule: '60000' });
  const options = { nextRuns: everyMs(clock), splayMs: 5000, timeoutMs: 50_000, staleAfterMs: undefined };

  it('is when the third run after the success has had its splay and its timeout', () => {
    const third = Date.UTC(2026, 0, 2, 3, 7);
    const share = splayShareMs(node.nodeId, 5000);
    assert.ok(share > 0);
    assert.equal(staleAt(node, clock.now(), options), third + share + 50_000);
  });

  it('is so long after the success as configured', () => {
    assert.equal(staleAt(node, clock.now(), { ...options, staleAfterMs: 180_000 }), clock.now() + 180_000);
  });
});
