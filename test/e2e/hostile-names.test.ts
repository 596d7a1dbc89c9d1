// An API whose names and words hold what a terminal acts upon, and a session file that does, through every command.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse } from 'yaml';
import { addressOf, eventually, runProgram, startProgram } from '../support/program.js';
import { closeServers, type SeenRequest, sendAnswer, startServer } from '../support/scripted-server.js';
import { writeConfig } from '../support/simulated-config.js';

const MAIN = path.resolve(import.meta.dirname, '../../dist/main.js');
const NAME = 'orders\u001b]0;owned\u0007\u009b31m\u202egnp.exe\u2066\u2028x\u0085y\u007f';
const INSTANCE_ID = `${'a'.repeat(32)}in07`;
const NODE_ID = `${'b'.repeat(32)}no07`;
const ACTED_UPON = /[^\P{Cc}\n]|[\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u;

function answer({ target, method }: SeenRequest, result: string): object | string {
  if (/\/instances\?/u.test(target)) {
    return { instances: [{ id: INSTANCE_ID, name: NAME, status: 'ACTIVE', tags: [] }], total_count: 1 };
  }
  if (!target.includes('/nodes/')) {
    const nodes = [{ id: NODE_ID, name: NAME, status: 'ACTIVE', type: 'master' }];
    return { instance: { id: INSTANCE_ID, nodes } };
  }
  if (target.includes('-result')) {
    return result;
  }
  return method === 'POST' ? { request_id: 'r' } : { status: 'finished' };
}

describe('names that a terminal acts upon', () => {
  afterEach(closeServers);

  async function configFor(result: string): Promise<string> {
    const { url } = await startServer([
      (response, request) => sendAnswer(response, { body: answer(request, result) }),
    ]);
    const project = {
      name: 'production',
      region: 'eu-west-101',
      project_id: '0'.repeat(32),
      endpoint: url,
      auth: { token: { value: 'the-token-of-nobody' } },
      discovery: { enabled: true },
    };
    return writeConfig({ projects: [project], collection: { poll_interval: '100ms', splay: '0s' } });
  }

  const GOOD = `user,host,state,${NAME}\n${NAME},h,s,x\n`;
  const BAD = `user,host,${NAME}\n1,2,3\n`;

  for (const [command, result] of [
    [['collect'], GOOD],
    [['collect'], BAD],
    [['collect', '--output=json'], GOOD],
    [['collect', '--log.format=json', '--log.level=debug'], BAD],
    [['collect', '--log.level=debug'], GOOD],
    [['check-config', '--online'], GOOD],
    [['check-config', '--online'], BAD],
    [['discover'], GOOD],
    [['discover', `--${NAME}`], GOOD],
    [[NAME], GOOD],
  ] as const) {
    it(`do not reach it through ${command.map((word) => JSON.stringify(word)).join(' ')}`, async () => {
      const file = await configFor(result);
      const { stdout, stderr } = await runProgram([...command, `--config.file=${file}`]);
      assert.notEqual(stdout + stderr, '');
      assert.doesNotMatch(stdout, ACTED_UPON);
      assert.doesNotMatch(stderr, ACTED_UPON);
    });
  }

  it('are read back from the YAML of discover and the JSON of collect as they are', async () => {
    const file = await configFor(GOOD);
    const yaml = parse((await runProgram(['discover', `--config.file=${file}`])).stdout);
    assert.equal(yaml.projects[0].nodes[0].name, NAME);
    const json = JSON.parse((await runProgram(['collect', '--output=json', `--config.file=${file}`])).stdout);
    assert.equal(json.nodes[0].node_name, NAME);
  });

  it('do not reach it through the log of the agent', async () => {
    const file = await configFor(BAD);
    const agent = startProgram([`--config.file=${file}`, '--web.listen-address=127.0.0.1:0']);
    try {
      await addressOf(agent);
      await eventually(() => /collection failed/u.exec(agent.stderr()) ?? undefined, 'a failure in the log');
      assert.doesNotMatch(agent.stderr(), ACTED_UPON);
    } finally {
      agent.child.kill('SIGKILL');
      await agent.ended;
    }
  });

  it('do not reach it through replay, whose output is for scrapers else', function () {
    const file = path.join(mkdtempSync(path.join(tmpdir(), 'taurusdb-names-')), 'node.csv');
    writeFileSync(file, 'user,host,state\na\u001b[2J\u202eb,h,s\n');
    // `script` gives the program a terminal.
    const command = `${process.execPath} ${MAIN} replay ${file}`;
    const { stdout, error } = spawnSync('script', ['-qec', command, '/dev/null'], { encoding: 'utf8' });
    if (error !== undefined) {
      this.skip();
    }
    const onTerminal = stdout.replaceAll('\r\n', '\n');
    assert.match(onTerminal, /user="a\\u001b\[2J\\u202eb"/u);
    assert.doesNotMatch(onTerminal, ACTED_UPON);
    const piped = spawnSync(process.execPath, [MAIN, 'replay', file], { encoding: 'utf8' }).stdout;
    assert.ok(piped.includes('user="a\u001b[2J\u202eb"'));
  });
});
