import assert from 'node:assert/strict';
import {
  isSpike,
  previousSessions,
  type RecentSessions,
  usualSessions,
  withSessions,
} from '../../src/collect/recent-sessions.js';

function recent(...sessions: readonly number[]): RecentSessions {
  return sessions.reduce<RecentSessions>(withSessions, []);
}

describe('recent sessions', () => {
  it('are usual from ten collections on, as the median of those before the last', () => {
    assert.equal(usualSessions(recent(1, 2, 3, 4, 5, 6, 7, 8, 9, 1_000)), undefined);
    assert.equal(usualSessions(recent(9, 1, 8, 2, 7, 3, 6, 4, 5, 5, 1_000)), 5);
    assert.equal(usualSessions(recent(90, 10, 80, 20, 70, 30, 60, 40, 50, 50, 500, 1_000)), 50);
    assert.equal(usualSessions(recent(0, 0, 0, 0, 0, 1_000, 1_000, 1_000, 1_000, 1_000, 7)), 500);
  });

  it('are those of the last 60 collections before, and no more are kept', () => {
    const long = recent(...Array(500).fill(9), ...Array(30).fill(1), ...Array(30).fill(3), 7);
    assert.equal(usualSessions(long), 2);
    assert.ok(long.length <= 61);
  });

  it('tell of the collection before', () => {
    assert.equal(previousSessions(recent(5)), undefined);
    assert.equal(previousSessions(recent(5, 7)), 5);
  });

  it('are a spike from 20 sessions above what is usual on, and from 35 % of it', () => {
    assert.deepEqual([isSpike(20, 0), isSpike(21, 0)], [false, true]);
    assert.deepEqual([isSpike(135, 100), isSpike(136, 100)], [false, true]);
  });
});
