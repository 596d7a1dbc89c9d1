import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { sampleFleet } from '../../src/simulator/sample-fleet.js';
import { type Simulator, startSimulator } from '../../src/simulator/start-simulator.js';
import { addressOf, eventually, type Program, runProgram, startProgram } from '../support/program.js';
import { requireProgram } from '../support/real-programs.js';
import { samplesNamed, scrape } from '../support/scrape.js';
import { simulatedConfig, writeConfig } from '../support/simulated-config.js';

describe('the agent against a simulated API', () => {
  let simulator: Simulator;
  let agent: Program;
  let configFile: string;

  /** One project signs, the other one sends a token; one node has a schedule of its own. */
  const config = () =>
    simulatedConfig(simulator, {}, ({ name, tokens, instances }) => ({
      ...(name === 'production' ? {} : { auth: { token: { value: tokens[0] } } }),
      nodes: instances.flatMap(({ id, nodes }) =>
        nodes.map((node, index) => ({
          instance_id: id,
          node_id: node.id,
          name: node.name,
          ...(index === 1 ? { schedule: '*/2 * * * * *' } : {}),
        })),
      ),
    }));

  beforeEach(async () => {
    simulator = await startSimulator({
      projects: sampleFleet({ projects: 2, instances: 1, nodesPerInstance: 5 }),
      taskSeconds: { min: 0, max: 0.2 },
    });
    configFile = writeConfig(config());
    agent = startProgram([
      `--config.file=${configFile}`,
      '--web.listen-address=127.0.0.1:0',
      '--web.enable-lifecycle',
    ]);
  });

  afterEach(async () => {
    agent.child.kill('SIGKILL');
    await agent.ended;
    await simulator.close();
  });

  async function whenAllUp(address: string): Promise<Map<string, number>> {
    return eventually(async () => {
      const samples = await scrape(address);
      const up = samplesNamed(samples, 'taurusdb_up');
      return up.size === 10 && [...up.values()].every((value) => value === 1) ? samples : undefined;
    }, 'ten nodes up');
  }

  it('collects every node, with a key and with a token', async () => {
    const address = await addressOf(agent);
    const samples = await whenAllUp(address);
    for (const [labels, sessions] of samplesNamed(samples, 'taurusdb_sessions')) {
      for (const dimension of ['state', 'user', 'host', 'database', 'command']) {
        const counts = [...samplesNamed(samples, `taurusdb_sessions_by_${dimension}`)]
          .filter(([name]) => name.startsWith(labels.slice(0, -1)))
          .map(([, count]) => count);
        assert.equal(
          counts.reduce((sum, count) => sum + count, 0),
          sessions,
          `${dimension} of ${labels}`,
        );
      }
    }
    assert.equal((await fetch(`${address}/-/ready`)).status, 200);
  });

  it('keeps the part of the heap where objects begin as small as it starts', async () => {
    const address = await addressOf(agent);
    const spaces = samplesNamed(await whenAllUp(address), 'nodejs_heap_space_size_total_bytes');
    const [, bytes = Number.NaN] = [...spaces].find(([labels]) => labels === '{space="new"}') ?? [];
    assert.ok(bytes <= 4 * 2 ** 20, `${bytes} bytes`);
  });

  it('publishes nothing that promtool objects to', async function () {
    const promtool = requireProgram(this, 'promtool');
    const address = await addressOf(agent);
    await whenAllUp(address);
    const text = await (await fetch(`${address}/metrics`)).text();
    const { status, stdout, stderr } = spawnSync(promtool, ['check', 'metrics'], {
      input: text,
      encoding: 'utf8',
    });
    assert.deepEqual({ status, stdout, stderr }, { status: 0, stdout: '', stderr: '' });
  });

  it('stops with 0 at SIGTERM, and is not ready at once', async () => {
    const address = await addressOf(agent);
    await whenAllUp(address);
    agent.child.kill('SIGTERM');
    assert.equal(await agent.ended, 0);
    assert.match(agent.stderr(), /msg=stopped/u);
    await assert.rejects(fetch(`${address}/-/healthy`));
  });

  it('takes over a new configuration at SIGHUP and at POST /-/reload, and refuses a wrong one', async () => {
    const address = await addressOf(agent);
    const before = await whenAllUp(address);
    const [first, ...others] = [...samplesNamed(before, 'taurusdb_up').keys()];

    const smaller = config() as { projects: { nodes: { node_id: string }[] }[] };
    for (const project of smaller.projects) {
      project.nodes = project.nodes.filter(({ node_id }) => !first?.includes(node_id));
    }
    writeConfig(smaller, configFile);
    agent.child.kill('SIGHUP');
    const after = await eventually(async () => {
      const samples = await scrape(address);
      return samplesNamed(samples, 'taurusdb_up').size === 9 ? samples : undefined;
    }, 'nine nodes');
    for (const labels of others) {
      const successes = (samples: Map<string, number>) =>
        samples.get(`taurusdb_collections_total${labels.slice(0, -1)},result="success"}`) ?? 0;
      assert.ok(successes(after) >= successes(before) && successes(before) > 0, 'counters go on');
    }

    writeConfig({ ...smaller, colection: {} }, configFile);
    const refused = await fetch(`${address}/-/reload`, { method: 'POST' });
    assert.equal(refused.status, 500);
    assert.match(await refused.text(), /config\.yaml:\d+: colection: unknown key/u);
    const samples = await scrape(address);
    assert.equal(samples.get('taurusdb_exporter_config_last_reload_successful'), 0);
    assert.equal(samplesNamed(samples, 'taurusdb_up').size, 9);

    writeConfig(config(), configFile);
    assert.equal((await fetch(`${address}/-/reload`, { method: 'POST' })).status, 200);
    await whenAllUp(address);
  });
});

describe('a wrong configuration', () => {
  it('never starts the agent: exit 1, with every mistake, its path and line, and no stack trace', async () => {
    const file = writeConfig({
      projects: [{ name: 'p', region: 'mars', project_id: 'x', auth: {}, nodes: [{ node_id: 'n' }] }],
      collection: { schedule: 'often', timeout: 5 },
    });
    for (const command of ['run', 'check-config', 'collect']) {
      const { code, stdout, stderr } = await runProgram([command, `--config.file=${file}`]);
      assert.equal(code, 1);
      assert.equal(stdout, '');
      const lines = stderr.trimEnd().split('\n');
      assert.ok(lines.length >= 6, stderr);
      assert.ok(
        lines.every((line) => /^\S+config\.yaml:\d+: \S+: /u.test(line)),
        stderr,
      );
    }
  });

  it('is said in one line when the file is missing, and wrong usage is 2', async () => {
    const missing = await runProgram(['run', '--config.file=/nowhere/config.yaml']);
    assert.equal(missing.code, 1);
    assert.equal(missing.stderr.trimEnd().split('\n').length, 1);
    assert.equal((await runProgram(['run', '--nonsense'])).code, 2);
  });
});
