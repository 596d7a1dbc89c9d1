import assert from 'node:assert/strict';
import { splayShareMs } from '../../src/schedule/run-times.js';

describe('splayShareMs', () => {
  it('is the same for a node every time', () => {
    assert.equal(splayShareMs('941d21130b3c4899ad1a752a0945befdno07', 5000), 2989);
  });

  it('spreads nodes over the whole splay', () => {
    const tenths = Array(10).fill(0);
    for (let node = 0; node < 1000; node++) {
      tenths[Math.floor(splayShareMs(`node-${node}`, 60_000) / 6000)] += 1;
    }
    assert.equal(tenths.length, 10);
    assert.ok(Math.min(...tenths) > 70 && Math.max(...tenths) < 130, String(tenths));
  });

  it('is 0 without splay', () => {
    assert.equal(splayShareMs('node', 0), 0);
  });
});
