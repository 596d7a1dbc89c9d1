import assert from 'node:assert/strict';
import type { NodeStatus } from '../../src/collect/node-store.js';
import { Readiness } from '../../src/web/ready.js';
import { NODE_STATUS, UNTRIED_STATUS } from '../support/node-status-fixture.js';

describe('Readiness', () => {
  let nodes: readonly NodeStatus[];
  let undiscovered: number;
  let late: string | undefined;
  let ready: Readiness;

  beforeEach(() => {
    nodes = [];
    undiscovered = 0;
    late = undefined;
    ready = new Readiness({
      nodes: () => nodes,
      undiscovered: () => undiscovered,
      isAwaited: (nodeId) => nodeId !== late,
    });
  });

  it('waits until every node has been tried, whether that succeeded or not', () => {
    nodes = [NODE_STATUS, UNTRIED_STATUS];
    assert.equal(ready.check(), 'waiting for the first collection of 1 node');
    nodes = [NODE_STATUS, { ...UNTRIED_STATUS, up: false }];
    assert.equal(ready.check(), true);
  });

  it('waits for the first discovery of each project', () => {
    undiscovered = 2;
    assert.equal(ready.check(), 'waiting for the first discovery of 2 projects');
    undiscovered = 0;
    assert.equal(ready.check(), true);
  });

  it('does not wait for a node that was found late', () => {
    nodes = [NODE_STATUS, UNTRIED_STATUS];
    late = UNTRIED_STATUS.node.nodeId;
    assert.equal(ready.check(), true);
  });

  it('stays ready when a node or a project joins', () => {
    nodes = [NODE_STATUS];
    assert.equal(ready.check(), true);
    nodes = [NODE_STATUS, UNTRIED_STATUS];
    undiscovered = 1;
    assert.equal(ready.check(), true);
  });

  it('is not ready while it stops', () => {
    nodes = [NODE_STATUS];
    assert.equal(ready.check(), true);
    ready.stop();
    assert.equal(ready.check(), 'the exporter is stopping');
  });
});
