import assert from 'node:assert/strict';
import { NodeStore } from '../../src/collect/node-store.js';
import { FAILURE_REASONS } from '../../src/model/failure.js';
import { snapshotOf } from './counting-reader.js';
import { sampleNode } from './sample-node.js';

const NODES = [
  sampleNode({ instanceId: 'b', nodeId: '1' }),
  sampleNode({ instanceId: 'a', nodeId: '3' }),
  sampleNode({ instanceId: 'a', nodeId: '2' }),
];

describe('NodeStore', () => {
  let store: NodeStore;

  beforeEach(() => {
    store = new NodeStore();
    store.setNodes(NODES);
  });

  const ids = () => store.list().map(({ node }) => node.nodeId);

  it('starts a node with every counter at 0 and nothing known', () => {
    const status = store.get('1');
    assert.deepEqual(status?.collections, { success: 0, error: 0, skipped: 0 });
    assert.deepEqual(status?.errors, Object.fromEntries(FAILURE_REASONS.map((reason) => [reason, 0])));
    assert.equal(status?.up, undefined);
    assert.equal(status?.snapshot, undefined);
  });

  it('keeps one order, whatever order the nodes come in', () => {
    assert.deepEqual(ids(), ['2', '3', '1']);
    store.setNodes(NODES.toReversed());
    assert.deepEqual(ids(), ['2', '3', '1']);
  });

  it('tells of each change, once the list shows it', () => {
    const told: unknown[] = [];
    const watched: NodeStore = new NodeStore(() => told.push(watched.list().map(({ up }) => up)));
    watched.setNodes(NODES.slice(0, 1));
    watched.update('1', () => ({ up: true }));
    watched.update('gone', () => ({ up: false }));
    assert.deepEqual(told, [[undefined], [true]]);
  });

  it('lists the same array until something changes', () => {
    const before = store.list();
    assert.equal(store.list(), before);
    store.update('1', () => ({ up: true }));
    assert.notEqual(store.list(), before);
    assert.equal(store.list(), store.list());
    assert.equal(before.at(-1)?.up, undefined);
  });

  it('replaces only the status that changes', () => {
    const [first, , last] = store.list();
    store.update('1', () => ({ up: true }));
    assert.equal(store.list()[0], first);
    assert.notEqual(store.list()[2], last);
  });

  it('keeps the status of a node that stays and renews what is known of the node', () => {
    const snapshot = snapshotOf(5);
    store.update('2', ({ collections }) => ({
      snapshot,
      up: true,
      collections: { ...collections, success: 9 },
    }));
    store.setNodes([sampleNode({ instanceId: 'a', nodeId: '2', role: 'slave' })]);
    const status = store.get('2');
    assert.equal(status?.snapshot, snapshot);
    assert.equal(status?.collections.success, 9);
    assert.equal(status?.node.role, 'slave');
  });

  it('forgets a node that is gone, also when its collection ends afterwards', () => {
    store.setNodes(NODES.slice(1));
    store.update('1', () => ({ up: true }));
    assert.deepEqual(ids(), ['2', '3']);
    assert.equal(store.get('1'), undefined);
  });

  it('starts a node that comes back anew', () => {
    store.update('1', () => ({ up: true }));
    store.setNodes([]);
    store.setNodes(NODES);
    assert.equal(store.get('1')?.up, undefined);
  });
});
