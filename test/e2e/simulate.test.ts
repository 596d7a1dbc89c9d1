// What `simulate` prints is a configuration with every credential that its API takes; its nodes fare as its flags say.
import assert from 'node:assert/strict';
import { eventually, type Program, runProgram, startProgram } from '../support/program.js';
import { samplesNamed, samplesOf } from '../support/scrape.js';

function label(labels: string, name: string): string {
  return new RegExp(`[{,]${name}="([^"]*)"`, 'u').exec(labels)?.[1] ?? '';
}

/** More sessions than any user of a replica has by itself, and fewer than a flood has after a second. */
const FLOOD = 25;

describe('simulate', () => {
  let cloud: Program;
  let config: string;

  before(async () => {
    cloud = startProgram([
      'simulate',
      '--web.listen-address=127.0.0.1:0',
      '--projects=2',
      '--down-node=orders-replica-1',
      '--spike=staging/payments-replica-1:0s',
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
      nodesOf('taurusdb_sessions_by_user', (count) => count >= FLOOD).includes('staging/payments-replica-1'),
    );
  });

  it('says in one line what is wrong with a name, a folder and an address', async () => {
    const address = /endpoint: http:\/\/(\S+)/u.exec(config)?.[1];
    const cases = [
      [
        '--down-node=orders-primry',
        2,
        /^--down-node: got "orders-primry", .*: did you mean orders-primary\?\n/u,
      ],
      ['--spike=production/orders-primry', 2, /: did you mean production\/orders-primary\?\n/u],
      ['--down-node=elsewhere/x', 2, /: one of production\/orders-primary, production\/orders-replica-1/u],
      ['--spike=orders-primary,orders-primary:3s', 2, /^--spike: got "orders-primary" with two durations, /u],
      [
        '--simulate.csv=/nowhere',
        2,
        /^--simulate\.csv: got "\/nowhere", expected a folder with \*\.csv files\n/u,
      ],
      [
        `--web.listen-address=${address}`,
        1,
        /^listen address: got "[\d.:]+", expected .*\(EADDRINUSE\).*\n$/u,
      ],
    ] as const;
    const ends = await Promise.all(cases.map(([flag]) => runProgram(['simulate', flag])));
    for (const [index, [, code, line]] of cases.entries()) {
      assert.equal(ends[index]?.code, code);
      assert.match(ends[index]?.stderr ?? '', line);
    }
  });
});
