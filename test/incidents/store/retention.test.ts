import assert from 'node:assert/strict';
import { epochMs } from '../../../src/clock.js';
import { summaryOf } from '../../../src/incidents/record.js';
import { type Kept, recordsToRemove } from '../../../src/incidents/store/retention.js';
import { nodeIdOf, sampleRecord } from '../sample-record.js';

const HOUR = 3_600_000;
const NOW = epochMs(Date.UTC(2026, 0, 2));
const WIDE = { maxRecords: 1_000, maxBytes: 1e9, maxAgeMs: 1e12 };

/** `hours` ago, of the node of that number; the newest come first. */
function kept(hours: number, node: number, more: Partial<Kept> & { endedHoursAgo?: number } = {}): Kept {
  const { endedHoursAgo, ...overrides } = more;
  const record = sampleRecord(
    { nodeId: nodeIdOf(node), startMs: NOW - hours * HOUR },
    { ended_at: endedHoursAgo === undefined ? null : new Date(NOW - endedHoursAgo * HOUR).toISOString() },
  );
  return { summary: summaryOf(record), bytes: 100, isActive: false, ...overrides };
}

function removed(records: readonly Kept[], bounds: Partial<typeof WIDE>): readonly number[] {
  const ids = recordsToRemove(records, { ...WIDE, ...bounds }, NOW);
  return ids.map((id) => records.findIndex(({ summary }) => summary.id === id));
}

describe('recordsToRemove', () => {
  it('removes nothing within the bounds', () => {
    assert.deepEqual(removed([kept(1, 1), kept(2, 2)], { maxRecords: 2, maxBytes: 200 }), []);
    assert.deepEqual(removed([], { maxRecords: 1 }), []);
  });

  it('removes the oldest first, of each node the last one after all others', () => {
    const records = [kept(1, 1), kept(2, 1), kept(3, 1), kept(4, 2), kept(5, 3)];
    assert.deepEqual(removed(records, { maxRecords: 4 }), [2]);
    assert.deepEqual(removed(records, { maxRecords: 3 }), [2, 1]);
    assert.deepEqual(removed(records, { maxRecords: 2 }), [2, 1, 4]);
    assert.deepEqual(removed(records, { maxBytes: 250 }), [2, 1, 4]);
  });

  it('removes those that last at the very end, and never the newest', () => {
    const records = [kept(1, 1), kept(2, 2, { isActive: true }), kept(3, 3, { isActive: true })];
    assert.deepEqual(removed(records, { maxRecords: 2 }), [0]);
    assert.deepEqual(removed(records, { maxBytes: 1 }), [0, 2]);
  });

  it('removes what ended too long ago, and what began so and was never ended, but nothing that lasts', () => {
    const records = [
      kept(1, 1, { endedHoursAgo: 0.5 }),
      kept(100, 2, { endedHoursAgo: 1 }),
      kept(100, 3, { endedHoursAgo: 99 }),
      kept(100, 4),
      kept(100, 5, { isActive: true }),
    ];
    assert.deepEqual(removed(records, { maxAgeMs: 10 * HOUR }), [2, 3]);
  });
});
