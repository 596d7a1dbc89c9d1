// Discovery across reloads: changed settings are searched by at once, what did not change is left alone.
import assert from 'node:assert/strict';
import { sampleFleet } from '../../src/simulator/sample-fleet.js';
import { type RecordedCloud, startCloud } from '../support/recorded-cloud.js';
import {
  type Changes,
  collections,
  EVERY_SECOND,
  HOWS,
  type How,
  nodeIdsOf,
  ONCE_A_YEAR,
  ReloadableAgent,
  type Series,
  type Settings,
  seriesWith,
  settingsOf,
  until,
  values,
} from '../support/reloadable-agent.js';

describe('a reload of discovery', () => {
  let cloud: RecordedCloud;
  let agent: ReloadableAgent;

  beforeEach(async () => {
    cloud = await startCloud({ projects: sampleFleet({ projects: 2, instances: 2, nodesPerInstance: 2 }) });
  });
  afterEach(async () => {
    await agent.stop();
    await cloud.close();
  });

  /** Of staging, the first node is listed and collected every second; production is what the tests search. */
  function settings(discovery: Settings, changes: Changes = {}, ofStaging: Settings = {}): Settings {
    return settingsOf(cloud, changes, ({ name, instances }) =>
      name === 'production'
        ? { nodes: [], discovery: { enabled: true, refresh: '1h', ...discovery } }
        : {
            nodes: [
              {
                instance_id: instances[0]?.id,
                node_id: instances[0]?.nodes[0]?.id,
                schedule: EVERY_SECOND,
              },
            ],
            ...ofStaging,
          },
    );
  }

  const listed = () => nodeIdsOf(cloud, 'staging').slice(0, 1);
  const nodesOf = (instance: string) =>
    cloud.projects[0]?.instances
      .filter(({ name }) => name === instance)
      .flatMap(({ nodes }) => nodes.map(({ id }) => id)) ?? [];
  const searches = (project: string) =>
    cloud.requests.filter((one) => one.operation === 'list_instances' && one.project === project).length;
  const found = (series: Series) => values(series, 'taurusdb_discovery_nodes', '"production"');

  for (const how of HOWS) {
    it(`by ${how} finds by another name, and lets the others go`, async () => {
      agent = await ReloadableAgent.start(settings({ instance_name: 'orders' }));
      await agent.up(nodesOf('orders'));
      await agent.reload(settings({ instance_name: 'pay*', role: 'master' }), how);
      const series = await agent.up(nodesOf('payments').slice(0, 1));
      for (const id of [...nodesOf('orders'), ...nodesOf('payments').slice(1)]) {
        assert.deepEqual(seriesWith(series, id), []);
      }
      assert.deepEqual(found(series), [1]);
    });

    it(`by ${how} is switched off, with its nodes and its series, and on again`, async () => {
      const orders = cloud.projects[0]?.instances[0];
      const [kept = '', ...gone] = nodeIdsOf(cloud, 'production');
      const withList = { nodes: [{ instance_id: orders?.id, node_id: kept }] };
      const switched = (enabled: boolean) => {
        const all = settings({ enabled });
        const [first, second] = all.projects as Settings[];
        return { ...all, projects: [{ ...first, ...withList }, second] };
      };
      agent = await ReloadableAgent.start(switched(true));
      const before = await agent.up([kept, ...gone]);
      assert.deepEqual(found(before), [4]);
      assert.deepEqual(values(before, 'taurusdb_project_nodes'), [4, 1]);

      await agent.reload(switched(false), how);
      const off = await agent.series();
      assert.deepEqual(seriesWith(off, 'taurusdb_discovery_'), []);
      assert.deepEqual(values(off, 'taurusdb_project_nodes'), [1, 1]);
      for (const id of gone) {
        assert.deepEqual(seriesWith(off, id), []);
      }
      const asked = searches('production');
      await agent.collected([kept]);
      assert.equal(searches('production'), asked);

      await agent.reload(switched(true), how);
      const on = await agent.up(gone);
      assert.deepEqual(found(on), [4]);
      assert.ok(collections(on, kept, 'success') > collections(before, kept, 'success'));
    });
  }

  it('that changes nothing of it leaves a search under way alone', async () => {
    const release = cloud.hold(({ operation }) => operation === 'list_instances');
    agent = await ReloadableAgent.start(settings({}));
    await until(() => searches('production') === 1, 'a search under way');
    await agent.reload(settings({}), 'SIGHUP');
    await agent.reload(settings({}, {}, { language: 'zh-cn' }), 'POST');
    await agent.reload(settings({}, { metrics: { labels: { env: 'test' } } }), 'SIGHUP');
    await cloud.nextCollections(listed());
    assert.equal(searches('production'), 1);
    release();
    await agent.up(nodesOf('orders'));
    assert.equal(searches('production'), 1);
  });

  it('that changes nothing of it does not search again, and collects no node out of turn', async () => {
    const yearly = { collection: { schedule: ONCE_A_YEAR } };
    agent = await ReloadableAgent.start(settings({}, yearly));
    const nodes = [...nodesOf('orders'), ...nodesOf('payments')];
    const before = await agent.up(nodes);
    const asked = (id: string) => cloud.requests.filter(({ nodeId }) => nodeId === id).length;
    const requests = nodes.map(asked);
    const changes: readonly (readonly [How, Changes, Settings])[] = [
      ['SIGHUP', yearly, {}],
      ['POST', yearly, {}],
      ['SIGHUP', { ...yearly, metrics: { labels: { env: 'test' } } }, {}],
      ['POST', yearly, { language: 'zh-cn' }],
      ['SIGHUP', { ...yearly, collection: { ...yearly.collection, timeout: '20s' } }, {}],
    ];
    for (const [how, changed, ofStaging] of changes) {
      await agent.reload(settings({}, changed, ofStaging), how);
    }
    await cloud.nextCollections(listed());
    await cloud.nextCollections(listed());
    const after = await agent.series();
    assert.equal(searches('production'), 1);
    assert.deepEqual(nodes.map(asked), requests);
    const searchedAt = 'taurusdb_discovery_last_success_timestamp_seconds';
    assert.deepEqual(values(after, searchedAt), values(before, searchedAt));
  });

  it('searches a project again whose secret has changed', async () => {
    const wrong = { access_key: { ak: 'UNKNOWN', sk: 'unknown' } };
    const all = settings({});
    const [first, second] = all.projects as Settings[];
    agent = await ReloadableAgent.start({ ...all, projects: [{ ...first, auth: wrong }, second] });
    const isUp = (series: Series) => values(series, 'taurusdb_discovery_up', '"production"');
    const failed = (series: Series) =>
      values(series, 'taurusdb_discovery_errors_total', '"production"', 'reason="auth"');
    await agent.program.says(/msg="discovery failed.* error="list_instances: got 401/u);
    const before = await agent.series();
    assert.deepEqual([isUp(before), failed(before), found(before)], [[0], [1], []]);
    const ready = async () => (await fetch(`${agent.address}/-/ready`)).text();
    await agent.up(listed());
    assert.equal(await ready(), 'not ready: waiting for the first discovery of 1 project\n');
    await agent.reload(all, 'POST');
    const after = await agent.up(nodesOf('payments'));
    assert.deepEqual([isUp(after), failed(after), found(after)], [[1], [1], [4]]);
    await agent.up(nodesOf('orders'));
    assert.equal(await ready(), 'ready\n');
  });
});
