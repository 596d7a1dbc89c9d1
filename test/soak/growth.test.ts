import assert from 'node:assert/strict';
import { growthOf, isLeak } from './growth.js';

const FIGURE = { name: 'heap', unit: 'MiB', noise: 2 };

describe('growthOf', () => {
  it('is what a steady line gains', () => {
    const { growth, mean, max } = growthOf(FIGURE, [10, 11, 12, 13]);
    assert.deepEqual({ growth, mean, max }, { growth: 3, mean: 11.5, max: 13 });
  });

  it('takes ups and downs for neither a leak nor a gain', () => {
    const waves = Array.from({ length: 200 }, (_, index) => 50 + 20 * Math.sin(index));
    assert.ok(!isLeak(growthOf(FIGURE, waves)));
  });

  it('finds a leak beneath the ups and downs', () => {
    const leaking = Array.from({ length: 200 }, (_, index) => 50 + 20 * Math.sin(index) + index / 20);
    assert.ok(isLeak(growthOf(FIGURE, leaking)));
  });

  it('takes a run without samples for a failure', () => {
    assert.ok(isLeak(growthOf(FIGURE, [])));
  });
});
