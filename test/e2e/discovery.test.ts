import assert from 'node:assert/strict';
import { isInShard } from '../../src/discover/shard.js';
import { jsonAnswer } from '../../src/simulator/cloud/answer.js';
import type { Fault } from '../../src/simulator/cloud/fault.js';
import { sampleFleet } from '../../src/simulator/sample-fleet.js';
import { type Simulator, startSimulator } from '../../src/simulator/start-simulator.js';
import { addressOf, eventually, type Program, runProgram, startProgram } from '../support/program.js';
import { samplesNamed, scrape } from '../support/scrape.js';
import { simulatedConfig, writeConfig } from '../support/simulated-config.js';

const brokenList = jsonAnswer(500, { error_code: 'DBS.05000000', error_msg: 'broken' });

describe('discovery against a simulated API', () => {
  let simulator: Simulator;
  let fault: ReturnType<Fault>;
  let faultyProject: string;
  /** Whether the first instance of production has failed over. */
  let failedOver: boolean;
  const agents: Program[] = [];

  /** Nothing is listed but the first node of the first project, by a name of its own. */
  const config = (discovery: object = {}) =>
    simulatedConfig(simulator, { api: { max_retries: 0 } }, ({ name, instances }) => ({
      nodes:
        name === 'production'
          ? [{ instance_id: instances[0]?.id, node_id: instances[0]?.nodes[0]?.id, name: 'mine' }]
          : [],
      discovery: { enabled: true, refresh: '1s', ...discovery },
    }));

  beforeEach(async () => {
    fault = undefined;
    faultyProject = '';
    failedOver = false;
    const projects = sampleFleet({ projects: 2, instances: 3, nodesPerInstance: 2 });
    for (const node of projects[0]?.instances[0]?.nodes ?? []) {
      const roles = node.type === 'master' ? (['master', 'slave'] as const) : (['slave', 'master'] as const);
      Object.defineProperty(node, 'type', { get: () => roles[failedOver ? 1 : 0] });
    }
    simulator = await startSimulator({
      projects,
      taskSeconds: { min: 0, max: 0.2 },
      fault: ({ operation, project }) =>
        operation === 'list_instances' && project === faultyProject ? fault : undefined,
    });
  });

  afterEach(async () => {
    for (const agent of agents.splice(0)) {
      agent.child.kill('SIGKILL');
      await agent.ended;
    }
    await simulator.close();
  });

  const start = (...flags: string[]): Promise<string> => startWith(writeConfig(config()), ...flags);

  async function startWith(configFile: string, ...flags: string[]): Promise<string> {
    const agent = startProgram([`--config.file=${configFile}`, '--web.listen-address=127.0.0.1:0', ...flags]);
    agents.push(agent);
    return addressOf(agent);
  }

  const whenUp = (address: string, nodes: number) =>
    eventually(async () => {
      const samples = await scrape(address);
      const up = samplesNamed(samples, 'taurusdb_up');
      return up.size === nodes && [...up.values()].every((value) => value === 1) ? samples : undefined;
    }, `${nodes} nodes up`);

  it('collects what it finds, beside a listed node that keeps its name', async () => {
    const address = await start();
    const samples = await whenUp(address, 12);
    const info = [...samplesNamed(samples, 'taurusdb_node_info').keys()];
    assert.equal(info.length, 12);
    assert.ok(
      info.some((labels) => /instance_name="orders",node_name="mine",role="master"/u.test(labels)),
      info.join('\n'),
    );
    assert.ok(info.some((labels) => labels.includes('node_name="payments-replica-1",role="slave"')));
    assert.equal(samplesNamed(samples, 'taurusdb_node_max_connections').size, 12);
    assert.deepEqual([...samplesNamed(samples, 'taurusdb_discovery_nodes').values()], [6, 6]);
    assert.equal(samplesNamed(samples, 'taurusdb_discovery_last_success_timestamp_seconds').size, 2);
    assert.equal((await fetch(`${address}/-/ready`)).status, 200);
  });

  it('keeps its nodes while a project cannot be listed, and runs listed ones when the first search fails', async () => {
    fault = brokenList;
    faultyProject = 'production';
    const address = await start();
    await whenUp(address, 7);
    assert.equal((await fetch(`${address}/-/ready`)).status, 200);
    const failing = await scrape(address);
    assert.deepEqual([...samplesNamed(failing, 'taurusdb_discovery_up').values()], [0, 1]);
    const errors = 'taurusdb_discovery_errors_total{project="production",reason="api"}';
    const failures = failing.get(errors) ?? 0;
    assert.ok(failures >= 1);
    assert.deepEqual([...samplesNamed(failing, 'taurusdb_project_nodes').values()], [1, 6]);
    assert.deepEqual([...samplesNamed(failing, 'taurusdb_discovery_nodes').keys()], ['{project="staging"}']);
    fault = undefined;
    const recovered = await whenUp(address, 12);
    assert.deepEqual([...samplesNamed(recovered, 'taurusdb_discovery_up').values()], [1, 1]);
    assert.ok((recovered.get(errors) ?? 0) >= failures);
    assert.deepEqual([...samplesNamed(recovered, 'taurusdb_project_nodes').values()], [6, 6]);
    fault = jsonAnswer(200, { instances: [], total_count: 3 });
    await agents[0]?.says(/msg="discovery failed: what is known stays".*a page without others, expected 3/u);
    await whenUp(address, 12);
    fault = jsonAnswer(200, { instances: [], total_count: 0 });
    await whenUp(address, 7);
  });

  it('is not taken for a fleet without nodes by an agent that starts while the API is down', async () => {
    const unreachable = JSON.stringify(config()).replaceAll(simulator.url, 'http://127.0.0.1:1');
    const address = await startWith(writeConfig(JSON.parse(unreachable)));
    const up = (samples: ReadonlyMap<string, number>) => [
      ...samplesNamed(samples, 'taurusdb_discovery_up').values(),
    ];
    assert.deepEqual(up(await scrape(address)), [0, 0]);
    const network = (project: string) =>
      `taurusdb_discovery_errors_total{project="${project}",reason="network"}`;
    const samples = await eventually(async () => {
      const now = await scrape(address);
      const failed = ['production', 'staging'].every((project) => (now.get(network(project)) ?? 0) > 0);
      return failed && samplesNamed(now, 'taurusdb_up').size === 1 ? now : undefined;
    }, 'failed discoveries and a failed collection');
    assert.deepEqual(up(samples), [0, 0]);
    assert.deepEqual([...samplesNamed(samples, 'taurusdb_project_nodes').values()], [1, 0]);
    const ready = await fetch(`${address}/-/ready`);
    assert.deepEqual(
      [ready.status, await ready.text()],
      [503, 'not ready: waiting for the first discovery of 1 project\n'],
    );
    assert.match(
      agents[0]?.stderr() ?? '',
      /msg="discovery failed.* project=staging .*error="list_instances: got ECONNREFUSED/u,
    );
  });

  it('shows on page and JSON a project whose discovery fails from the start, and its nodes once it succeeds', async () => {
    fault = brokenList;
    faultyProject = 'staging';
    const address = await start();
    const text = async (path: string) => (await fetch(`${address}${path}`)).text();
    const told = (path: string, what: RegExp) =>
      eventually(async () => (what.test(await text(path)) ? true : undefined), `${what} at ${path}`);
    await told(
      '/api/v1/nodes',
      /"project":"staging","nodes":0,"nodes_of_all_shards":0,"discovery":\{"up":false,.*"last_success":null,.*DBS\.05000000/u,
    );
    await told('/', /<h2 id="overview"><bdi>staging<\/bdi>: discovery fails, and no node is known/u);
    assert.match(await text('/'), /<title>discovery fails/u);
    fault = undefined;
    await told(
      '/api/v1/nodes',
      /"project":"staging","nodes":6,"nodes_of_all_shards":6,"discovery":\{"up":true,"found":6,"why_none":null,"hint":null,"last_success":"2.+Z","last_error":null\}/u,
    );
    await told('/', /<title>(?!discovery)/u);
  });

  it('is not ready before every project has been searched once', async () => {
    fault = 'hang';
    faultyProject = 'staging';
    const address = await start();
    const samples = await whenUp(address, 6);
    assert.deepEqual([...samplesNamed(samples, 'taurusdb_discovery_up').values()], [1, 0]);
    const errors = [...samplesNamed(samples, 'taurusdb_discovery_errors_total')];
    assert.deepEqual([errors.length, errors.every(([, count]) => count === 0)], [20, true]);
    assert.deepEqual([...samplesNamed(samples, 'taurusdb_project_nodes').values()], [6, 0]);
    assert.equal((await fetch(`${address}/-/ready`)).status, 503);
  });

  it('goes on under /v3.1 once /v3 lists no instances any more', async () => {
    const move = async (instancesVersion: 'v3' | 'v3.1', instances: number) => {
      const port = Number(new URL(simulator.url).port);
      await simulator.close();
      const projects = sampleFleet({ projects: 2, instances, nodesPerInstance: 2 });
      simulator = await startSimulator({
        projects,
        port,
        instancesVersion,
        taskSeconds: { min: 0, max: 0.2 },
      });
    };
    await move('v3', 3);
    const api = { max_retries: 0, max_requests_per_second: 100 };
    const address = await startWith(writeConfig({ ...config({ status: ['ACTIVE'] }), api }));
    await whenUp(address, 12);
    await move('v3.1', 4);
    const samples = await whenUp(address, 16);
    assert.deepEqual([...samplesNamed(samples, 'taurusdb_discovery_up').values()], [1, 1]);
    assert.deepEqual([...samplesNamed(samples, 'taurusdb_project_nodes').values()], [8, 8]);
    const { code, stdout, stderr } = await runProgram(['discover', `--config.file=${writeConfig(config())}`]);
    assert.deepEqual([code, stderr, stdout.match(/node_id/gu)?.length], [0, '', 16]);
  });

  it('keeps the series of nodes that change their roles', async () => {
    const address = await start();
    const before = await whenUp(address, 12);
    failedOver = true;
    const role = (name: string, role: string) => new RegExp(`node_name="${name}",role="${role}"`, 'u');
    const after = await eventually(async () => {
      const samples = await scrape(address);
      const info = [...samplesNamed(samples, 'taurusdb_node_info').keys()].join('\n');
      return role('mine', 'slave').test(info) && role('orders-replica-1', 'master').test(info)
        ? samples
        : undefined;
    }, 'the other roles');
    for (const metric of ['taurusdb_sessions', 'taurusdb_up', 'taurusdb_collections_total']) {
      assert.deepEqual(
        [...samplesNamed(after, metric).keys()],
        [...samplesNamed(before, metric).keys()],
        metric,
      );
    }
    for (const [labels, count] of samplesNamed(before, 'taurusdb_collections_total')) {
      assert.ok((after.get(`taurusdb_collections_total${labels}`) ?? 0) >= count, labels);
    }
  });

  it('searches no more once a reload has switched it off', async () => {
    const file = writeConfig(config());
    const address = await startWith(file);
    await whenUp(address, 12);
    writeConfig(config({ enabled: false }), file);
    agents[0]?.child.kill('SIGHUP');
    await agents[0]?.says(
      /configuration not reloaded.*projects\[1\]: got neither nodes nor an enabled discovery/u,
    );
    const projects = (config() as { projects: { name: string }[] }).projects.map((project) =>
      project.name === 'production' ? { ...project, discovery: { enabled: false } } : project,
    );
    writeConfig({ ...config(), projects }, file);
    agents[0]?.child.kill('SIGHUP');
    const samples = await whenUp(address, 7);
    assert.deepEqual([...samplesNamed(samples, 'taurusdb_discovery_nodes').keys()], ['{project="staging"}']);
  });

  it('warns once when the nodes found need more requests than the project has', async () => {
    const file = writeConfig({ ...config(), api: { max_requests_per_second: 2 } });
    const address = await startWith(file);
    const warning = 'schedules of project \\"staging\\": got 6 nodes that need 24.00 requests per second';
    await agents[0]?.says(new RegExp(warning.replaceAll('\\', '\\\\'), 'u'));
    const searches =
      /taurusdb_api_requests_total\{project="staging",operation="list_instances",code="200"\} (\d+)/u;
    await eventually(async () => {
      const [, count] = searches.exec(await (await fetch(`${address}/metrics`)).text()) ?? [];
      return Number(count) >= 3 || undefined;
    }, 'three searches');
    // Of all nodes, not of each that is found.
    assert.equal(agents[0]?.stderr().match(/schedules of project \\"staging\\"/gu)?.length, 1);
  });

  it('divides the nodes among shards', async () => {
    const shards = await Promise.all(
      [0, 1, 2].map(async (shard) => {
        const address = await start(`--shard=${shard}`, '--total-shards=3');
        return eventually(async () => {
          if ((await fetch(`${address}/-/ready`)).status !== 200) {
            return undefined;
          }
          return [...samplesNamed(await scrape(address), 'taurusdb_up').keys()];
        }, 'a shard that is ready');
      }),
    );
    assert.ok(shards.every((nodes) => nodes.length > 0 && nodes.length < 12));
    assert.equal(shards.flat().length, 12);
    assert.equal(new Set(shards.flat()).size, 12);
  });

  it('is calm in a shard that has none of the nodes, as others do', async () => {
    const projects = sampleFleet({ instances: 1, nodesPerInstance: 1 });
    const [id = ''] = projects.flatMap(({ instances }) => instances[0]?.nodes.map((node) => node.id) ?? []);
    const empty = isInShard(id, { index: 0, total: 2 }) ? 1 : 0;
    await simulator.close();
    simulator = await startSimulator({ projects });
    const settings = simulatedConfig(simulator, {}, () => ({ nodes: [], discovery: { enabled: true } }));
    const address = await startWith(writeConfig(settings), `--shard=${empty}`, '--total-shards=2');
    const page = await eventually(async () => {
      const text = await (await fetch(`${address}/`)).text();
      return text.includes('discovering') ? undefined : text;
    }, 'the first discovery');
    assert.match(page, /<title>TaurusDB sessions</u);
    assert.match(page, /No nodes here: other shards collect the only one</u);
  });

  it('calls a shard beyond the last one wrong usage', async () => {
    const { code, stderr } = await runProgram(['--shard=3', '--total-shards=3', '--config.file=/nowhere']);
    assert.equal(code, 2);
    assert.match(stderr, /^--shard: got "3", expected auto or a whole number from 0 to 2/u);
  });

  describe('discover', () => {
    it('prints nodes that the configuration takes as they are', async () => {
      const file = writeConfig(config({ instance_name: '*s', role: 'master' }));
      const { code, stdout, stderr } = await runProgram(['discover', `--config.file=${file}`]);
      assert.deepEqual([code, stderr], [0, '']);
      assert.match(stdout, /^projects:\n {2}- name: production\n {4}nodes:\n {6}# orders\n/u);
      const names = [...stdout.matchAll(/name: (\S+) # master$/gmu)].map(([, name]) => name);
      assert.deepEqual(names, ['orders-primary', 'payments-primary', 'orders-primary', 'payments-primary']);
    });

    it('prints what it can, and fails, where a project cannot be listed', async () => {
      fault = brokenList;
      faultyProject = 'production';
      const { code, stdout, stderr } = await runProgram([
        'discover',
        `--config.file=${writeConfig(config())}`,
      ]);
      assert.equal(code, 1);
      assert.match(stdout, /name: production\n {4}nodes: \[\]\n {2}- name: staging\n {4}nodes:\n/u);
      assert.match(
        stderr,
        /msg="discovery failed".*project=production reason=api error="list_instances: got 500/u,
      );
    });
  });

  it('is part of collect, which fails where a project cannot be listed', async () => {
    const file = writeConfig(config());
    const all = await runProgram(['collect', `--config.file=${file}`]);
    assert.equal(all.code, 0, all.stderr);
    assert.equal(all.stdout.match(/ ok /gu)?.length, 12);
    fault = brokenList;
    faultyProject = 'staging';
    const some = await runProgram(['collect', `--config.file=${file}`, '--output=json']);
    assert.equal(some.code, 1);
    const { nodes, projects } = JSON.parse(some.stdout);
    assert.equal(nodes.length, 6);
    const [production, staging] = projects;
    assert.deepEqual(
      [production.nodes, production.discovery.up, production.discovery.last_error],
      [6, true, null],
    );
    assert.deepEqual(
      [staging.nodes, staging.discovery.up, staging.discovery.last_error.reason],
      [0, false, 'api'],
    );
  });
});
