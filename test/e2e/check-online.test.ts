import assert from 'node:assert/strict';
import { jsonAnswer } from '../../src/simulator/cloud/answer.js';
import { sampleFleet } from '../../src/simulator/sample-fleet.js';
import { type Simulator, startSimulator } from '../../src/simulator/start-simulator.js';
import { addressOf, eventually, runProgram, startProgram } from '../support/program.js';
import { samplesOf } from '../support/scrape.js';
import { simulatedConfig, writeConfig } from '../support/simulated-config.js';

const STRANGE_FILE = 'Id,User,Host,State,Moon phase,Moon "phase"\n1,app,10.0.0.1:1,,full,moon\n';

describe('check-config --online', () => {
  const fleet = sampleFleet({ projects: 2, instances: 2, nodesPerInstance: 2 });
  const strangeNode = fleet[0]?.instances[0]?.nodes[1]?.id;
  const goneNode = fleet[0]?.instances[1]?.nodes[1]?.id;
  let simulator: Simulator;

  beforeEach(async () => {
    simulator = await startSimulator({
      projects: fleet.map((project) => ({
        ...project,
        instances: project.instances.map((instance) => ({
          ...instance,
          nodes: instance.nodes.map((node) =>
            node.id === strangeNode ? { ...node, csvText: STRANGE_FILE } : node,
          ),
        })),
      })),
      taskSeconds: { min: 0, max: 0.1 },
      fault: ({ nodeId }) =>
        nodeId === goneNode
          ? jsonAnswer(404, { error_code: 'DBS.200002', error_msg: 'no such node' })
          : undefined,
    });
  });
  afterEach(() => simulator.close());

  const check = (projectSettings: Parameters<typeof simulatedConfig>[2], ...flags: string[]) =>
    runProgram([
      'check-config',
      '--online',
      `--config.file=${writeConfig(simulatedConfig(simulator, { api: { max_requests_per_second: 100 } }, projectSettings))}`,
      ...flags,
    ]);
  const linesOf = (stdout: string) => stdout.trimEnd().split('\n');
  const discovering = () => ({ nodes: [], discovery: { enabled: true } });

  it('prints for each search and each node whether it works, and what it found', async () => {
    const { code, stdout, stderr } = await check(({ name }) => (name === 'staging' ? discovering() : {}));
    assert.equal(stderr, '');
    assert.equal(code, 1);
    const lines = linesOf(stdout);
    assert.equal(lines.length, 12, stdout);
    assert.match(lines[0] ?? '', /config\.yaml: ok: 2 projects, 4 nodes listed$/u);
    assert.match(
      lines[1] ?? '',
      /^schedule "\* \* \* \* \* \*" \(UTC, 4 nodes and what discovery finds\): /u,
    );
    assert.match(lines[2] ?? '', /^statements: digests on the page and in /u);
    assert.equal(lines[3], 'staging: discovery: ok: 4 nodes found');
    assert.equal(
      lines.filter((line) => /: ok: \d+ sessions?, \d+ series, columns id user/u.test(line)).length,
      7,
    );
    assert.ok(
      lines.includes(
        `production orders-replica-1 ${strangeNode}: ok: 1 session, 37 series, ` +
          'columns id user host state, headers not known: "Moon phase", "(not a name)"',
      ),
      stdout,
    );
    assert.match(
      lines.find((line) => line.includes(String(goneNode))) ?? '',
      /: failed: api: submit: got 404 DBS\.200002 "no such node", expected /u,
    );
  });

  it('counts the series that are published', async () => {
    const nodes = [{ instance_id: fleet[0]?.instances[0]?.id, node_id: strangeNode }];
    const only = ({ name }: { name: string }) => (name === 'production' ? { nodes } : discovering());
    const { stdout } = await check(only);
    const announced = / (\d+) series/u.exec(
      linesOf(stdout).find((line) => line.includes(String(strangeNode))) ?? '',
    );
    const file = writeConfig(simulatedConfig(simulator, {}, only));
    const collected = await runProgram(['collect', '--output=prometheus', `--config.file=${file}`]);
    const series = [...samplesOf(collected.stdout).keys()].filter((name) =>
      name.includes(String(strangeNode)),
    );
    // The agent also publishes when the node is due next.
    assert.equal(Number(announced?.[1]), series.length + 1);
  });

  it('ends with 0 when everything works, and knows shards', async () => {
    const { code, stdout } = await check(
      ({ name }) =>
        name === 'staging' ? discovering() : { nodes: [], discovery: { enabled: true, role: 'master' } },
      '--shard=1',
      '--total-shards=2',
    );
    assert.equal(code, 0, stdout);
    const nodes = linesOf(stdout).filter((line) => line.includes(' sessions, '));
    assert.ok(nodes.length > 0 && nodes.length < 6, stdout);
  });

  it('ends with 1 where discovery finds nothing, and says what it saw; so do discover and the agent', async () => {
    const filtered = ({ name }: { name: string }) =>
      name === 'staging'
        ? { nodes: [], discovery: { enabled: true, instance_name: 'Orders*' } }
        : discovering();
    const { code, stdout } = await check(filtered);
    const why =
      '2 instances seen, 0 match instance_name "Orders*"; seen: "orders", "payments" (1 would match in another case, which globs mind)';
    assert.equal(code, 1);
    assert.ok(linesOf(stdout).includes(`staging: discovery: failed: found no nodes: ${why}`), stdout);
    assert.ok(linesOf(stdout).includes('production: discovery: ok: 4 nodes found'), stdout);

    const file = writeConfig(simulatedConfig(simulator, {}, filtered));
    const logged = `msg="discovery found no nodes" project=staging seen=${JSON.stringify(why)}`;
    const discovered = await runProgram(['discover', `--config.file=${file}`]);
    assert.equal(discovered.code, 0);
    assert.ok(discovered.stderr.includes(logged), discovered.stderr);
    const agent = startProgram([`--config.file=${file}`, '--web.listen-address=127.0.0.1:0']);
    await eventually(() => agent.stderr().includes(logged) || undefined, 'the warning');
    const address = await addressOf(agent);
    const json = (await (await fetch(`${address}/api/v1/nodes`)).json()) as {
      projects: { project: string; discovery: { found: number; why_none: string } }[];
    };
    const staging = json.projects.find(({ project }) => project === 'staging');
    assert.deepEqual([staging?.discovery.found, staging?.discovery.why_none], [0, why]);
    const page = await (await fetch(`${address}/`)).text();
    assert.match(page, /<title>discovery finds nothing · /u);
    assert.match(page, /<bdi>staging<\/bdi>: discovery finds nothing to collect/u);
    agent.child.kill('SIGKILL');
    await agent.ended;
  });

  it('says that the account has no project in a region, whichever way IAM is asked', async () => {
    const { stdout } = await check(({ name, passwords: [user] }) => ({
      ...discovering(),
      project_id: undefined,
      region: 'eu-nowhere-1',
      ...(name === 'production'
        ? { auth: { password: { domain: user?.domain, user: user?.user, password: user?.password } } }
        : {}),
    }));
    const failures = linesOf(stdout).filter((line) => line.includes(': discovery: failed: '));
    assert.equal(failures.length, 2, stdout);
    for (const failure of failures) {
      assert.match(
        failure,
        /: the account has no project in region "eu-nowhere-1", |\(the account has no project in region "eu-nowhere-1", /u,
      );
    }
  });

  it('names the wrong credential, and tries the other projects', async () => {
    const { code, stdout, stderr } = await check(({ name }) => ({
      ...discovering(),
      ...(name === 'production' ? { auth: { token: { value: 'wrong-token-0123456789' } } } : {}),
    }));
    assert.deepEqual([code, stderr], [1, '']);
    assert.match(stdout, /^production: discovery: failed: auth: list_instances: got 401 APIGW\.0301/mu);
    assert.match(stdout, /^staging: discovery: ok: 4 nodes found$/mu);
    assert.doesNotMatch(stdout, /wrong-token-0123456789/u);
  });
});
