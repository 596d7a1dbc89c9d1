import assert from 'node:assert/strict';
import type { NodeStatus } from '../../../src/collect/node-store.js';
import type { IncidentKind, IncidentStatus } from '../../../src/model/incident.js';
import type { ProjectStatus } from '../../../src/model/project-status.js';
import { alarms, headline } from '../../../src/web/page/headline.js';
import { groupByCondition, viewFleet } from '../../../src/web/view/fleet-view.js';
import {
  fleetOf,
  MOMENT,
  PROJECT_STATUS,
  SNAPSHOT,
  spiking,
  statusOf,
  UNTRIED_STATUS,
} from '../../support/node-status-fixture.js';

function named(name: string, sessions: number, changes: Partial<NodeStatus> = {}): NodeStatus {
  const status = statusOf(name.charCodeAt(0), { snapshot: { ...SNAPSHOT, sessions }, ...changes });
  return { ...status, node: { ...status.node, name, maxConnections: 1_000 } };
}

const failure = (message: string) => ({ reason: 'network', message, details: {}, at: MOMENT }) as const;

function failing(name: string, nodes: number): ProjectStatus {
  const discovery = { up: false, lastSuccessAt: undefined, lastError: failure('got a reset') };
  return { name, nodes, nodesOfAllShards: nodes, discovery };
}

/** A discovery that succeeded. */
function finding(
  name: string,
  found: number,
  [nodes, nodesOfAllShards]: readonly [own: number, all: number],
): ProjectStatus {
  const whyNone = found === 0 ? '2 instances seen, 0 match' : undefined;
  const discovery = { up: true, lastSuccessAt: MOMENT, found, whyNone, lastError: undefined };
  return { name, nodes, nodesOfAllShards, discovery };
}

const WORST_LAST: readonly (readonly [node: NodeStatus, says: string, alarm: string])[] = [
  [
    named('a', 86, { up: false, lastError: failure('got x') }),
    'a: its last collection failed | network: got x',
    '1 down',
  ],
  [named('b', 845), 'b: 84 % of its 1,000 connections in use', '1 filling up'],
  [
    named('c', 229, { incidents: spiking({ sessions: 86 }) }),
    'c: 229 sessions, 143 more than usual',
    '1 spike',
  ],
  [
    named('d', 86, { snapshot: { ...SNAPSHOT, lockWaiting: 12 } }),
    'd: 12 sessions waiting for locks',
    '1 waiting for locks',
  ],
  [named('e', 977), 'e: 97 % of its 1,000 connections in use', '1 nearly full'],
  [named('f', 86, { freshForMs: 0 }), 'f: its figures are too old to be shown', '1 stale'],
  [
    { ...UNTRIED_STATUS, node: named('g', 0).node, up: false, lastError: failure('x'.repeat(300)) },
    `g: never collected | network: ${'x'.repeat(200)}…`,
    '1 never collected',
  ],
];

function told(nodes: readonly NodeStatus[], projects: readonly ProjectStatus[] = [PROJECT_STATUS]) {
  const view = viewFleet(fleetOf(nodes, projects), MOMENT.monotonic);
  const groups = groupByCondition(view.nodes);
  return [
    headline(view, groups)
      .text.replace('<small>', '| ')
      .replace(/<\/?(?:bdi|small)>/g, ''),
    ...alarms(view, groups),
  ];
}

describe('headline', () => {
  it('names the worst node, what is wrong with it, and how many others need attention', () => {
    const nodes: NodeStatus[] = [named('z', 86), UNTRIED_STATUS];
    const alarmsSoFar: string[] = [];
    for (const [count, [node, says, alarm]] of WORST_LAST.entries()) {
      nodes.push(node);
      alarmsSoFar.unshift(alarm);
      const others =
        ['', ' — and 1 other node needs attention'][count] ?? ` — and ${count} other nodes need attention`;
      const [what, ...reason] = says.split(/(?= \| )/u);
      assert.deepEqual(told(nodes), [`${what}${others}${reason.join('')}`, ...alarmsSoFar]);
    }
  });

  it('names a project of which nothing can be seen before all nodes, and one that shows its nodes behind them', () => {
    const nodes = [named('b', 845), named('c', 977)];
    assert.deepEqual(
      told(nodes, [failing('blind', 0), failing('other', 1)])[0],
      'blind: discovery fails, and no node is known — and 2 nodes and 1 other project need attention | network: got a reset',
    );
    assert.deepEqual(told(nodes, [failing('other', 2)]), [
      'c: 97 % of its 1,000 connections in use — and 1 other node and 1 project need attention',
      'discovery fails',
      '1 nearly full',
      '1 filling up',
    ]);
    assert.deepEqual(
      told([named('z', 86)], [failing('other', 2)])[0],
      'other: discovery fails, and new nodes are not found | network: got a reset',
    );
  });

  it('names a project whose discovery finds nothing to collect, other nodes or not', () => {
    const says = 'gamma: discovery finds nothing to collect';
    const empty = finding('gamma', 0, [0, 0]);
    for (const nodes of [[], [named('a', 86)]]) {
      assert.deepEqual(told(nodes, [finding('alpha', 1, [1, 1]), empty]), [
        `${says} | 2 instances seen, 0 match`,
        'discovery finds nothing',
      ]);
    }
    // Another project has all that it found.
    assert.deepEqual(told([named('a', 86)], [finding('gamma', 3, [0, 0])]), [
      `${says} | found 3, all collected for other projects`,
      'discovery finds nothing',
    ]);
    assert.equal(
      told([named('c', 977)], [failing('beta', 1), empty, failing('delta', 0)])[0],
      'delta: discovery fails, and no node is known — and 1 node and 2 other projects need attention | network: got a reset',
    );
    assert.deepEqual(told([named('c', 977)], [finding('listed', 0, [1, 1])]), [
      'c: 97 % of its 1,000 connections in use — and 1 project needs attention',
      'discovery finds nothing',
      '1 nearly full',
    ]);
    assert.deepEqual(told([named('a', 86)], [finding('listed', 0, [1, 1])]), [
      'listed: discovery finds nothing to collect | 2 instances seen, 0 match',
      'discovery finds nothing',
    ]);
  });

  it('is calm about nodes that other shards collect', () => {
    assert.deepEqual(told([], [finding('gamma', 1, [0, 1])]), [
      'No nodes here: other shards collect the only one',
    ]);
    assert.deepEqual(told([], [{ ...PROJECT_STATUS, nodes: 0, nodesOfAllShards: 3 }]), [
      'No nodes here: other shards collect all 3',
    ]);
    assert.deepEqual(told([named('a', 86)], [PROJECT_STATUS, finding('gamma', 1, [0, 1])]), [
      'The node is up',
    ]);
    // The nodes of other shards are known, though new ones are not found.
    assert.equal(
      told([], [{ ...failing('gamma', 0), nodesOfAllShards: 1 }])[0],
      'gamma: discovery fails, and new nodes are not found | network: got a reset',
    );
  });

  it('names of several nodes with a spike the one with the largest', () => {
    const spike = (name: string, sessions: number) =>
      named(name, sessions, { incidents: spiking({ sessions: 86 }) });
    assert.deepEqual(told([spike('a', 200), spike('b', 300), spike('c', 250)]), [
      'b: 300 sessions, 214 more than usual — and 2 other nodes need attention',
      '3 spikes',
    ]);
  });

  it('says of a spike what is more than usual: sessions, active ones alone, or nothing any more', () => {
    const spike = (sessions: number, usual: IncidentStatus['usual'], kinds?: readonly IncidentKind[]) =>
      told([named('a', sessions, { incidents: spiking(usual, kinds) })])[0];
    assert.equal(spike(87, { sessions: 86, active: 1 }), 'a: 87 sessions, 1 more than usual');
    assert.equal(
      spike(86, { sessions: 86, active: 1 }, ['lock_waiting', 'active_spike']),
      'a: 2 active sessions, 1 more than usual',
    );
    assert.equal(spike(86, { sessions: 86, active: 2 }), 'a: a spike that has just gone back');
    assert.equal(spike(86, {}), 'a: a spike that has just gone back');
    assert.equal(spike(86, { sessions: 2 }, ['long_query']), 'The node is up');
  });

  it('is well only where there are nodes and all are well', () => {
    assert.deepEqual(told([named('a', 86)]), ['The node is up']);
    assert.deepEqual(told([named('a', 86), named('b', 86)]), ['All 2 nodes are up']);
    assert.deepEqual(told([named('a', 86), UNTRIED_STATUS]), ['1 of 2 nodes not tried yet']);
    const discovery = { up: undefined, lastSuccessAt: undefined, lastError: undefined };
    assert.deepEqual(told([named('a', 86)], [{ name: 'new', nodes: 0, nodesOfAllShards: 0, discovery }]), [
      'The node is up — and the first discovery of new has not ended',
    ]);
    assert.deepEqual(told([], []), ['No nodes: none is configured', 'no nodes']);
  });
});
