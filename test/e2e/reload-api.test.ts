// How the API is called, and what it is asked for: settings that a reload changes.
import assert from 'node:assert/strict';
import { apiRefusal, jsonAnswer, refusalAnswer } from '../../src/simulator/cloud/answer.js';
import type { Fault } from '../../src/simulator/cloud/fault.js';
import type { Operation } from '../../src/simulator/cloud/route.js';
import { sampleFleet } from '../../src/simulator/sample-fleet.js';
import { type CloudRequest, type RecordedCloud, startCloud } from '../support/recorded-cloud.js';
import {
  type Changes,
  collections,
  failures,
  type How,
  nodeIdsOf,
  ReloadableAgent,
  type Series,
  type Settings,
  settingsOf,
  sum,
  values,
} from '../support/reloadable-agent.js';

const BROKEN = refusalAnswer(apiRefusal(500, 'DBS.05000000', 'broken'), 'id');

describe('a reload of how the API is called', () => {
  let cloud: RecordedCloud;
  let node: string;
  let agent: ReloadableAgent;
  let faults: Partial<Record<Operation, ReturnType<Fault>>>;

  beforeEach(async () => {
    faults = {};
    cloud = await startCloud({
      projects: sampleFleet({ nodesPerInstance: 1 }),
      fault: ({ operation }) => faults[operation],
    });
    node = nodeIdsOf(cloud)[0] ?? '';
    agent = await ReloadableAgent.start(settingsOf(cloud));
    await agent.up([node]);
  });
  afterEach(async () => {
    await agent.stop();
    await cloud.close();
  });

  const reload = (how: How, changes: Changes, ofProject: Settings = {}) =>
    agent.reload(
      settingsOf(cloud, changes, () => ofProject),
      how,
    );

  it('gives a request up after its new time', async () => {
    await reload('SIGHUP', { api: { request_timeout: '200ms', max_retries: 0 } });
    faults.submit = 'hang';
    await agent.collected([node], 1, 'error');
  });

  for (const [how, where, changes, ofProject] of [
    ['POST', 'of all projects', { api: { max_retries: 0 } }, {}],
    ['SIGHUP', 'of one project', {}, { api: { max_retries: 0 } }],
  ] as const) {
    it(`sends a request again as often as it says now, ${where}`, async () => {
      await reload(how, changes, ofProject);
      await cloud.nextCollections([node]);
      faults.wait = BROKEN;
      const before = await agent.series();
      const after = await agent.collected([node], 1, 'error');
      const retries = 'taurusdb_api_retries_total';
      assert.equal(sum(after, retries, '"wait"'), sum(before, retries, '"wait"'));
    });
  }

  it('holds the new budget, and shows it', async () => {
    await reload('POST', { api: { max_requests_per_second: 2 } });
    assert.deepEqual(values(await agent.series(), 'taurusdb_api_budget_requests_per_second'), [2]);
    await cloud.nextCollections([node]);
    const requests = await cloud.nextCollections([node]);
    const begin = requests.find(({ operation }) => operation === 'submit')?.at ?? Number.NaN;
    const end = requests.findLast(({ operation }) => operation === 'download')?.at ?? Number.NaN;
    // There is at least one more request between the two.
    assert.ok(end - begin > 800, `${end - begin} ms`);
    await reload('SIGHUP', {}, { api: { max_requests_per_second: 50 } });
    assert.deepEqual(values(await agent.series(), 'taurusdb_api_budget_requests_per_second'), [50]);
  });

  it('refuses a result that is too large now', async () => {
    await reload('SIGHUP', { api: { max_csv_bytes: '1KiB' } });
    await agent.seriesWhen((series) => failures(series, node, 'too_large') >= 1, 'results too large');
    await reload('POST', {});
    await agent.up([node]);
  });

  for (const [how, what, changes, ofProject, shown] of [
    ['POST', 'language', {}, { language: 'zh-cn' }, ({ language }: CloudRequest) => language === 'zh-cn'],
    [
      'SIGHUP',
      'filter',
      { collection: { filter: 'active' } },
      {},
      ({ body }: CloudRequest) => body === '{"filter":"active"}',
    ],
    [
      'POST',
      'filter and threshold',
      { collection: { filter: 'slow', slow_session_threshold: '7s' } },
      {},
      ({ body }: CloudRequest) => body === '{"filter":"slow","slow_process_threshold":7}',
    ],
  ] as const) {
    it(`asks for sessions in the new ${what}`, async () => {
      await reload(how, changes, ofProject);
      const requests = await cloud.nextCollections([node]);
      const submits = requests.filter(({ operation }) => operation === 'submit');
      assert.ok(submits.length > 0 && submits.every(shown), JSON.stringify(submits));
    });
  }

  it('looks at a running task after the new interval, and ends a collection at its new limit', async () => {
    await reload('POST', { collection: { poll_interval: '700ms' } });
    const seconds = 'taurusdb_collection_duration_seconds';
    await agent.seriesWhen((series) => sum(series, seconds, 'phase="wait"') >= 0.7, 'a longer wait');
    await reload('SIGHUP', { collection: { timeout: '400ms' } });
    await agent.up([node]);
    faults.wait = jsonAnswer(200, { status: 'running' });
    const timeouts = (series: Series) => failures(series, node, 'timeout');
    const already = timeouts(await agent.series());
    // What was past its task by then may still have ended well.
    const before = await agent.seriesWhen((series) => timeouts(series) > already, 'a collection out of time');
    const after = await agent.seriesWhen((series) => timeouts(series) >= timeouts(before) + 2, 'two more');
    assert.equal(collections(after, node, 'success'), collections(before, node, 'success'));
  });
});
