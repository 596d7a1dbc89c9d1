import assert from 'node:assert/strict';
import type { NodeStatus } from '../../../src/collect/node-store.js';
import type { Snapshot } from '../../../src/sessions/snapshot.js';
import { groupByState, viewFleet } from '../../../src/web/page/fleet-view.js';
import {
  DATABASE_NODE,
  MOMENT,
  momentAt,
  NODE_STATUS,
  NOW,
  SNAPSHOT,
  statusOf,
  UNTRIED_STATUS,
} from '../../support/node-status-fixture.js';

describe('viewFleet', () => {
  it('counts nodes by state, and adds up the figures that are shown', () => {
    const { summary, nodes } = viewFleet(
      [
        statusOf(1),
        statusOf(2, { up: false, lastSuccessAt: momentAt(NOW - 60_000) }),
        statusOf(3, { freshForMs: 0 }),
        UNTRIED_STATUS,
      ],
      MOMENT.monotonic,
    );
    assert.deepEqual(summary, {
      nodes: 4,
      states: { down: 1, stale: 1, pending: 1, up: 1 },
      sessions: 12,
      active: 4,
      lock_waiting: 2,
      oldest_success: new Date(NOW - 60_000).toISOString(),
    });
    assert.deepEqual(
      nodes.map(({ state }) => state),
      ['up', 'down', 'stale', 'pending'],
    );
  });

  it('adds up what the nodes know, and knows no sum where none does', () => {
    const snapshot: Snapshot = { filter: 'slow', listed: 2, slow: 2, times: [], dimensions: new Map() };
    const sums = (...statuses: readonly NodeStatus[]) => {
      const { sessions, active, lock_waiting } = viewFleet(statuses, MOMENT.monotonic).summary;
      return [sessions, active, lock_waiting];
    };
    assert.deepEqual(sums(statusOf(1, { snapshot })), [null, null, null]);
    assert.deepEqual(sums(statusOf(1, { snapshot }), statusOf(2)), [6, 2, 1]);
  });

  it('has no oldest success before the first', () => {
    assert.equal(viewFleet([UNTRIED_STATUS], MOMENT.monotonic).summary.oldest_success, null);
  });
});

describe('groupByState', () => {
  const named = (name: string, changes: Partial<typeof NODE_STATUS> = {}, maxConnections = 5000) => ({
    ...NODE_STATUS,
    node: { ...DATABASE_NODE, name, maxConnections },
    snapshot: SNAPSHOT,
    ...changes,
  });

  it('puts the worst first: down nodes, then those that fill up, then by name', () => {
    const { nodes } = viewFleet(
      [named('b'), named('a'), named('full', {}, 7), named('z', { up: false }), named('y', { up: false })],
      MOMENT.monotonic,
    );
    assert.deepEqual(
      [...groupByState(nodes)].map(([state, members]) => [state, members.map(({ node_name }) => node_name)]),
      [
        ['down', ['y', 'z']],
        ['up', ['full', 'a', 'b']],
      ],
    );
  });
});
