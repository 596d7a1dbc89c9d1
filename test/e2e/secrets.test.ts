// Every kind of secret at once, in the built program, against an API that repeats what it is sent.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { hashSync } from 'bcryptjs';
import { refusal } from '../faults/answers.js';
import { CANARIES, canariesIn, PROXY_USER } from '../faults/canaries.js';
import { type HostileApi, PROJECT_ID, REGION, startHostileApi } from '../faults/hostile-api.js';
import { FakeClock } from '../support/fake-clock.js';
import { addressOf, eventually, runProgram, startProgram } from '../support/program.js';
import { closedPort, closeServers } from '../support/scripted-server.js';
import { writeConfig } from '../support/simulated-config.js';

const WEB_PASSWORD = 'scraper-password';

describe('secrets of the program', () => {
  let folder: string;
  let api: HostileApi;

  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'taurusdb-secrets-'));
    api = await startHostileApi(new FakeClock(Date.now()));
    const refuse = refusal(401, 'APIGW.0301', 'refused');
    api.misbehave({ submit: refuse, token: refuse, projects: refuse });
  });
  afterEach(async () => {
    await closeServers();
    rmSync(folder, { recursive: true });
  });

  function write(name: string, text: string, mode = 0o600): string {
    const file = path.join(folder, name);
    writeFileSync(file, text, { mode });
    return file;
  }

  /** Four projects, each with a secret of another kind. */
  async function config(): Promise<string> {
    const proxy = `http://${PROXY_USER}:${CANARIES.proxyPassword}@${await closedPort()}`;
    const kinds: object[] = [
      {
        auth: {
          access_key: {
            ak: CANARIES.accessKey,
            sk_file: write('sk', CANARIES.secretKey, 0o644),
            // biome-ignore lint/suspicious/noTemplateCurlyInString: the configuration's own syntax
            security_token: '${HELD}',
          },
        },
      },
      { auth: { token: { value_file: write('token', CANARIES.token) } } },
      { auth: { password: { domain: 'account', user: 'exporter', password: CANARIES.password } } },
      { auth: { token: { value: CANARIES.token } }, api: { proxy_url: proxy } },
    ];
    return writeConfig({
      projects: kinds.map((kind, index) => ({
        name: `project-${index}`,
        region: REGION,
        project_id: PROJECT_ID,
        endpoint: api.url,
        iam_endpoint: api.url,
        nodes: [{ instance_id: `${'a'.repeat(32)}in07`, node_id: `${String(index).repeat(32)}no07` }],
        ...kind,
      })),
      api: { max_retries: 0 },
    });
  }

  it('are not in its log, on its pages, in its errors or among its arguments', async () => {
    const hash = hashSync(WEB_PASSWORD, 4);
    const webConfig = write('web.yaml', `basic_auth_users: { scraper: '${hash}' }\n`);
    const file = await config();
    const args = [`--config.file=${file}`, '--log.level=debug', '--web.listen-address=127.0.0.1:0'];
    const agent = startProgram([...args, `--web.config.file=${webConfig}`], { HELD: CANARIES.securityToken });
    try {
      const address = await addressOf(agent);
      const get = async (target: string) => {
        const authorization = `Basic ${Buffer.from(`scraper:${WEB_PASSWORD}`).toString('base64')}`;
        const answer = await fetch(`${address}${target}`, { headers: { authorization } });
        return answer.text();
      };
      const metrics = await eventually(async () => {
        const page = await get('/metrics');
        return page.match(/^taurusdb_up\{.*\} 0$/gmu)?.length === 4 ? page : undefined;
      }, 'four nodes tried');
      const seen = [metrics, await get('/'), await get('/api/v1/nodes'), agent.stderr(), agent.stdout()];
      const commandLine = readFileSync(`/proc/${agent.child.pid}/cmdline`, 'utf8');
      const title = readFileSync(`/proc/${agent.child.pid}/comm`, 'utf8');
      const text = [...seen, commandLine, title].join('\n');
      assert.deepEqual(canariesIn(text), []);
      assert.ok(![hash, WEB_PASSWORD].some((secret) => text.includes(secret)));
      assert.match(agent.stderr(), /<secret>/u, 'the API did repeat them');
      assert.match(agent.stderr(), /level=warn .*can be read by other users/u);
    } finally {
      agent.child.kill('SIGKILL');
      await agent.ended;
    }
  });

  for (const command of ['check-config', 'collect', 'discover']) {
    it(`are not in the output of ${command}`, async () => {
      const online = command === 'check-config' ? ['--online'] : [];
      const args = [command, ...online, `--config.file=${await config()}`, '--log.level=debug'];
      const { stdout, stderr } = await runProgram(args, { HELD: CANARIES.securityToken });
      assert.notEqual(`${stdout}${stderr}`, '');
      assert.deepEqual(canariesIn(`${stdout}\n${stderr}`), []);
    });
  }

  it('are not taken as flags', async () => {
    for (const flag of ['--ak', '--sk', '--token', '--password', '--auth.password']) {
      const { code, stderr } = await runProgram([`${flag}=${CANARIES.secretKey}`]);
      assert.equal(code, 2);
      assert.deepEqual(canariesIn(stderr), []);
    }
  });

  it('are not sent where certificates are not checked', async () => {
    const { code, stderr } = await runProgram(['collect', `--config.file=${await config()}`], {
      HELD: CANARIES.securityToken,
      NODE_TLS_REJECT_UNAUTHORIZED: '0',
    });
    assert.equal(code, 1);
    assert.match(stderr, /NODE_TLS_REJECT_UNAUTHORIZED: got 0/u);
    assert.equal(api.requests.length, 0);
  });
});
