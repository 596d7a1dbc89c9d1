import assert from 'node:assert/strict';
import type { NodeStatus } from '../../src/collect/node-store.js';
import { Readiness } from '../../src/web/ready.js';
import { NODE_STATUS, UNTRIED_STATUS } from '../support/node-status-fixture.js';

describe('Readiness', () => {
  let nodes: readonly NodeStatus[] = [];
  let discovered = true;
  const readiness = () => new Readiness({ nodes: () => nodes, discovered: () => discovered });

  it('waits until every node has been tried, whether that succeeded or not', () => {
    const ready = readiness();
    nodes = [NODE_STATUS, UNTRIED_STATUS];
    assert.equal(ready.isReady(), false);
    nodes = [NODE_STATUS, { ...UNTRIED_STATUS, up: false }];
    assert.equal(ready.isReady(), true);
  });

  it('waits for the first discovery', () => {
    const ready = readiness();
    nodes = [];
    discovered = false;
    assert.equal(ready.isReady(), false);
    discovered = true;
    assert.equal(ready.isReady(), true);
  });

  it('stays ready when a node joins', () => {
    const ready = readiness();
    nodes = [NODE_STATUS];
    assert.equal(ready.isReady(), true);
    nodes = [NODE_STATUS, UNTRIED_STATUS];
    assert.equal(ready.isReady(), true);
  });

  it('is not ready while it stops', () => {
    const ready = readiness();
    nodes = [NODE_STATUS];
    assert.equal(ready.isReady(), true);
    ready.stop();
    assert.equal(ready.isReady(), false);
  });
});
