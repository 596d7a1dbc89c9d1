import assert from 'node:assert/strict';
import { NodeBoard } from '../../src/collect/node-store.js';
import { FAILURE_REASONS } from '../../src/model/failure.js';
import { snapshotOf } from './counting-reader.js';
import { sampleNode } from './sample-node.js';

const NODES = [
  sampleNode({ instanceId: 'b', nodeId: '1' }),
  sampleNode({ instanceId: 'a', nodeId: '3' }),
  sampleNode({ instanceId: 'a', nodeId: '2' }),
];

describe('NodeBoard', () => {
  let board: NodeBoard;

  beforeEach(() => {
    board = new NodeBoard();
    board.setNodes(NODES);
  });

  const ids = () => board.list().map(({ node }) => node.nodeId);

  it('starts a node with every counter at 0 and nothing known', () => {
    const status = board.get('1');
    assert.deepEqual(status?.collections, { success: 0, error: 0, skipped: 0 });
    assert.deepEqual(status?.errors, Object.fromEntries(FAILURE_REASONS.map((reason) => [reason, 0])));
    assert.equal(status?.up, undefined);
    assert.equal(status?.snapshot, undefined);
  });

  it('keeps one order, whatever order the nodes come in', () => {
    assert.deepEqual(ids(), ['2', '3', '1']);
    board.setNodes(NODES.toReversed());
    assert.deepEqual(ids(), ['2', '3', '1']);
  });

  it('tells of each change, once the list shows it', () => {
    const told: unknown[] = [];
    const watched: NodeBoard = new NodeBoard(() => told.push(watched.list().map(({ up }) => up)));
    watched.setNodes(NODES.slice(0, 1));
    watched.update('1', () => ({ up: true }));
    watched.update('gone', () => ({ up: false }));
    assert.deepEqual(told, [[undefined], [true]]);
  });

  it('lists the same array until something changes', () => {
    const before = board.list();
    assert.equal(board.list(), before);
    board.update('1', () => ({ up: true }));
    assert.notEqual(board.list(), before);
    assert.equal(board.list(), board.list());
    assert.equal(before.at(-1)?.up, undefined);
  });

  it('replaces only the status that changes', () => {
    const [first, , last] = board.list();
    board.update('1', () => ({ up: true }));
    assert.equal(board.list()[0], first);
    assert.notEqual(board.list()[2], last);
  });

  it('keeps the status of a node that stays and renews what is known of the node', () => {
    const snapshot = snapshotOf(5);
    board.update('2', ({ collections }) => ({
      snapshot,
      up: true,
      collections: { ...collections, success: 9 },
    }));
    board.setNodes([sampleNode({ instanceId: 'a', nodeId: '2', role: 'slave' })]);
    const status = board.get('2');
    assert.equal(status?.snapshot, snapshot);
    assert.equal(status?.collections.success, 9);
    assert.equal(status?.node.role, 'slave');
  });

  it('forgets a node that is gone, also when its collection ends afterwards', () => {
    board.setNodes(NODES.slice(1));
    board.update('1', () => ({ up: true }));
    assert.deepEqual(ids(), ['2', '3']);
    assert.equal(board.get('1'), undefined);
  });

  it('starts a node that comes back anew', () => {
    board.update('1', () => ({ up: true }));
    board.setNodes([]);
    board.setNodes(NODES);
    assert.equal(board.get('1')?.up, undefined);
  });
});
