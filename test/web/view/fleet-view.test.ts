import assert from 'node:assert/strict';
import type { NodeStatus } from '../../../src/collect/node-store.js';
import { FAILURE_REASONS } from '../../../src/model/failure.js';
import { viewCollectionFailure, viewDiscoveryFailure } from '../../../src/web/view/failure-view.js';
import { groupByCondition, viewFleet } from '../../../src/web/view/fleet-view.js';
import {
  DATABASE_NODE,
  fleetOf,
  incidentStatus,
  MOMENT,
  momentAt,
  NODE_STATUS,
  NOW,
  SLOW_SNAPSHOT,
  SNAPSHOT,
  spiking,
  statusOf,
  UNTRIED_STATUS,
} from '../../support/node-status-fixture.js';

describe('viewFleet', () => {
  it('counts nodes by state, and adds up the figures that are shown', () => {
    const { summary, nodes } = viewFleet(
      fleetOf([
        statusOf(1),
        statusOf(2, { up: false, lastSuccessAt: momentAt(NOW - 60_000) }),
        statusOf(3, { freshForMs: 0 }),
        UNTRIED_STATUS,
      ]),
      MOMENT.monotonic,
    );
    assert.deepEqual(summary, {
      nodes: 4,
      states: { down: 1, stale: 1, pending: 1, up: 1 },
      sessions: 12,
      active: 4,
      lock_waiting: 2,
      oldest_success: new Date(NOW - 60_000).toISOString(),
      statement_texts: 'shown',
    });
    assert.deepEqual(
      nodes.map(({ state }) => state),
      ['up', 'down', 'stale', 'pending'],
    );
  });

  it('adds up what the nodes know, and knows no sum where none does', () => {
    const snapshot = SLOW_SNAPSHOT;
    const sums = (...statuses: readonly NodeStatus[]) => {
      const { sessions, active, lock_waiting } = viewFleet(fleetOf(statuses), MOMENT.monotonic).summary;
      return [sessions, active, lock_waiting];
    };
    assert.deepEqual(sums(statusOf(1, { snapshot })), [null, null, null]);
    assert.deepEqual(sums(statusOf(1, { snapshot }), statusOf(2)), [6, 2, 1]);
  });

  it('has no oldest success before the first', () => {
    assert.equal(viewFleet(fleetOf([UNTRIED_STATUS]), MOMENT.monotonic).summary.oldest_success, null);
  });
});

describe('viewFleet of projects', () => {
  it('tells of each how many nodes it has, and how its discovery goes', () => {
    const lastError = {
      reason: 'api',
      message: 'got a\n403',
      details: {},
      at: momentAt(NOW - 5_000),
    } as const;
    const discovery = { up: false, lastSuccessAt: momentAt(NOW - 60_000), lastError };
    const unknown = { found: null, why_none: null, hint: null };
    const searching = { up: undefined, lastSuccessAt: undefined, lastError: undefined };
    const empty = { up: true, lastSuccessAt: momentAt(NOW), found: 0, lastError: undefined };
    const { projects } = viewFleet(
      fleetOf(
        [],
        [
          { name: 'listed', nodes: 3, nodesOfAllShards: 4, discovery: undefined },
          { name: 'new', nodes: 0, nodesOfAllShards: 0, discovery: searching },
          { name: 'failing', nodes: 2, nodesOfAllShards: 2, discovery },
          { name: 'empty', nodes: 0, nodesOfAllShards: 0, discovery: { ...empty, whyNone: 'saw\n2' } },
          { name: 'taken', nodes: 0, nodesOfAllShards: 0, discovery: { ...empty, found: 5 } },
          { name: 'elsewhere', nodes: 0, nodesOfAllShards: 5, discovery: { ...empty, found: 5 } },
        ],
      ),
      MOMENT.monotonic,
    );
    assert.match(projects[2]?.discovery?.last_error?.hint ?? '', /^The API.+within a minute\.$/u);
    assert.deepEqual(JSON.parse(JSON.stringify(projects.slice(0, 3))), [
      { project: 'listed', nodes: 3, nodes_of_all_shards: 4, discovery: null },
      {
        project: 'new',
        nodes: 0,
        nodes_of_all_shards: 0,
        discovery: { up: null, ...unknown, last_success: null, last_error: null },
      },
      {
        project: 'failing',
        nodes: 2,
        nodes_of_all_shards: 2,
        discovery: {
          up: false,
          ...unknown,
          last_success: new Date(NOW - 60_000).toISOString(),
          last_error: {
            reason: 'api',
            message: 'got a 403',
            hint: projects[2]?.discovery?.last_error?.hint,
            at: new Date(NOW - 5_000).toISOString(),
          },
        },
      },
    ]);
    assert.deepEqual(
      projects
        .slice(3)
        .map(({ discovery }) => [
          discovery?.found,
          discovery?.why_none,
          discovery?.hint?.split(/[ ,]/u, 2).join(' '),
        ]),
      [
        [0, 'saw 2', 'Compare discovery.instance_name'],
        [5, 'found 5, all collected for other projects', 'Two projects'],
        [5, null, undefined],
      ],
    );
  });

  it('tells of a failed discovery what to do about it, whatever its reason', () => {
    for (const reason of FAILURE_REASONS) {
      const lastError = { reason, message: 'got x', details: {}, at: MOMENT };
      const discovery = { up: false, lastSuccessAt: undefined, lastError };
      const { projects } = viewFleet(
        fleetOf([], [{ name: 'p', nodes: 0, nodesOfAllShards: 0, discovery }]),
        MOMENT.monotonic,
      );
      assert.match(projects[0]?.discovery?.last_error?.hint ?? '', /^[A-Z].{30,}\.$/u, reason);
      if (reason === 'auth') {
        assert.match(viewCollectionFailure(lastError).hint, /a password .*15 minutes/u);
        assert.match(viewDiscoveryFailure(lastError).hint, /a password .*15 minutes/u);
      }
    }
  });
});

describe('groupByCondition', () => {
  const named = (name: string, changes: Partial<typeof NODE_STATUS> = {}, maxConnections = 5000) => ({
    ...NODE_STATUS,
    node: { ...DATABASE_NODE, name, maxConnections },
    snapshot: SNAPSHOT,
    ...changes,
  });

  it('puts the worst first, what shows no figures before all figures, and sorts by name', () => {
    const nodes = [
      named('b'),
      named('a'),
      UNTRIED_STATUS,
      named('failed once', { up: false }),
      named('filling', {}, 7),
      named('spike', { incidents: spiking({ sessions: 3 }), snapshot: { ...SNAPSHOT, sessions: 24 } }),
      named('locks', { snapshot: { ...SNAPSHOT, lockWaiting: 5 } }),
      named('full', { up: false }, 6),
      named('old', { freshForMs: 0 }),
      named('long down', { freshForMs: 0, up: false }),
      { ...UNTRIED_STATUS, node: named('never').node, up: false },
    ];
    const view = viewFleet(fleetOf(nodes), MOMENT.monotonic);
    assert.deepEqual(
      [...groupByCondition(view.nodes)].map(([state, members]) => [
        state,
        ...members.map(({ node_name }) => node_name),
      ]),
      [
        ['never_collected', 'never'],
        ['stale', 'long down', 'old'],
        ['nearly_full', 'full'],
        ['lock_waits', 'locks'],
        ['spike', 'spike'],
        ['filling_up', 'filling'],
        ['down', 'failed once'],
        ['pending', DATABASE_NODE.name],
        ['up', 'a', 'b'],
      ],
    );
  });

  it('puts of nodes in one condition the worst first', () => {
    const nodes = [named('a', {}, 7), named('b', {}, 6.7), named('c', {}, 7.4), named('d', {}, 7)];
    const { filling_up: filling } = Object.fromEntries(
      groupByCondition(viewFleet(fleetOf(nodes), MOMENT.monotonic).nodes),
    );
    assert.deepEqual(
      filling?.map(({ node_name }) => node_name),
      ['b', 'a', 'd', 'c'],
    );
  });

  it('puts of nodes that cannot be collected those first that have failed for the longest', () => {
    const since = (name: string, minutes: number, changes: Partial<typeof NODE_STATUS>) =>
      named(name, { lastSuccessAt: momentAt(NOW - 60_000 * minutes), ...changes });
    const never = (name: string, error: number) => ({
      ...UNTRIED_STATUS,
      node: named(name).node,
      up: false,
      collections: { success: 0, error, skipped: 0 },
    });
    const whileFresh = { up: false, freshForMs: 86_400_000 };
    const nodes = [
      since('a', 1, { freshForMs: 0 }),
      since('b', 3, { freshForMs: 0, up: false }),
      since('c', 2, { freshForMs: 0 }),
      never('d', 1),
      never('e', 12),
      since('f', 1, whileFresh),
      since('g', 2, whileFresh),
    ];
    assert.deepEqual(
      [...groupByCondition(viewFleet(fleetOf(nodes), MOMENT.monotonic).nodes)].map(([, members]) =>
        members.map(({ node_name }) => node_name).join(' '),
      ),
      ['e d', 'b c a', 'g f'],
    );
  });

  it('takes four waiting sessions, and a growth that began no incident, for well', () => {
    const well = [
      named('locks', { snapshot: { ...SNAPSHOT, lockWaiting: 4 } }),
      named('grown', {
        incidents: incidentStatus({ usual: { sessions: 3 } }),
        snapshot: { ...SNAPSHOT, sessions: 900 },
      }),
      named('slow', { incidents: spiking({ sessions: 3 }, ['long_query', 'manual']) }),
    ];
    assert.deepEqual(
      viewFleet(fleetOf(well), MOMENT.monotonic).nodes.map(({ condition }) => condition),
      ['up', 'up', 'up'],
    );
  });
});
