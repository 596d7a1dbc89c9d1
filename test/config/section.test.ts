import assert from 'node:assert/strict';
import { nearestName } from '../../src/config/section.js';

describe('nearestName', () => {
  const known = ['timeout', 'timezone', 'splay', 'ak', 'sk'];

  it('finds the name with a letter wrong, missing, added or swapped', () => {
    for (const typed of ['timeaut', 'timeot', 'timeoutt', 'tiemout', 'TimeOut']) {
      assert.equal(nearestName(typed, known), 'timeout');
    }
  });

  it('prefers the nearest', () => {
    assert.equal(nearestName('abcde', ['abcxy', 'abcdx', 'abxye']), 'abcdx');
  });

  it('finds nothing where too much differs', () => {
    for (const typed of ['', 'x', 'interval', 'token', 'y'.repeat(100_000)]) {
      assert.equal(nearestName(typed, ['timeout', 'splay']), undefined);
    }
  });
});
