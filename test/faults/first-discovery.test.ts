// A start while projects cannot be discovered: the metrics say so from the first scrape, and the agent is not ready before
// there is something to show, for five minutes at most.
import assert from 'node:assert/strict';
import { type Agent, startAgent } from '../../src/agent/agent.js';
import { loadConfig } from '../../src/config/load-config.js';
import { isInShard, WHOLE_FLEET } from '../../src/discover/shard.js';
import { plainWebAccess } from '../../src/web/access/web-access.js';
import { FakeClock } from '../support/fake-clock.js';
import { eventually } from '../support/program.js';
import { RecordedLog } from '../support/recorded-log.js';
import { closeServers, type PlainAnswer, sendAnswer, startServer } from '../support/scripted-server.js';
import { writeConfig } from '../support/simulated-config.js';
import { instance, instanceId, node, nodeId, pagesOf } from '../taurusdb/instance-server.js';

const SECOND = 1_000;
const DOWN: PlainAnswer = { status: 503, body: { error_code: 'DBS.1', error_msg: 'the API is down' } };
const LISTED = { nodes: [{ instance_id: instanceId(9), node_id: nodeId(9) }] };
const discovered = (project: string) => ({ name: project, project_id: project.padEnd(32, '0') });

describe('a first discovery that fails', () => {
  let clock: FakeClock;
  let log: RecordedLog;
  let agent: Agent;
  let url: string;
  /** Projects whose list is answered; instances whose nodes are; nodes that are never answered. */
  let listedProjects: readonly string[];
  let shownInstances: readonly number[];
  let hangingNodes: readonly number[];

  beforeEach(async () => {
    clock = new FakeClock();
    log = new RecordedLog();
    listedProjects = [];
    shownInstances = [0, 1];
    hangingNodes = [];
    const answerTo = (target: string): PlainAnswer | undefined => {
      const [, project = '', shown] =
        /^\/v3\/([a-z]+)0*\/instances(?:\/(\d+)in07)?(?:\?.*)?$/u.exec(target) ?? [];
      if (project === '') {
        const hangs = hangingNodes.some((index) => target.includes(nodeId(index)));
        return hangs ? undefined : { status: 400, body: { error_code: 'DBS.2', error_msg: 'no sessions' } };
      }
      if (shown !== undefined) {
        const index = Number(shown);
        const isShown = shownInstances.includes(index);
        return isShown ? { body: { instance: { id: instanceId(index), nodes: [node(index)] } } } : DOWN;
      }
      const first = project === 'production' ? 0 : 1;
      return listedProjects.includes(project) ? pagesOf([instance(first)])(0, 100) : DOWN;
    };
    const api = await startServer([
      (response, { target }) => {
        const answer = answerTo(target);
        if (answer !== undefined) {
          sendAnswer(response, answer);
        }
      },
    ]);
    url = api.url;
  });
  afterEach(async () => {
    const stopped = agent.stop();
    await clock.advance(10 * SECOND);
    await stopped;
    await closeServers();
  });

  const configOf = (projects: readonly object[]) => {
    const usual = { region: 'cn-north-4', endpoint: url, auth: { token: { value: 'a-token-0123456789' } } };
    const discovery = { enabled: true };
    return loadConfig(
      writeConfig({
        projects: projects.map((project) => ({ ...usual, discovery, ...project })),
        api: { max_retries: 0, request_timeout: '5m', max_requests_per_second: 1_000 },
        collection: { splay: '0s', timeout: '10m' },
      }),
      {},
    ).config;
  };
  async function start(projects: readonly object[], shard = WHOLE_FLEET): Promise<void> {
    agent = await startAgent(configOf(projects), {
      shard,
      listenAddress: { host: '127.0.0.1', port: 0 },
      telemetryPath: '/metrics',
      access: plainWebAccess,
      reload: undefined,
      clock,
      log,
    });
  }

  const get = (path: string) => fetch(`http://127.0.0.1:${agent.address.port}${path}`);
  const ready = async () => (await (await get('/-/ready')).text()).trim();
  const metrics = async () => (await get('/metrics')).text();
  const values = (text: string, metric: string) =>
    [...text.matchAll(new RegExp(`^taurusdb_${metric}\\{.*\\} (.*)$`, 'gmu'))].map(([, value]) =>
      Number(value),
    );
  /** In real time, while the budget's waits pass. */
  const until = (holds: (text: string) => boolean, what: string) =>
    eventually(async () => {
      await clock.advance(2);
      return holds(await metrics()) || undefined;
    }, what);
  const failures = (text: string) =>
    values(text, 'discovery_errors_total').reduce((all, count) => all + count, 0);
  const collected = (count: number) => (text: string) => values(text, 'up').length === count;

  it('is in the metrics from the first scrape on, and in the log with its words', async () => {
    await start([discovered('production'), { ...discovered('staging'), ...LISTED }]);
    const first = await metrics();
    assert.deepEqual(values(first, 'discovery_up'), [0, 0]);
    assert.deepEqual(values(first, 'project_nodes'), [0, 1]);
    assert.equal(values(first, 'discovery_errors_total').length, 20);
    await until((text) => failures(text) === 2, 'two failures');
    const after = await metrics();
    assert.match(after, /^taurusdb_discovery_errors_total\{project="production",reason="api"\} 1$/mu);
    assert.deepEqual(values(after, 'discovery_up'), [0, 0]);
    assert.deepEqual(values(after, 'discovery_nodes'), []);
    const told = log.lines.filter((line) => /^warn discovery failed.*"the API is down"/u.test(line));
    assert.equal(told.length, 2, log.lines.join('\n'));
    assert.ok(!log.lines.some((line) => line.includes('found no nodes')));
  });

  it('keeps the agent from being ready for five minutes, where nothing is listed', async () => {
    await start([discovered('production'), { ...discovered('staging'), ...LISTED }]);
    assert.equal(await ready(), 'not ready: waiting for the first discovery of 2 projects');
    await until((text) => failures(text) === 2 && collected(1)(text), 'two failures and a collection');
    assert.equal(await ready(), 'not ready: waiting for the first discovery of 1 project');
    await clock.advance(290 * SECOND);
    assert.equal(await ready(), 'not ready: waiting for the first discovery of 1 project');
    await clock.advance(10 * SECOND);
    assert.equal(await ready(), 'ready');
    assert.deepEqual(values(await metrics(), 'discovery_up'), [0, 0]);
  });

  it('is over when one succeeds, and its nodes have been tried', async () => {
    hangingNodes = [0];
    await start([discovered('production')]);
    await until((text) => failures(text) === 1, 'a failure');
    listedProjects = ['production'];
    await clock.advance(60 * SECOND);
    await until((text) => values(text, 'discovery_up')[0] === 1, 'a success');
    assert.equal(await ready(), 'not ready: waiting for the first collection of 1 node');
    // Also when that takes longer than a discovery is waited for.
    await clock.advance(250 * SECOND);
    assert.equal(await ready(), 'not ready: waiting for the first collection of 1 node');
    await clock.advance(60 * SECOND);
    await until(collected(1), 'a collection that was given up');
    assert.equal(await ready(), 'ready');
  });

  it('makes nobody wait for nodes that are found after five minutes', async () => {
    hangingNodes = [0];
    await start([discovered('production')]);
    await until((text) => failures(text) === 1, 'a failure');
    await clock.advance(300 * SECOND);
    listedProjects = ['production'];
    await clock.advance(60 * SECOND);
    await until((text) => values(text, 'project_nodes')[0] === 1, 'the node');
    assert.equal(await ready(), 'ready');
  });

  it('in part is none that succeeded, but what it found is there', async () => {
    listedProjects = ['production', 'staging'];
    shownInstances = [1];
    await start([discovered('production'), discovered('staging')]);
    await until((text) => failures(text) === 1 && collected(1)(text), 'a failure and a collection');
    assert.deepEqual(values(await metrics(), 'discovery_up'), [0, 1]);
    assert.deepEqual(values(await metrics(), 'project_nodes'), [0, 1]);
    assert.equal(await ready(), 'not ready: waiting for the first discovery of 1 project');
    await clock.advance(300 * SECOND);
    assert.equal(await ready(), 'ready');
  });

  it('is not one that finds nothing, as nothing matches or another shard has it', async () => {
    listedProjects = ['production', 'staging'];
    const index = isInShard(nodeId(1), { index: 0, total: 2 }) ? 1 : 0;
    const nothing = { enabled: true, instance_name: 'nothing-*' };
    await start([{ ...discovered('production'), discovery: nothing }, discovered('staging')], {
      index,
      total: 2,
    });
    await until((text) => values(text, 'discovery_up').every((up) => up === 1), 'two successes');
    const text = await metrics();
    const told = log.lines.filter((line) => line.startsWith('warn '));
    assert.equal(told.length, 1);
    assert.match(
      told[0] ?? '',
      /^warn discovery found no nodes project=production seen=1 instance seen, 0 match /u,
    );
    assert.deepEqual(values(text, 'discovery_nodes'), [0, 1]);
    assert.deepEqual(values(text, 'project_nodes'), [0, 0]);
    assert.equal(await ready(), 'ready');
  });

  it('of a project that a reload brings leaves a ready agent ready', async () => {
    listedProjects = ['production'];
    await start([discovered('production')]);
    await until(collected(1), 'a collection');
    assert.equal(await ready(), 'ready');
    agent.apply(configOf([discovered('production'), discovered('staging')]));
    assert.equal(await ready(), 'ready');
    assert.deepEqual(values(await metrics(), 'discovery_up'), [1, 0]);
    assert.deepEqual(values(await metrics(), 'project_nodes'), [1, 0]);
  });
});
