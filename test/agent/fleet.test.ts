import assert from 'node:assert/strict';
import { fleetNodes } from '../../src/agent/fleet.js';
import { wire } from '../../src/agent/wire.js';
import { loadConfig } from '../../src/config/load-config.js';
import type { DiscoveredNode } from '../../src/discover/discovery-api.js';
import { WHOLE_FLEET } from '../../src/discover/shard.js';
import { FakeClock } from '../support/fake-clock.js';
import { RecordedLog } from '../support/recorded-log.js';
import { writeConfig } from '../support/simulated-config.js';

const INSTANCE = '6754902da1f447269c6979b0590102a5in07';
const nodeId = (index: number) => `${String(index).padStart(32, '0')}no07`;

const found = (index: number): DiscoveredNode => ({
  instanceId: INSTANCE,
  instanceName: 'orders',
  nodeId: nodeId(index),
  name: `orders-replica-${index}`,
  role: 'slave',
  maxConnections: 2500,
});

const project = (name: string, nodes: readonly object[]) => ({
  name,
  region: 'ap-southeast-3',
  project_id: '054e292c9880d4992f02c0196d3ea468',
  auth: { token: { value: 'token' } },
  nodes,
  discovery: { enabled: true },
});

const { config } = loadConfig(
  writeConfig({
    projects: [
      project('production', [
        {
          instance_id: INSTANCE,
          node_id: nodeId(1),
          name: 'mine',
          labels: { team: 'a' },
          schedule: '*/5 * * * *',
        },
        {
          instance_id: INSTANCE,
          node_id: nodeId(2),
          instance_name: 'mine',
          role: 'master',
          max_connections: 100,
        },
      ]),
      project('again', []),
    ],
    metrics: { labels: { env: 'prod' } },
  }),
  {},
);

describe('fleetNodes', () => {
  it('has the listed nodes before anything is found', () => {
    const [first, second, ...others] = fleetNodes(config, WHOLE_FLEET);
    assert.deepEqual(others, []);
    assert.deepEqual(first, {
      project: 'production',
      instanceId: INSTANCE,
      nodeId: nodeId(1),
      name: 'mine',
      instanceName: '',
      cloudRegion: 'ap-southeast-3',
      role: '',
      labels: { env: 'prod', team: 'a' },
      schedule: '*/5 * * * *',
    });
    assert.deepEqual([second?.name, second?.schedule], ['', '* * * * *']);
    // What the list alone can say.
    assert.deepEqual([second?.instanceName, second?.role, second?.maxConnections], ['mine', 'master', 100]);
  });

  it('leaves a node that was also found as it is listed, and adds what the list does not say', () => {
    const nodes = fleetNodes(config, WHOLE_FLEET, (name) => (name === 'production' ? [1, 2].map(found) : []));
    assert.equal(nodes.length, 2);
    const [first, second] = nodes;
    assert.deepEqual(first, {
      project: 'production',
      instanceId: INSTANCE,
      nodeId: nodeId(1),
      name: 'mine',
      instanceName: 'orders',
      cloudRegion: 'ap-southeast-3',
      role: 'slave',
      maxConnections: 2500,
      labels: { env: 'prod', team: 'a' },
      schedule: '*/5 * * * *',
    });
    assert.equal(second?.name, 'orders-replica-2');
    // What changes in the cloud, such as a role at a failover, is as it was found.
    assert.deepEqual([second?.instanceName, second?.role, second?.maxConnections], ['orders', 'slave', 2500]);
    const nameless = { ...found(2), instanceName: '', role: '' };
    const { maxConnections: _, ...unknown } = nameless;
    const kept = fleetNodes(config, WHOLE_FLEET, () => [unknown]).find((node) => node.nodeId === nodeId(2));
    assert.deepEqual([kept?.instanceName, kept?.role, kept?.maxConnections], ['mine', 'master', 100]);
  });

  it('collects other found nodes by the common schedule, once each', () => {
    const nodes = fleetNodes(config, WHOLE_FLEET, () => [found(3)]);
    assert.deepEqual(nodes.map((node) => node.nodeId).sort(), [1, 2, 3].map(nodeId));
    assert.deepEqual(
      nodes.find((node) => node.nodeId === nodeId(3)),
      {
        ...found(3),
        project: 'production',
        cloudRegion: 'ap-southeast-3',
        labels: { env: 'prod' },
        schedule: '* * * * *',
      },
    );
  });

  it('divides listed and found nodes among the shards', () => {
    const shards = [0, 1, 2].map((index) =>
      fleetNodes(config, { index, total: 3 }, () => Array.from({ length: 50 }, (_, at) => found(at + 1))),
    );
    const ids = shards.flatMap((nodes) => nodes.map((node) => node.nodeId));
    assert.equal(ids.length, 50);
    assert.equal(new Set(ids).size, 50);
    assert.ok(shards.every((nodes) => nodes.length > 5));
  });
});

describe('Fleet', () => {
  it('counts the nodes of each project that are ours, the same array until something changes', () => {
    const dependencies = { shard: WHOLE_FLEET, clock: new FakeClock(), log: new RecordedLog() };
    const never = { up: undefined, lastSuccessAt: undefined, lastError: undefined };
    let wiring = wire(config, dependencies);
    const before = wiring.fleet.projects();
    assert.deepEqual(before, [
      { name: 'production', nodes: 2, nodesOfAllShards: 2, discovery: never },
      { name: 'again', nodes: 0, nodesOfAllShards: 0, discovery: never },
    ]);
    assert.equal(wiring.fleet.projects(), before);

    const [production, again] = config.projects as [(typeof config.projects)[0], (typeof config.projects)[0]];
    const undiscovered = { ...production, discovery: { ...production.discovery, enabled: false } };
    wiring = wire({ ...config, projects: [again, undiscovered] }, dependencies, wiring);
    assert.deepEqual(wiring.fleet.projects(), [
      { name: 'again', nodes: 0, nodesOfAllShards: 0, discovery: never },
      { name: 'production', nodes: 2, nodesOfAllShards: 2, discovery: undefined },
    ]);

    const shards = [0, 1, 2].map((index) => {
      const { fleet } = wire(config, { ...dependencies, shard: { index, total: 3 } });
      assert.equal(fleet.projects()[0]?.nodesOfAllShards, 2);
      return fleet.projects()[0]?.nodes ?? Number.NaN;
    });
    assert.equal(
      shards.reduce((all, nodes) => all + nodes),
      2,
    );
  });

  it('tells at once of a schedule beyond the budget that a reload brings, also where there was another before', () => {
    const log = new RecordedLog();
    const dependencies = { shard: WHOLE_FLEET, clock: new FakeClock(), log };
    const listed = { instance_id: INSTANCE, node_id: nodeId(1) };
    const scheduled = (schedule: string) =>
      loadConfig(
        writeConfig({
          projects: [{ ...project('production', [listed]), discovery: { enabled: false } }],
          collection: { schedule },
          api: { max_requests_per_second: 1 },
        }),
        {},
      ).config;

    let wiring = wire(scheduled('*/3 * * * * *'), dependencies);
    wiring.fleet.start();
    for (const schedule of ['*/3 * * * * *', '* * * * *', '* * * * * *', '* * * * * *']) {
      wiring = wire(scheduled(schedule), dependencies, wiring);
    }
    const rates = log.lines.flatMap((line) => /^warn .*need (\S+) requests/u.exec(line)?.[1] ?? []);
    assert.deepEqual(rates, ['1.33', '4.00']);
  });
});
