// What `simulate` prints is a configuration with every credential that its API takes; its nodes fare as its flags say.
import assert from 'node:assert/strict';
import { eventually, type Program, runProgram, startProgram } from '../support/program.js';
import { samplesNamed, samplesOf } from '../support/scrape.js';

function label(labels: string, name: string): string {
  return new RegExp(`[{,]${name}="([^"]*)"`, 'u').exec(labels)?.[1] ?? '';
}

describe('simulate', function () {
  this.timeout(60_000);
  let cloud: Program;
  let config: string;

  before(async () => {
    cloud = startProgram([
      'simulate',
      '--web.listen-address=127.0.0.1:0',
      '--projects=2',
      '--down-node=orders-replica-1',
      '--spike=staging/orders-primary:0s',
      '--simulate.task-seconds=0.1',
    ]);
    config = await eventually(
      () => (/^collection: .*\n/mu.test(cloud.stdout()) ? cloud.stdout() : undefined),
      'the configuration',
    );
  });
  after(async () => {
    cloud.child.kill('SIGTERM');
    assert.equal(await cloud.ended, 0);
  });

  /** As somebody who takes the comment sign from another line. */
  const withAuth = (kind: string) =>
    config.replace(/^( +)(access_key:)/gmu, '$1# $2').replaceAll(`# ${kind}:`, `${kind}:`);

  for (const kind of ['access_key', 'token', 'password']) {
    it(`prints ${kind} for each of its projects, which is taken`, async () => {
      const { code, stdout } = await runProgram(['discover', '--config.file=-'], {}, withAuth(kind));
      assert.equal(code, 0);
      assert.match(stdout, /- name: production\n(.*\n)* +- name: staging\n/u);
      assert.equal(stdout.match(/node_id: /gu)?.length, 8);
    });
  }

  it('has the nodes down and flooded that its flags name', async () => {
    const { code, stdout } = await runProgram(
      ['collect', '--config.file=-', '--output=prometheus'],
      {},
      config,
    );
    assert.equal(code, 1);
    const samples = samplesOf(stdout);
    const names = new Map(
      [...samplesNamed(samples, 'taurusdb_node_info').keys()].map((labels) => [
        label(labels, 'node_id'),
        `${label(labels, 'project')}/${label(labels, 'node_name')}`,
      ]),
    );
    const nodesOf = (metric: string, isWanted: (value: number) => boolean) =>
      [...samplesNamed(samples, metric)]
        .filter(([, value]) => isWanted(value))
        .map(([labels]) => names.get(label(labels, 'node_id')));
    assert.deepEqual(nodesOf('taurusdb_up', (up) => up === 0).sort(), [
      'production/orders-replica-1',
      'staging/orders-replica-1',
    ]);
    assert.ok(
      nodesOf('taurusdb_sessions_by_user', (count) => count >= 120).includes('staging/orders-primary'),
    );
  });

  it('knows the names of its nodes', async () => {
    const { code, stderr } = await runProgram(['simulate', '--down-node=orders-primry']);
    assert.equal(code, 2);
    assert.match(stderr, /^--down-node: got "orders-primry", .*: did you mean orders-primary\?\n/u);
  });
});
