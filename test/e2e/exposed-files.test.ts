// A configuration or a web configuration that holds secrets and that others may read, in the built program.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the configuration's own syntax
import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sampleFleet } from '../../src/simulator/sample-fleet.js';
import { type Simulator, startSimulator } from '../../src/simulator/start-simulator.js';
import { INSTANCE, NODE, projectWith } from '../config/sample-config.js';
import { makeCertificate } from '../support/certificates.js';
import { eventually, runProgram, startProgram } from '../support/program.js';
import { requireProgram } from '../support/real-programs.js';
import { HOWS, ReloadableAgent, settingsOf } from '../support/reloadable-agent.js';
import { SECRETS } from '../support/secret-pieces.js';

const NODES = `    nodes: [{ instance_id: ${INSTANCE}, node_id: ${NODE} }]`;
const EXPOSED = 0o644;

describe('a file with secrets that others may read', () => {
  let folder: string;
  let simulator: Simulator;

  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'taurusdb-exposed-'));
    write('sk', SECRETS.sk);
    simulator = await startSimulator({ projects: sampleFleet({ projects: 1, nodesPerInstance: 1 }) });
  });
  after(async () => {
    await simulator.close();
    rmSync(folder, { recursive: true });
  });

  function write(name: string, text: string, mode = 0o600): string {
    const file = path.join(folder, name);
    writeFileSync(file, text);
    chmodSync(file, mode);
    return file;
  }

  for (const [what, auth, isWarnedOf] of [
    ['a secret', '{ token: { value: t0ken } }', true],
    ['variables and files alone', '{ access_key: { ak: "${AK}", sk_file: sk } }', false],
  ] as const) {
    it(`is ${isWarnedOf ? '' : 'not '}warned of by check-config where the configuration has ${what}`, async () => {
      const file = write('config.yaml', projectWith(`    auth: ${auth}\n${NODES}`), EXPOSED);
      const { code, stdout, stderr } = await runProgram(['check-config', `--config.file=${file}`], {
        AK: SECRETS.ak,
      });
      assert.deepEqual([code, stderr], [0, '']);
      const warnings = stdout.split('\n').filter((line) => line.includes('warning'));
      const expected = `${file}: warning: configuration file "${file}" can be read by other users and holds a secret: take their permission away (chmod 600)`;
      assert.deepEqual(warnings, isWarnedOf ? [expected] : []);
    });
  }

  it('is warned of at the start of the agent and at each reload', async () => {
    const WARNING = /level=warn .*configuration file .* can be read by other users/gu;
    const settings = settingsOf(simulator);
    const agent = await ReloadableAgent.start(settings);
    const warnings = () => agent.program.stderr().match(WARNING)?.length ?? 0;
    try {
      assert.equal(warnings(), 0);
      chmodSync(agent.file, EXPOSED);
      for (const [index, how] of HOWS.entries()) {
        await agent.reload(settings, how);
        assert.equal(warnings(), index + 1);
      }
    } finally {
      await agent.stop();
    }

    const args = [`--config.file=${agent.file}`, '--web.listen-address=127.0.0.1:0'];
    const started = startProgram(args);
    await started.says(/level=warn .*configuration file .* can be read by other users/u);
    started.child.kill('SIGKILL');
    await started.ended;
  });

  describe('of a web configuration', () => {
    const WARNING = 'web configuration can be read by other users and holds password hashes or a private key';
    const HASHES = `basic_auth_users: { scraper: "${SECRETS.hash}" }\n`;
    const OPEN = 'rate_limit: { interval: 1s, burst: 1000 }\n';

    async function check(text: string, mode: number): Promise<string[]> {
      const config = write('config.yaml', `${JSON.stringify(settingsOf(simulator))}\n`);
      const web = write('web.yaml', text, mode);
      const args = ['check-config', `--config.file=${config}`, `--web.config.file=${web}`];
      const { code, stdout } = await runProgram(args);
      assert.equal(code, 0);
      return stdout.split('\n').filter((line) => line.includes('warning'));
    }

    it('is warned of by check-config', async () => {
      const warning = `${path.join(folder, 'web.yaml')}: warning: ${WARNING}: expected mode 0600`;
      assert.deepEqual(await check(HASHES, EXPOSED), [warning]);
      assert.deepEqual(await check(HASHES, 0o600), []);
      assert.deepEqual(await check(OPEN, EXPOSED), []);
    });

    it('is warned of by check-config where it holds the key', async function () {
      requireProgram(this, 'openssl');
      const { cert, key } = makeCertificate();
      const file = write('server.key', key);
      const certificate = `cert: ${JSON.stringify(cert)}`;
      const inline = `tls_server_config: { ${certificate}, key: ${JSON.stringify(key)} }\n`;
      assert.equal((await check(inline, EXPOSED)).length, 1);
      assert.deepEqual(
        await check(`tls_server_config: { ${certificate}, key_file: ${file} }\n`, EXPOSED),
        [],
      );
    });

    it('is warned of by the agent, at the start and when it is read again', async () => {
      const web = write('web.yaml', HASHES, EXPOSED);
      const agent = await ReloadableAgent.start(settingsOf(simulator), `--web.config.file=${web}`);
      const warnings = () => agent.program.stderr().split(`level=warn msg="${WARNING}`).length - 1;
      try {
        assert.equal(warnings(), 1);
        write('web.yaml', `${HASHES}# changed\n`, EXPOSED);
        await eventually(async () => {
          await (await fetch(`${agent.address}/metrics`)).arrayBuffer();
          return warnings() === 2 || undefined;
        }, 'the warning of a reload');
      } finally {
        await agent.stop();
      }
    });
  });
});
