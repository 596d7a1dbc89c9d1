// What the log of the built program tells of a short life: first successes, a failure, every request, a summary.
import assert from 'node:assert/strict';
import { chmodSync } from 'node:fs';
import { LINE_KEYS, LOG_FIELDS } from '../../src/log.js';
import { apiRefusal, refusalAnswer } from '../../src/simulator/cloud/answer.js';
import { sampleFleet } from '../../src/simulator/sample-fleet.js';
import { type Simulator, startSimulator } from '../../src/simulator/start-simulator.js';
import { eventually, type Program, runProgram, startProgram } from '../support/program.js';
import { readLogfmt } from '../support/read-logfmt.js';
import { nodeIdsOf, ONCE_A_YEAR, settingsOf } from '../support/reloadable-agent.js';
import { writeConfig } from '../support/simulated-config.js';

type Line = Readonly<Record<string, unknown>>;

const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/u;

describe('the log', () => {
  let api: Simulator;
  /** Fails at its first collection alone. */
  let sickId: string;

  beforeEach(async () => {
    api = await startSimulator({
      projects: sampleFleet({ nodesPerInstance: 3 }),
      taskSeconds: { min: 0, max: 0 },
      fault: ({ operation, nodeId, count }) => {
        if (operation === 'submit' && nodeId === sickId && count === 1) {
          return refusalAnswer(apiRefusal(400, 'DBS.200001', 'the node is busy'), 'en-us');
        }
        // Throttled once, then repeated.
        return operation === 'wait' && nodeId !== sickId && count === 1
          ? refusalAnswer(apiRefusal(429, 'APIGW.0308', 'slow down'), 'en-us')
          : undefined;
      },
    });
    [sickId = ''] = nodeIdsOf(api);
  });
  afterEach(() => api.close());

  /** Collects each node once, at its start. */
  const start = (...flags: readonly string[]): Program => {
    const file = writeConfig(settingsOf(api, { collection: { schedule: ONCE_A_YEAR } }));
    const listen = '--web.listen-address=127.0.0.1:0';
    return startProgram([`--config.file=${file}`, listen, '--log.level=debug', ...flags]);
  };

  /** Of the simulated API: how many requests there were, and how many of them had this status. */
  const asked = (status?: number): number =>
    api
      .stats()
      .requests.filter((one) => status === undefined || one.status === status)
      .reduce((sum, { count }) => sum + count, 0);

  it('is JSON also where the start fails: one event, one line', async () => {
    const file = writeConfig(settingsOf(api, {}));
    chmodSync(file, 0o644);
    const { port } = new URL(api.url);
    const json = '--log.format=json';
    const failed = async (...args: readonly string[]) => {
      const { code, stderr } = await runProgram(args);
      const lines = jsonLines(stderr);
      return [code, ...lines.map(({ level, msg, error, warning }) => [level, msg, error ?? warning])];
    };
    const listen = `127.0.0.1:${port}`;
    const [code, warning = [], ended = [], ...others] = await failed(
      `--config.file=${file}`,
      `--web.listen-address=${listen}`,
      json,
    );
    assert.deepEqual([code, others], [1, []]);
    const [level, msg, what] = warning as string[];
    assert.deepEqual([level, msg], ['warn', 'configuration: may be otherwise than it was meant']);
    assert.match(String(what), /^configuration file ".+" can be read by other users/u);
    assert.deepEqual((ended as string[]).slice(0, 2), ['error', 'ended by an error']);
    assert.match(String((ended as string[])[2]), /^listen address: got .+EADDRINUSE/u);
    // Where the configuration asks for it, too.
    const inFile = writeConfig(settingsOf(api, { log: { format: 'json' } }));
    assert.deepEqual(await failed(`--config.file=${inFile}`, `--web.listen-address=${listen}`), [1, ended]);

    for (const args of [['run'], ['collect'], ['check-config']]) {
      const [missing, line] = await failed(...args, '--config.file=/nowhere/config.yaml', json);
      assert.deepEqual([missing, (line as string[])[1]], [1, 'ended by an error']);
    }
    const wrong = writeConfig({ projects: [], colection: {}, web: { x: 1 } });
    const [, line, ...more] = await failed(`--config.file=${wrong}`, json);
    assert.deepEqual(more, []);
    assert.match(String((line as string[])[2]), /colection.+; .+web/u);
    assert.equal((await failed('--shard=3', '--total-shards=3', json))[0], 2);
  });

  it('has one line for each collection and each request, and a summary of them at the stop', async () => {
    const agent = start('--log.format=json');
    let lines: Line[] = [];
    const told = (msg: string): Line[] => lines.filter((line) => line.msg === msg);
    try {
      await eventually(() => {
        lines = jsonLines(agent.stderr());
        return lines.filter(({ result }) => result !== undefined).length === 3 || undefined;
      }, 'the first collection of each node');
      agent.child.kill('SIGHUP');
      await agent.says(/"configuration reloaded"/u);
      agent.child.kill('SIGTERM');
      assert.equal(await agent.ended, 0);
    } finally {
      agent.child.kill('SIGKILL');
    }
    lines = jsonLines(agent.stderr());
    assertWellFormed(lines);

    assert.equal(told('request').length, asked());
    assert.deepEqual(
      told('request').filter(({ node_id }) => node_id !== undefined),
      [],
      'the path has the node',
    );
    for (const { path, duration_seconds, bytes, status, attempt } of told('request')) {
      assert.match(String(path), /^\/v3\/\w{32}\/instances\/\w+in07\/nodes\/\w+no07\/realtime-session/u);
      assert.ok([duration_seconds, bytes, status, attempt].every((value) => typeof value === 'number'));
    }
    assert.equal(told('request').filter(({ attempt }) => attempt === 2).length, 2);

    const firsts = told('node collected for the first time');
    assert.deepEqual(
      firsts.map(({ level, node_id }) => [level, node_id]).sort(),
      nodeIdsOf(api)
        .slice(1)
        .map((id) => ['info', id])
        .sort(),
    );
    const [failure = {}, ...others] = told('collection failed');
    assert.deepEqual(others, []);
    assert.deepEqual(
      [failure.level, failure.node_id, failure.reason, failure.phase, failure.error_code],
      ['warn', sickId, 'api', 'submit', 'DBS.200001'],
    );

    const [summary = {}, ...more] = told('summary');
    assert.deepEqual(more, []);
    const { collections, collections_failed, failed_api, nodes, nodes_up, nodes_down, requests, retries } =
      summary;
    assert.deepEqual(
      { collections, collections_failed, failed_api, nodes, nodes_up, nodes_down, requests, retries },
      {
        collections: 3,
        collections_failed: 1,
        failed_api: 1,
        nodes: 3,
        nodes_up: 2,
        nodes_down: 1,
        requests: asked(),
        retries: 2,
      },
    );
    assert.equal(summary.requests_throttled, asked(429));
    const sessions = firsts.reduce((sum, line) => sum + Number(line.sessions), 0);
    assert.ok(sessions > 0);
    assert.equal(summary.sessions, sessions);
    assert.equal(
      summary.slowest_seconds,
      Math.max(...[...firsts, failure].map((line) => Number(line.duration_seconds))),
    );
    assert.ok(
      lines.findIndex(({ msg }) => msg === 'summary') > lines.findIndex(({ msg }) => msg === 'stopping'),
    );

    const [{ accessKeys: [key] = [] } = assert.fail()] = api.projects;
    for (const secret of [key?.sk, 'Authorization', 'SDK-HMAC', 'request_id=']) {
      assert.ok(secret !== undefined && !agent.stderr().includes(secret), `the log has ${secret}`);
    }
  });

  it('has the same fields in logfmt', async () => {
    const agent = start();
    try {
      await agent.says(/(?:result=.*\n[\s\S]*){3}/u);
      agent.child.kill('SIGTERM');
      assert.equal(await agent.ended, 0);
    } finally {
      agent.child.kill('SIGKILL');
    }
    const lines = agent
      .stderr()
      .split(/(?<=\n)/u)
      .map(readLogfmt);
    assertWellFormed(lines);
    const [summary = {}] = lines.filter(({ msg }) => msg === 'summary');
    assert.deepEqual([summary.collections, summary.failed_api, summary.nodes_up], ['3', '1', '2']);
  });

  it('of a command that prints what it collects has failures alone, unless a flag asks for more', async () => {
    const file = writeConfig(settingsOf(api));
    const { stderr } = await runProgram(['collect', `--config.file=${file}`]);
    assert.deepEqual(
      stderr.split(/(?<=\n)/u).map((line) => readLogfmt(line).msg),
      ['collection failed'],
    );
    const again = await runProgram(['collect', `--config.file=${file}`, '--log.level=info']);
    assert.deepEqual(
      again.stderr.split(/(?<=\n)/u).map((line) => readLogfmt(line).msg),
      Array(3).fill('node collected for the first time'),
    );
  });
});

function jsonLines(text: string): Line[] {
  return text
    .split(/(?<=\n)/u)
    .filter((line) => line.endsWith('\n'))
    .map((line) => JSON.parse(line));
}

function assertWellFormed(lines: readonly Line[]): void {
  const known = [...Object.keys(LINE_KEYS), ...Object.keys(LOG_FIELDS)];
  for (const line of lines) {
    assert.deepEqual(Object.keys(line).slice(0, 3), ['time', 'level', 'msg']);
    assert.match(String(line.time), RFC_3339);
    assert.match(String(line.level), /^(?:debug|info|warn|error)$/u);
    assert.deepEqual(
      Object.keys(line).filter((name) => !known.includes(name)),
      [],
    );
  }
}
