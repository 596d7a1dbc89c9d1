// Whom the program trusts and which way its requests take: certificates beside those that Node trusts, proxies of the
// configuration alone. Node reads the environment at its start, so each row is a process.
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { ConfigFolder } from '../config/config-folder.js';
import { INSTANCE } from '../config/sample-config.js';
import { type Certificate, makeCertificate } from '../support/certificates.js';
import { startTunnels } from '../support/connect-proxy.js';
import { runProgram } from '../support/program.js';
import { requireProgram } from '../support/real-programs.js';
import {
  closedPort,
  closeServers,
  closeWithServers,
  startServer,
  startTcpServer,
} from '../support/scripted-server.js';

const UNTRUSTED = /: failed: network: .*its authority is not known: set api\.ca_file/u;
/** Answered, and by nobody who knows the node. */
const ANSWERED = /: failed: (?:api|auth): .*got 40[34]/u;

interface Target {
  readonly name: string;
  readonly endpoint: string;
  readonly api?: object;
  readonly auth?: object;
}

describe('the ways of the requests', () => {
  const folder = new ConfigFolder();
  after(() => folder.remove());
  afterEach(closeServers);

  /** By name: what `check-config --online` says of a node at the target. */
  async function check(targets: readonly Target[], api: object, env: NodeJS.ProcessEnv) {
    const projects = targets.map(({ name, endpoint, ...own }, index) => ({
      name,
      region: 'eu-west-101',
      project_id: '0'.repeat(32),
      endpoint,
      iam_endpoint: endpoint,
      auth: { token: { value: 't0ken' } },
      nodes: [{ instance_id: INSTANCE, node_id: `${String(index).padStart(32, '0')}no07`, name }],
      ...own,
    }));
    const file = folder.write('config.yaml', JSON.stringify({ projects, api: { max_retries: 0, ...api } }));
    const args = ['check-config', '--online', `--config.file=${file}`];
    const { stdout, stderr } = await runProgram(args, env);
    // Node's own word on a file that it cannot read.
    assert.match(stderr, /^(?:Warning: Ignoring extra certs from .*\n)?$/u);
    const lines = stdout.split('\n');
    return {
      stdout,
      of: (name: string) => lines.find((line) => line.startsWith(`${name} ${name} `)) ?? stdout,
    };
  }

  describe('certificates', () => {
    let authorities: Readonly<Record<'a' | 'b' | 'c', Certificate>>;

    before(function () {
      requireProgram(this, 'openssl');
      const authority = (name: string) => makeCertificate({ name, isAuthority: true });
      authorities = { a: authority('a'), b: authority('b'), c: authority('c') };
      folder.write('a.pem', authorities.a.cert);
      // Several, with words between them.
      folder.write(
        'b.pem',
        `other\n${makeCertificate({ isAuthority: true }).cert}\nb\n${authorities.b.cert}`,
      );
    });

    const serverOf = async (name: keyof typeof authorities) =>
      (await startServer([{ status: 404 }], makeCertificate({ issuer: authorities[name] }))).url;

    /** An https proxy; what it is asked for goes straight to the port of this machine. */
    async function proxyOf(name: keyof typeof authorities): Promise<string> {
      const { cert, key } = makeCertificate({ issuer: authorities[name] });
      const secure = createTlsServer({ cert, key }, (client) => {
        client.on('error', () => {});
        client.once('data', (head) => {
          const [, port] = /^CONNECT [^:]+:(\d+) /u.exec(head.toString()) ?? [];
          const target = connect(Number(port), '127.0.0.1', () =>
            client.write('HTTP/1.1 200 Connected\r\n\r\n'),
          );
          target.on('error', () => client.destroy());
          client.on('close', () => target.destroy());
          client.pipe(target).pipe(client);
        });
      });
      secure.on('tlsClientError', () => {});
      closeWithServers(() => secure.close());
      return `https://${await startTcpServer((socket) => secure.emit('connection', socket))}`;
    }

    for (const [what, env, trustsA] of [
      ['nothing', () => ({}), false],
      ['NODE_EXTRA_CA_CERTS', () => ({ NODE_EXTRA_CA_CERTS: `${folder.path}/a.pem` }), true],
      [
        "OpenSSL's own",
        () => ({ NODE_OPTIONS: '--use-openssl-ca', SSL_CERT_FILE: `${folder.path}/a.pem` }),
        true,
      ],
      [
        'NODE_EXTRA_CA_CERTS that is not there',
        () => ({ NODE_EXTRA_CA_CERTS: `${folder.path}/none` }),
        false,
      ],
    ] as const) {
      it(`of api.ca_file are trusted beside ${what}`, async () => {
        const [a, b, c] = await Promise.all((['a', 'b', 'c'] as const).map(serverOf));
        const [proxyA, proxyB] = await Promise.all((['a', 'b'] as const).map(proxyOf));
        const auth = { password: { domain: 'd', user: 'u', password: 'p4ssword' } };
        const targets = [
          { name: 'a', endpoint: a },
          { name: 'a-without', endpoint: a, api: {} },
          { name: 'b', endpoint: b },
          { name: 'c', endpoint: c },
          { name: 'iam-a', endpoint: a, auth },
          { name: 'iam-b', endpoint: b, auth },
          { name: 'b-through-a', endpoint: b, api: { proxy_url: proxyA } },
          { name: 'b-through-b', endpoint: b, api: { proxy_url: proxyB } },
          { name: 'a-through-b', endpoint: a, api: { proxy_url: proxyB } },
          { name: 'c-through-b', endpoint: c, api: { proxy_url: proxyB } },
        ];
        const report = await check(targets as Target[], { ca_file: 'b.pem' }, env());
        const ofA = trustsA ? ANSWERED : UNTRUSTED;
        const expected: Readonly<Record<string, RegExp>> = {
          a: ofA,
          b: ANSWERED,
          c: UNTRUSTED,
          'iam-a': ofA,
          'iam-b': ANSWERED,
          'b-through-a': ofA,
          'b-through-b': ANSWERED,
          'a-through-b': ofA,
          'c-through-b': UNTRUSTED,
        };
        for (const [name, pattern] of Object.entries(expected)) {
          assert.match(report.of(name), pattern);
        }
      });
    }
  });

  describe('proxies', () => {
    const ENVIRONMENT = ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy'];

    it('are those of api.proxy_url, whatever the environment says', async () => {
      const [api, ofEnvironment, ours] = await Promise.all([
        startServer([{ status: 404 }]),
        startTunnels(),
        startTunnels(),
      ]);
      const targets = [
        { name: 'straight', endpoint: api.url },
        { name: 'through', endpoint: api.url, api: { proxy_url: ours.url } },
        // Nothing answers there: it is asked straight.
        { name: 'secure', endpoint: `https://${await closedPort()}` },
      ];
      const report = await check(
        targets,
        {},
        {
          ...Object.fromEntries(ENVIRONMENT.map((name) => [name, ofEnvironment.url])),
          NO_PROXY: '*',
          no_proxy: 'example, 10.0.0.1, api.example:443',
          NODE_USE_ENV_PROXY: '1',
          // Node 22 says that this is new.
          NODE_NO_WARNINGS: '1',
        },
      );
      assert.match(report.of('straight'), ANSWERED);
      assert.match(report.of('through'), ANSWERED);
      assert.match(report.of('secure'), /ECONNREFUSED/u);
      assert.deepEqual([ofEnvironment.bytes(), ours.bytes() > 0], [0, true]);
      const warnings = report.stdout.split('\n').filter((line) => line.includes('warning: HTTPS_PROXY'));
      assert.deepEqual(
        warnings.map((line) => line.replace(/^.*warning: /u, '')),
        [
          'HTTPS_PROXY is set in the environment and is not used: requests of 1 of 3 projects go straight to the API; set api.proxy_url where they are to take a proxy',
        ],
      );
    });

    it('get no word of the environment where no request could take them', async () => {
      const api = await startServer([{ status: 404 }]);
      const report = await check(
        [
          { name: 'straight', endpoint: api.url },
          { name: 'exempt', endpoint: `https://${(await closedPort()).replace('127.0.0.1', 'localhost')}` },
        ],
        {},
        { https_proxy: 'http://127.0.0.1:9', NO_PROXY: 'example.com, localhost:443' },
      );
      assert.doesNotMatch(report.stdout, /_PROXY/iu);
    });
  });
});
