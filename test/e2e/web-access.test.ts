// --web.config.file, by the built program: TLS, and a password for everything but /-/healthy.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { hashSync } from 'bcryptjs';
import { stringify } from 'yaml';
import { sampleFleet } from '../../src/simulator/sample-fleet.js';
import { makeCertificate } from '../support/certificates.js';
import { addressOf, eventually, runProgram, startProgram } from '../support/program.js';
import { requireProgram } from '../support/real-programs.js';
import { startCloud } from '../support/recorded-cloud.js';
import { ONCE_A_YEAR, ReloadableAgent, settingsOf } from '../support/reloadable-agent.js';
import { samplesOf } from '../support/scrape.js';

describe('--web.config.file', function () {
  this.timeout(60_000);

  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'taurusdb-web-'));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  function write(name: string, text: string): string {
    const file = path.join(folder, name);
    writeFileSync(file, text, { mode: 0o600 });
    return file;
  }

  it('serves over TLS, to those with the password', async function () {
    requireProgram(this, 'openssl');
    const { cert, key } = makeCertificate();
    write('cert.pem', cert);
    write('key.pem', key);
    const webConfig = write(
      'web.yaml',
      [
        'tls_server_config: { cert_file: cert.pem, key_file: key.pem }',
        `basic_auth_users: { scraper: '${hashSync('right', 4)}' }`,
      ].join('\n'),
    );
    const demo = startProgram(['demo', '--web.listen-address=127.0.0.1:0', `--web.config.file=${webConfig}`]);
    try {
      const { port } = new URL(await addressOf(demo));
      const statusOf = (target: string, auth?: string) =>
        new Promise<number | undefined>((resolve, reject) => {
          const options = { host: '127.0.0.1', port, path: target, ca: cert, ...(auth ? { auth } : {}) };
          request(options, (answer) => {
            answer.resume();
            resolve(answer.statusCode);
          })
            .on('error', reject)
            .end();
        });
      assert.equal(await statusOf('/-/healthy'), 200);
      assert.equal(await statusOf('/metrics'), 401);
      assert.equal(await statusOf('/metrics', 'scraper:wrong'), 401);
      assert.equal(await statusOf('/metrics', 'scraper:right'), 200);
      await assert.rejects(fetch(`http://127.0.0.1:${port}/-/healthy`));
      const link = `  https://127.0.0.1:${port}/metrics `;
      await eventually(() => demo.stdout().includes(link) || undefined, link);
    } finally {
      demo.child.kill('SIGTERM');
    }
    assert.equal(await demo.ended, 0);
  });

  it('does not start with a wrong file, and says where it is wrong', async () => {
    const webConfig = write('web.yaml', 'basic_auth_users: { scraper: plain-text }\n');
    const { code, stderr } = await runProgram(['demo', `--web.config.file=${webConfig}`]);
    assert.equal(code, 1);
    assert.match(stderr, /web\.yaml:1: basic_auth_users\.scraper: not a bcrypt hash/u);
    assert.doesNotMatch(stderr, /plain-text|\n\s+at /u);
  });

  it('tells by the work of a refusal neither who exists nor with which cost of the hash', async () => {
    const users = { cheap: hashSync('right', 4), dear: '$2b$12$'.padEnd(60, '.') };
    const webConfig = write('web.yaml', stringify({ basic_auth_users: users }));
    const cloud = await startCloud({ projects: sampleFleet({ nodesPerInstance: 1 }) });
    const settings = settingsOf(cloud, { collection: { schedule: ONCE_A_YEAR } });
    const agent = await ReloadableAgent.start(settings, `--web.config.file=${webConfig}`);
    try {
      const get = (auth: string) =>
        fetch(`${agent.address}/metrics`, { headers: { authorization: `Basic ${btoa(auth)}` } });
      const cpuSeconds = async () =>
        samplesOf(await (await get('cheap:right')).text()).get('process_cpu_seconds_total') ?? 0;
      /** Of the process, its threads included: other programs on the machine do not count. */
      const workOf = async (user: string) => {
        const before = await cpuSeconds();
        assert.equal((await get(`${user}:wrong`)).status, 401);
        return (await cpuSeconds()) - before;
      };
      await cpuSeconds();
      const [cheap, dear, nobody] = [await workOf('cheap'), await workOf('dear'), await workOf('nobody')];
      // A hash of cost 12 is 256 times the work of one of cost 4.
      assert.ok(cheap > Math.max(dear, nobody) / 2, `cheap ${cheap} s, dear ${dear} s, nobody ${nobody} s`);
    } finally {
      await agent.stop();
      await cloud.close();
    }
  });
});
