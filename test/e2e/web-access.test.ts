// --web.config.file, by the built program: TLS, and a password for everything but /-/healthy.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { hashSync } from 'bcryptjs';
import { makeCertificate } from '../support/certificates.js';
import { addressOf, eventually, runProgram, startProgram } from '../support/program.js';
import { requireProgram } from '../support/real-programs.js';

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
    assert.match(stderr, /web\.yaml:1: basic_auth_users: not a bcrypt hash/u);
    assert.doesNotMatch(stderr, /plain-text|\n\s+at /u);
  });
});
