// --web.config.file, by the built program: TLS, and a password for everything but the probes' paths.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { hashSync } from 'bcryptjs';
import { stringify } from 'yaml';
import { sampleFleet } from '../../src/simulator/sample-fleet.js';
import { type Certificate, makeCertificate } from '../support/certificates.js';
import { addressOf, eventually, type Program, runProgram, startProgram } from '../support/program.js';
import { requireProgram } from '../support/real-programs.js';
import { startCloud } from '../support/recorded-cloud.js';
import { ONCE_A_YEAR, ReloadableAgent, settingsOf } from '../support/reloadable-agent.js';
import { samplesOf } from '../support/scrape.js';

describe('--web.config.file', () => {
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
      await eventually(async () => ((await statusOf('/-/ready')) === 200 ? true : undefined), 'readiness');
      for (const path of [
        '/',
        '/metrics',
        '/api/v1/nodes',
        '/page.js',
        '/nowhere',
        '/-/ready/',
        '/x/-/ready',
      ]) {
        assert.equal(await statusOf(path), 401, path);
        assert.equal(await statusOf(`https://localhost${path}`), 401, path);
      }
      for (const probe of ['/-/ready?x', '/-/healthy?', 'http://exporter.example/-/ready']) {
        assert.equal(await statusOf(probe), 200, probe);
      }
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

  describe('whose rules change', () => {
    let made: ReturnType<typeof certificates>;
    let demo: Program;
    let port: number;

    const certificates = () => {
      const [ca, otherCa] = [makeCertificate({ isAuthority: true }), makeCertificate({ isAuthority: true })];
      return {
        ca,
        otherCa,
        server: makeCertificate(),
        good: makeCertificate({ issuer: ca, usage: 'clientAuth' }),
        ofOtherCa: makeCertificate({ issuer: otherCa, usage: 'clientAuth' }),
      };
    };
    const OPEN = 'tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\n';
    const REQUIRING = `${OPEN}  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.crt\n`;

    before(function () {
      requireProgram(this, 'openssl');
      made = certificates();
    });

    async function start(webConfig: string): Promise<void> {
      write('server.crt', made.server.cert);
      write('server.key', made.server.key);
      write('ca.crt', made.ca.cert);
      const file = write('web.yaml', webConfig);
      demo = startProgram(['demo', '--web.listen-address=127.0.0.1:0', `--web.config.file=${file}`]);
      port = Number(new URL(await addressOf(demo)).port);
    }

    afterEach(async () => {
      demo.child.kill('SIGKILL');
      await demo.ended;
    });

    const connectAs = (client?: Certificate) =>
      new TlsClient(port, { ca: made.server.cert, ...(client && { cert: client.cert, key: client.key }) });
    const isAnswered = async (client?: Certificate) => {
      const connection = connectAs(client);
      connection.ask();
      await eventually(() => connection.isClosed || connection.answers > 0 || undefined, 'answer or end');
      connection.end();
      return connection.answers > 0;
    };
    const reloads = () => demo.stderr().split('msg="web configuration reloaded"').length - 1;

    it('takes no half of a file that is being written: nobody without a certificate is let in', async () => {
      await start(REQUIRING);
      assert.equal(await isAnswered(made.good), true);
      write('web.yaml', OPEN);
      const wholeAt = performance.now() + 1_500;
      while (performance.now() < wholeAt) {
        assert.equal(await isAnswered(), false);
      }
      write('web.yaml', `${REQUIRING}# whole\n`);
      while (reloads() === 0) {
        assert.equal(await isAnswered(), false);
      }
      assert.equal(await isAnswered(), false);
      assert.equal(await isAnswered(made.good), true);
      assert.equal(reloads(), 1);
    });

    it('lets clients in without a certificate once a whole file asks for none', async () => {
      await start(REQUIRING);
      assert.equal(await isAnswered(), false);
      write('web.yaml', OPEN);
      await eventually(() => reloads() === 1 || undefined, 'the reload');
      assert.equal(await isAnswered(), true);
    });

    it('closes connections without a certificate, idle and busy ones, once one is required', async () => {
      await start(OPEN);
      const [idle, silent, busy] = [connectAs(), connectAs(), connectAs()];
      idle.ask();
      await eventually(() => idle.answers === 1 || undefined, 'an answer');
      write('web.yaml', REQUIRING);
      await eventually(() => {
        busy.ask();
        return (idle.isClosed && silent.isClosed && busy.isClosed) || undefined;
      }, 'the end of all three');
      assert.equal(idle.answers, 1);
      assert.ok(busy.answers > 1);
      assert.equal(await isAnswered(), false);
      assert.equal(await isAnswered(made.good), true);
    });

    it('closes connections that the client CA of before has verified', async () => {
      await start(REQUIRING);
      const client = connectAs(made.good);
      client.ask();
      await eventually(() => client.answers === 1 || undefined, 'an answer');
      write('ca.crt', made.otherCa.cert);
      await eventually(() => client.isClosed || undefined, 'the end of the connection');
      assert.equal(await isAnswered(made.good), false);
      assert.equal(await isAnswered(made.ofOtherCa), true);
    });

    it('says once that a file is wrong, when that has been still, and keeps the rules', async () => {
      await start(REQUIRING);
      write('web.yaml', `${OPEN}  client_auth_typ`);
      const said = () => demo.stderr().split('msg="web configuration not reloaded').length - 1;
      while (said() === 0) {
        assert.equal(await isAnswered(), false);
      }
      for (let n = 0; n < 5; n += 1) {
        assert.equal(await isAnswered(), false);
        assert.equal(await isAnswered(made.good), true);
      }
      assert.equal(said(), 1);
    });
  });
});

/** One connection, kept alive. */
class TlsClient {
  isClosed = false;
  #answer = '';
  readonly #socket: TLSSocket;

  constructor(port: number, options: ConnectionOptions) {
    this.#socket = connect({ host: '127.0.0.1', port, ...options })
      .on('error', () => {})
      .on('close', () => {
        this.isClosed = true;
      })
      .on('data', (bytes) => {
        this.#answer += String(bytes);
      });
  }

  ask(): void {
    this.#socket.write('GET /-/healthy HTTP/1.1\r\nHost: localhost\r\n\r\n');
  }

  get answers(): number {
    return this.#answer.split('HTTP/1.1 200 OK').length - 1;
  }

  end(): void {
    this.#socket.destroy();
  }
}
