import assert from 'node:assert/strict';
import { isInShard } from '../../src/discover/shard.js';
import { sampleFleet } from '../../src/simulator/sample-fleet.js';

const nodeIds = sampleFleet({ projects: 6, instances: 35, nodesPerInstance: 2 }).flatMap(({ instances }) =>
  instances.flatMap(({ nodes }) => nodes.map(({ id }) => id)),
);

/** Of each node: the shards that collect it. */
const shardsOf = (nodeId: string, total: number): number[] =>
  Array.from({ length: total }, (_, index) => index).filter((index) => isInShard(nodeId, { index, total }));

describe('isInShard', () => {
  for (const total of [1, 2, 3, 5]) {
    it(`gives each of 420 nodes to exactly one of ${total} shards, and to each about as many`, () => {
      assert.equal(new Set(nodeIds).size, 420);
      const counts = Array.from({ length: total }, () => 0);
      for (const nodeId of nodeIds) {
        const shards = shardsOf(nodeId, total);
        assert.equal(shards.length, 1, nodeId);
        counts[shards[0] ?? 0] = (counts[shards[0] ?? 0] ?? 0) + 1;
      }
      for (const count of counts) {
        assert.ok(Math.abs(count - 420 / total) < 0.3 * (420 / total), `${counts}`);
      }
    });
  }

  it('moves about a fifth of the nodes from 4 to 5 shards, and those to the new one', () => {
    const moved = nodeIds.filter((nodeId) => shardsOf(nodeId, 4)[0] !== shardsOf(nodeId, 5)[0]);
    assert.ok(moved.length > 0.1 * 420 && moved.length <= 0.3 * 420, `${moved.length} of 420`);
    for (const nodeId of moved) {
      assert.deepEqual(shardsOf(nodeId, 5), [4]);
    }
  });

  it('never changes its mind: processes of other versions share the fleet', () => {
    const id = '941d21130b3c4899ad1a752a0945befdno07';
    assert.deepEqual(
      [2, 3, 5, 10, 100].map((total) => shardsOf(id, total)),
      [[0], [0], [3], [5], [95]],
    );
  });
});
