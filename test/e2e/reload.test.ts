// What stays across a reload: running collections, figures, counters.
import assert from 'node:assert/strict';
import { jsonAnswer } from '../../src/simulator/cloud/answer.js';
import { sampleFleet } from '../../src/simulator/sample-fleet.js';
import { type RecordedCloud, startCloud } from '../support/recorded-cloud.js';
import {
  type Changes,
  collections,
  type How,
  nodeIdsOf,
  ONCE_A_YEAR,
  ReloadableAgent,
  type Settings,
  seriesWith,
  settingsOf,
  sum,
  until,
} from '../support/reloadable-agent.js';

const OLD = { ak: 'OLDKEY', sk: 'old-secret-key' };
const NEW = { ak: 'NEWKEY', sk: 'new-secret-key' };
const YEARLY = { collection: { schedule: ONCE_A_YEAR, timeout: '60s', stale_after: '1h' } };

describe('a reload', () => {
  let cloud: RecordedCloud;
  let nodes: string[];
  let agent: ReloadableAgent;
  /** The tasks of these nodes do not come to an end. */
  const unfinished = new Set<string>();

  const fleet = () =>
    sampleFleet({ nodesPerInstance: 3 }).map((project) => ({ ...project, accessKeys: [OLD, NEW] }));
  const startOne = () =>
    startCloud({
      projects: fleet(),
      fault: ({ operation, nodeId }) =>
        operation === 'wait' && unfinished.has(nodeId) ? jsonAnswer(200, { status: 'running' }) : undefined,
    });

  beforeEach(async () => {
    unfinished.clear();
    cloud = await startOne();
    nodes = nodeIdsOf(cloud);
  });
  afterEach(async () => {
    await agent.stop();
    await cloud.close();
  });

  const settings = (ofProject: Settings = {}, changes: Changes = {}, kept: readonly string[] = nodes) =>
    settingsOf(cloud, { ...YEARLY, ...changes }, ({ instances }) => ({
      nodes: instances.flatMap(({ id }) => kept.map((node_id) => ({ instance_id: id, node_id }))),
      ...ofProject,
    }));
  const requestsOf = (id: string, operation: string) =>
    cloud.requests.filter((one) => one.nodeId === id && one.operation === operation);

  /** Starts an agent whose first node is held in its first collection; the others have been collected. */
  async function startWithOneHeld(): Promise<string> {
    const [held = '', ...others] = nodes;
    unfinished.add(held);
    agent = await ReloadableAgent.start(settings());
    await agent.up(others);
    await until(() => requestsOf(held, 'wait').length > 0, 'a running task');
    return held;
  }

  const CHANGES: readonly (readonly [How, string, Settings, Changes, boolean])[] = [
    ['SIGHUP', 'nothing has', {}, {}, false],
    ['POST', 'its key has', { auth: { access_key: NEW } }, {}, false],
    ['SIGHUP', 'its name has', { name: 'renamed' }, {}, false],
    ['POST', 'its endpoint and key have', { auth: { access_key: NEW } }, {}, true],
    ['SIGHUP', 'its limits have', { api: { request_timeout: '7s', max_requests_per_second: 50 } }, {}, false],
    [
      'POST',
      'the collection has',
      {},
      { collection: { ...YEARLY.collection, timeout: '50s', filter: 'active' } },
      false,
    ],
  ];
  for (const [how, what, ofProject, changes, moves] of CHANGES) {
    it(`by ${how} lets a running collection end as it began, though ${what} changed`, async () => {
      const held = await startWithOneHeld();
      const other = moves ? await startOne() : undefined;
      try {
        const before = await agent.series();
        const elsewhere = other === undefined ? {} : { endpoint: other.url };
        await agent.reload(settings({ ...ofProject, ...elsewhere }, changes), how);
        const asked = requestsOf(held, 'wait').length;
        await until(() => requestsOf(held, 'wait').length > asked, 'the task to be asked for');
        unfinished.clear();
        const after = await agent.up(nodes);

        assert.equal(collections(after, held, 'success'), 1);
        for (const operation of ['submit', 'download']) {
          for (const id of nodes) {
            assert.equal(requestsOf(id, operation).length, 1, operation);
          }
        }
        assert.deepEqual(new Set(cloud.requests.map(({ ak }) => ak)), new Set([OLD.ak]));
        assert.deepEqual(other?.requests ?? [], []);
        const name = String(ofProject.name ?? 'production');
        if (name !== 'production') {
          assert.deepEqual(seriesWith(after, 'project="production"'), []);
        }
        for (const [series, value] of before) {
          const isKept = series.includes(`project="${name}"`) || nodes.some((id) => series.includes(id));
          const isCounter = /_total\{|_(?:bucket|count|sum)\{/u.test(series);
          if (isKept && isCounter) {
            assert.ok((after.get(series) ?? -1) >= value, series);
          }
        }
      } finally {
        await other?.close();
      }
    });
  }

  it('keeps what is known of kept nodes; a removed one goes with its series and its running collection', async () => {
    const removed = await startWithOneHeld();
    const kept = nodes.filter((id) => id !== removed);
    const before = await agent.series();
    await agent.reload(settings({}, { api: { request_timeout: '7s' } }, kept), 'SIGHUP');
    const after = await agent.series();
    for (const [name, value] of before) {
      if (kept.some((id) => name.includes(id))) {
        assert.equal(after.get(name), value, name);
      }
    }
    assert.deepEqual(seriesWith(after, removed), []);
    // Two more collections of the others: time enough for whoever still waited for its task.
    const asked = requestsOf(removed, 'wait').length;
    await agent.reload(settings({}, {}, kept), 'POST');
    await agent.reload(
      settings({}, { collection: { ...YEARLY.collection, schedule: '* * * * * *' } }, kept),
      'POST',
    );
    await cloud.nextCollections(kept);
    await cloud.nextCollections(kept);
    assert.ok(requestsOf(removed, 'wait').length <= asked + 1, 'nobody waits for its task');
    assert.deepEqual(seriesWith(await agent.series(), removed), []);
  });

  it('never lets a counter go down', async () => {
    agent = await ReloadableAgent.start(settingsOf(cloud));
    await agent.up(nodes);
    const { pages, stop } = agent.watch();
    for (const [how, ofProject, changes] of [
      ['SIGHUP', { auth: { access_key: NEW } }, { api: { max_retries: 1 } }],
      ['POST', { language: 'zh-cn' }, { metrics: { dimensions: { user: { enabled: false } } } }],
    ] as const) {
      await agent.reload(
        settingsOf(cloud, changes, () => ofProject),
        how,
      );
      await cloud.nextCollections(nodes);
    }
    await stop();
    for (const [index, page] of pages.slice(1).entries()) {
      for (const [name, value] of pages[index] ?? []) {
        if (/^taurusdb_.*(?:_total|_bucket|_count)\{/u.test(name)) {
          assert.ok((page.get(name) ?? -1) >= value, name);
        }
      }
    }
    assert.equal(sum(pages.at(-1) ?? new Map(), 'taurusdb_collections_total', 'result="error"'), 0);
  });

  it('is done once or twice for 100 signals at once', async () => {
    agent = await ReloadableAgent.start(settings());
    for (let signal = 0; signal < 100; signal++) {
      agent.child.kill('SIGHUP');
    }
    await agent.program.says(/msg="configuration reloaded"/u);
    agent.child.kill('SIGTERM');
    assert.equal(await agent.program.ended, 0);
    const loads = agent.program.stderr().match(/msg="configuration reloaded"/gu)?.length ?? 0;
    assert.ok(loads <= 2, `${loads} loads`);
  });
});
