// The exporter-toolkit's own cases of files, users, headers, limits and reloading (web/tls_config_test.go,
// web/handler_test.go), and what it means to keep the old settings when the new ones are wrong.
import assert from 'node:assert/strict';
import { chmodSync, renameSync, rmSync } from 'node:fs';
import bcrypt from 'bcryptjs';
import { RESTLESS_MS, STILL_MS } from '../../../src/followed-files.js';
import { BASIC_CHALLENGE } from '../../../src/web/access/password-checker.js';
import { plainWebAccess } from '../../../src/web/access/web-access.js';
import { makeCertificate } from '../../support/certificates.js';
import { requireProgram } from '../../support/real-programs.js';
import { until } from '../../support/reloadable-agent.js';
import { WebServer } from './web-server.js';

// The toolkit's own, of alice123 (at a cost of 12), carol123 and dave123.
const ALICE = '$2y$12$1DpfPeqF9HzHJt.EWswy1exHluGfbhnn3yXhR7Xes6m3WJqFg0Wby';
const USERS = `basic_auth_users:
  carol: $2y$10$qRTBuFoULoYNA7AQ/F3ck.trZBPyjV64.oA4ZsSBCIWvXuvQlQTuu
  dave: $2y$10$2UXri9cIDdgeKjBo4Rlpx.U3ZLDV8X1IxKmsfOvhcM5oXQt/mLmXq
`;
const TLS = 'tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\n';
const userOf = (name: string) => `  ${name}: ${bcrypt.hashSync('x', 4)}\n`;
const userWith = (password: string) => `basic_auth_users:\n  dave: ${bcrypt.hashSync(password, 4)}\n`;

describe('openWebAccess', () => {
  const own = () => makeCertificate();
  let [first, second] = [
    { cert: '', key: '' },
    { cert: '', key: '' },
  ];
  before(function () {
    requireProgram(this, 'openssl');
    [first, second] = [own(), own()];
  });
  let web: WebServer;
  const writePair = (pair: typeof first) => {
    web.write('server.crt', pair.cert);
    web.write('server.key', pair.key);
  };
  const https = (ca = first) => web.visit('https', { ca: ca.cert });
  beforeEach(() => {
    web = new WebServer();
    writePair(first);
  });
  afterEach(() => web.close());

  it('knows its clients by passwords or by certificates that are verified, as the file says now', async () => {
    assert.equal(plainWebAccess.knowsItsClients(), false);
    web.write('ca.crt', first.cert);
    const asking = (type: string, more = '') =>
      `${TLS}  client_auth_type: ${type}\n  client_ca_file: ca.crt\n${more}`;
    const access = await web.open(TLS);
    const knows = async (yaml: string) => {
      web.write('web.yml', yaml);
      access.headers();
      await web.clock.advance(STILL_MS + 1_000);
      access.headers();
      await web.clock.advance(STILL_MS + 1_000);
      return access.knowsItsClients();
    };
    assert.equal(await knows(`${TLS}http_server_config: {}\n`), false);
    for (const [type, expected] of [
      ['RequestClientCert', false],
      // Anybody can make one.
      ['RequireAnyClientCert', false],
      ['VerifyClientCertIfGiven', false],
      ['RequireAndVerifyClientCert', true],
    ] as const) {
      assert.equal(await knows(asking(type)), expected, type);
    }
    assert.equal(
      await knows(asking('VerifyClientCertIfGiven', '  client_allowed_sans: [a]\n')),
      true,
      'nobody has such a name who shows no certificate',
    );
    assert.equal(await knows(TLS + USERS), true);
  });

  describe('refuses', () => {
    const broken: Readonly<Record<string, { readonly yaml: string; readonly message: string }>> = {
      'a missing certificate': {
        yaml: 'tls_server_config: {cert_file: somefile, key_file: server.key}',
        message: 'FOLDER/web.yml: tls_server_config.cert_file: cannot be read: no such file',
      },
      'a missing key': {
        yaml: 'tls_server_config: {cert_file: server.crt, key_file: somefile}',
        message: 'FOLDER/web.yml: tls_server_config.key_file: cannot be read: no such file',
      },
      'a missing client CA': {
        yaml: `${TLS}  client_auth_type: RequireAnyClientCert\n  client_ca_file: somefile`,
        message: 'FOLDER/web.yml: tls_server_config.client_ca_file: cannot be read: no such file',
      },
      'a client CA that is no certificate': {
        yaml: `${TLS}  client_auth_type: RequireAnyClientCert\n  client_ca_file: server.key`,
        message:
          'FOLDER/web.yml: tls_server_config.client_ca: got no certificate, expected at least one in PEM',
      },
      'a broken client CA': {
        yaml: `${TLS}  client_auth_type: RequireAnyClientCert\n  client_ca: |\n    -----BEGIN CERTIFICATE-----\n    Zm9v\n    -----END CERTIFICATE-----`,
        message: 'FOLDER/web.yml: tls_server_config.client_ca: a certificate does not load: got "too long"',
      },
      'a certificate without its key': {
        yaml: 'tls_server_config: {cert_file: server.crt, key_file: other.key}',
        message:
          'FOLDER/web.yml: tls_server_config: certificate and key do not load: got "key values mismatch"',
      },
      'a key that is none': {
        yaml: 'tls_server_config: {cert_file: server.crt, key: canary}',
        message: 'FOLDER/web.yml: tls_server_config: certificate and key do not load: got "unsupported"',
      },
      'a certificate that is none': {
        yaml: 'tls_server_config: {cert: canary, key_file: server.key}',
        message: 'FOLDER/web.yml: tls_server_config: certificate and key do not load: got "no start line"',
      },
      'what the file itself gets wrong': {
        yaml: 'basic_auth_users:\n  john: doe\n',
        message:
          'FOLDER/web.yml:2: basic_auth_users: not a bcrypt hash that starts with $2a$, $2b$ or $2y$ and has a cost from 04 to 18',
      },
    };
    for (const [name, { yaml, message }] of Object.entries(broken)) {
      it(name, async () => {
        web.write('other.key', second.key);
        await assert.rejects(web.open(yaml), { message: message.replaceAll('FOLDER', web.folder) });
      });
    }

    it('a missing file', async () => {
      const opened = web.open('');
      rmSync(`${web.folder}/web.yml`);
      await opened;
      await assert.rejects(web.openAgain(), {
        message: `${web.folder}/web.yml: cannot be read: no such file`,
      });
    });
  });

  it('takes an empty file for plain HTTP, open to all', async () => {
    const access = await web.serve('');
    assert.equal(access.scheme, 'http');
    assert.deepEqual(access.headers(), {});
    assert.equal((await web.visit('http')).outcome, 200);
  });

  it('warns of a private key that others can read', async () => {
    chmodSync(`${web.folder}/server.key`, 0o640);
    await web.open(TLS);
    const warning = 'private key can be read by other users: expected mode 0600';
    assert.deepEqual(web.log.lines, [`warn ${warning} file=${web.folder}/server.key`]);
  });

  describe('asks for passwords', () => {
    const logins: readonly (readonly [string, string, number])[] = [
      ['dave', 'dave123', 200],
      ['carol', 'carol123', 200],
      ['dave', 'bad', 401],
      ['dave', 'carol123', 401],
      ['nonexistent', 'nonexistent', 401],
      ['fakeuser', 'fakepassword', 401],
      ['', '', 401],
    ];

    it('over plain HTTP', async () => {
      await web.serve(USERS);
      assert.equal((await web.visit('http')).headers['www-authenticate'], BASIC_CHALLENGE);
      for (const _ of ['cold', 'cached']) {
        for (const [user, password, status] of logins) {
          assert.equal(await web.login(user, password), status, `${user}:${password}`);
        }
      }
    });

    it('over TLS', async () => {
      await web.serve(TLS + USERS);
      assert.equal((await https()).outcome, 401);
      for (const [user, password, status] of logins.slice(0, 4)) {
        assert.equal(await web.login(user, password, { ca: first.cert }), status, `${user}:${password}`);
      }
    });

    it('of no one who poisons the cache (CVE-2022-46146)', async () => {
      await web.serve(`basic_auth_users:\n  alice: ${ALICE}\n`);
      const fake = '$2y$10$QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi';
      assert.equal(await web.login(`alice${ALICE}`, 'fakepassword'), 401);
      assert.equal(await web.login('alice', `${fake}fakepassword`), 401);
      assert.equal(await web.login('alice', 'alice123'), 200);
    });

    it('from many at once', async () => {
      await web.serve(userWith('dave123'));
      const outcomes = await Promise.all(
        Array.from({ length: 100 }, (_, n) => web.login('dave', n % 2 === 0 ? 'dave123' : 'dave1234')),
      );
      assert.deepEqual(
        outcomes,
        outcomes.map((_, n) => (n % 2 === 0 ? 200 : 401)),
      );
    });

    it('again once the file has changed', async () => {
      await web.serve(userWith('old'));
      assert.equal(await web.login('dave', 'old'), 200);
      web.write('web.yml', userWith('new'));
      await web.still();
      assert.equal(await web.login('dave', 'old'), 401);
      assert.equal(await web.login('dave', 'new'), 200);
      assert.deepEqual(web.reloads, [true]);
    });
  });

  it('hands out the headers of the file, then those of the changed file', async () => {
    await web.serve(
      `http_server_config:
  headers:
    X-Frame-Options: deny
    Strict-Transport-Security: max-age=31536000; includeSubDomains
    X-Content-Type-Options: nosniff
    X-XSS-Protection: 1
    Content-Security-Policy: "default-src 'self' *.test.example.net"
`,
    );
    const { headers } = await web.visit('http');
    assert.equal(headers['x-frame-options'], 'deny');
    assert.equal(headers['strict-transport-security'], 'max-age=31536000; includeSubDomains');
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['x-xss-protection'], '1');
    assert.equal(headers['content-security-policy'], "default-src 'self' *.test.example.net");
    web.write('web.yml', 'http_server_config:\n  headers:\n    X-Frame-Options: sameorigin\n');
    await web.still();
    const after = (await web.visit('http')).headers;
    assert.equal(after['x-frame-options'], 'sameorigin');
    assert.equal(after['x-xss-protection'], undefined);
  });

  describe('limits the rate', () => {
    const outcomesOf = async (count: number) => {
      const outcomes: unknown[] = [];
      for (let n = 0; n < count; n += 1) {
        outcomes.push((await web.visit('http')).outcome);
      }
      return outcomes;
    };

    it('not with an interval of 0', async () => {
      await web.serve('rate_limit:\n  interval: 0\n  burst: 0\n');
      assert.deepEqual(await outcomesOf(10), Array(10).fill(200));
    });

    it('to a burst, then one request each interval', async () => {
      await web.serve('rate_limit:\n  interval: 1s\n  burst: 2\n');
      assert.deepEqual(await outcomesOf(4), [200, 200, 429, 429]);
      await web.clock.advance(1000);
      assert.deepEqual(await outcomesOf(2), [200, 429]);
    });

    it('before it looks at passwords', async () => {
      await web.serve(`rate_limit:\n  interval: 1s\n  burst: 1\n${userWith('dave123')}`);
      assert.equal(await web.login('dave', 'wrong'), 401);
      assert.equal(await web.login('dave', 'dave123'), 429);
    });
  });

  describe('reloads', () => {
    it('a new certificate and key, for the next connection', async () => {
      await web.serve(TLS);
      assert.equal((await https(first)).outcome, 200);
      writePair(second);
      await web.still();
      assert.equal((await https(second)).outcome, 200);
      assert.equal((await https(first)).outcome, 'DEPTH_ZERO_SELF_SIGNED_CERT');
      assert.deepEqual(web.reloads, [true]);
    });

    it('what has changed in the file: clients are asked for certificates, and no longer', async () => {
      await web.serve(TLS);
      const strict = `${TLS}  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: server.crt\n`;
      for (const [yaml, outcome] of [
        [strict, 'ECONNRESET'],
        [TLS, 200],
        [strict, 'ECONNRESET'],
      ] as const) {
        web.write('web.yml', yaml);
        await web.still();
        assert.equal((await https()).outcome, outcome);
      }
      const { outcome } = await web.visit('https', { ca: first.cert, cert: first.cert, key: first.key });
      assert.equal(outcome, 200);
    });

    it('nothing while nothing has changed', async () => {
      await web.serve(TLS + userWith('dave123'));
      for (let n = 0; n < 5; n += 1) {
        await https();
      }
      assert.deepEqual([web.reloads, web.log.lines], [[], []]);
    });

    const swaps: Readonly<Record<string, { readonly swap: () => void; readonly reason: string }>> = {
      'a certificate that is none': {
        swap: () => web.write('server.crt', 'canary'),
        reason: 'FOLDER/web.yml: tls_server_config: certificate and key do not load: got "no start line"',
      },
      'a certificate without its key': {
        swap: () => web.write('server.crt', second.cert),
        reason:
          'FOLDER/web.yml: tls_server_config: certificate and key do not load: got "key values mismatch"',
      },
      'an empty certificate': {
        swap: () => web.write('server.crt', ''),
        reason: 'FOLDER/web.yml: tls_server_config.cert_file: got an empty file, expected PEM',
      },
      'an empty key': {
        swap: () => web.write('server.key', '\n'),
        reason: 'FOLDER/web.yml: tls_server_config.key_file: got an empty file, expected PEM',
      },
      'a key that vanished': {
        swap: () => rmSync(`${web.folder}/server.key`),
        reason: 'FOLDER/web.yml: tls_server_config.key_file: cannot be read: no such file',
      },
      'a file with an unknown key': {
        swap: () => web.write('web.yml', 'tls_server_config:\n  cert_filse: server.crt\n'),
        reason: 'FOLDER/web.yml:2: tls_server_config: unknown key (did you mean "cert_file"?)',
      },
      'a file with two mistakes': {
        swap: () => web.write('web.yml', 'a: 1\nbasic_auth_users: 1\n'),
        reason: `FOLDER/web.yml:1: unknown key (known here: tls_server_config, http_server_config, basic_auth_users, rate_limit); FOLDER/web.yml:2: basic_auth_users: got a number that is not shown, expected a mapping`,
      },
      'a file that vanished': {
        swap: () => rmSync(`${web.folder}/web.yml`),
        reason: 'FOLDER/web.yml: cannot be read: no such file',
      },
      'a file without TLS': {
        swap: () => web.write('web.yml', userWith('other')),
        reason: 'tls_server_config: turning TLS on or off needs a restart',
      },
    };
    for (const [name, { swap, reason }] of Object.entries(swaps)) {
      it(`not ${name}: the old settings stay, it is said once, and mending it is enough`, async () => {
        const yaml = TLS + userWith('dave123');
        await web.serve(yaml);
        swap();
        assert.equal(await web.login('dave', 'dave123', { ca: first.cert }), 200);
        assert.deepEqual(web.log.lines, [], 'nothing is said of a file that may be half written');
        await web.still();
        for (let n = 0; n < 3; n += 1) {
          assert.equal(await web.login('dave', 'dave123', { ca: first.cert }), 200);
        }
        assert.equal((await https()).outcome, 401);
        assert.deepEqual(web.reloads, [false]);
        const message = 'error web configuration not reloaded: the previous settings stay in force';
        assert.deepEqual(web.log.lines, [
          `${message} file=${web.folder}/web.yml error=${reason.replaceAll('FOLDER', web.folder)}`,
        ]);

        writePair(second);
        web.write('web.yml', yaml);
        await web.still();
        assert.equal(await web.login('dave', 'dave123', { ca: second.cert }), 200);
        assert.deepEqual(web.reloads, [false, true]);
        assert.equal(web.log.lines.at(-1), `info web configuration reloaded file=${web.folder}/web.yml`);
      });
    }

    it('nothing when a file changes that is no longer named', async () => {
      await web.serve(TLS);
      web.write('other.crt', second.cert);
      web.write('other.key', second.key);
      web.write('web.yml', 'tls_server_config: {cert_file: other.crt, key_file: other.key}');
      await web.still();
      assert.equal((await https(second)).outcome, 200);
      web.write('server.crt', 'something else');
      await web.still();
      assert.equal((await https(second)).outcome, 200);
      assert.deepEqual(web.reloads, [true]);
    });

    it('no empty file where there were passwords', async () => {
      await web.serve('# open to all\n');
      web.write('web.yml', userWith('dave123'));
      await web.still();
      assert.equal((await web.visit('http')).outcome, 401);
      web.write('web.yml', '');
      await web.still();
      assert.equal((await web.visit('http')).outcome, 401);
      assert.equal(await web.login('dave', 'dave123'), 200);
      assert.match(web.log.lines[1] ?? '', /error=basic_auth_users: turning passwords off needs a restart$/);
      assert.deepEqual(web.reloads, [true, false]);
    });

    it('no file that is being written, however often it is looked at', async () => {
      await web.serve(userWith('dave123') + userOf('erin'));
      for (const half of [userWith('other'), 'basic_auth_users:\n  dave: $2', '', userWith('another')]) {
        web.write('web.yml', half);
        await web.clock.advance(STILL_MS - 1);
        assert.equal(await web.login('dave', 'dave123'), 200);
      }
      assert.deepEqual([web.reloads, web.log.lines], [[], []]);
      await web.still();
      assert.equal(await web.login('dave', 'dave123'), 401);
      assert.equal(await web.login('dave', 'another'), 200);
      assert.deepEqual(web.reloads, [true]);
    });

    it('no file that is written again and again, which is told once', async () => {
      await web.serve(userWith('dave123'));
      for (let second = 0; second < (2 * RESTLESS_MS) / 1_000; second += 1) {
        web.write('web.yml', `${userWith('other')}${'#'.repeat(second)}\n`);
        await web.clock.advance(1_000);
      }
      assert.equal(await web.login('dave', 'dave123'), 200);
      assert.deepEqual(
        [web.reloads, web.log.lines],
        [
          [],
          [
            `warn web configuration not reloaded: the previous settings stay in force; write its files only when they change file=${web.folder}/web.yml error=it has not been still for 2 s within the last 30 s`,
          ],
        ],
      );
    });

    it('no file that is still, while one that it names is being written', async () => {
      const strict = 'client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.crt\n';
      web.write('ca.crt', first.cert);
      await web.serve(`${TLS}  ${strict}`);
      web.write('ca.crt', second.cert);
      for (const certificate of [first.cert, second.cert]) {
        await web.clock.advance(STILL_MS - 1);
        web.write('ca.crt', certificate);
      }
      const visitAs = ({ cert, key }: typeof first) => web.visit('https', { ca: first.cert, cert, key });
      assert.equal((await visitAs(first)).outcome, 200);
      await web.still();
      assert.equal((await visitAs(first)).outcome, 'ECONNRESET');
      assert.equal((await visitAs(second)).outcome, 200);
      assert.deepEqual(web.reloads, [true]);
    });

    it('without a request, and looks no more once the server is closed', async () => {
      await web.serve(userWith('dave123'));
      web.write('web.yml', userWith('other'));
      await web.still();
      assert.deepEqual(web.reloads, [true]);
      await web.stop();
      web.write('web.yml', userWith('another'));
      await web.still();
      assert.deepEqual([web.reloads, web.clock.sleeping], [[true], 0]);
    });

    it('for a password that is being compared with the hash of before', async () => {
      await web.serve(`basic_auth_users:\n  alice: ${ALICE}\n`);
      const login = web.login('alice', 'alice123');
      await until(() => web.requests === 1, 'the request');
      web.write('web.yml', userWith('new'));
      await web.still();
      assert.equal(await login, 401);
    });

    it('not a file that turns TLS on', async () => {
      await web.serve(userWith('dave123'));
      web.write('web.yml', TLS);
      await web.still();
      assert.equal(await web.login('dave', 'dave123'), 200);
      assert.equal(await web.login('dave', 'wrong'), 401);
      assert.deepEqual(web.reloads, [false]);
      assert.match(web.log.lines[0] ?? '', /error=tls_server_config: turning TLS on or off needs a restart$/);
    });

    it('a certificate and a key that are replaced one after the other, with a visitor in between', async () => {
      await web.serve(TLS);
      web.write('next', second.cert);
      renameSync(`${web.folder}/next`, `${web.folder}/server.crt`);
      await web.clock.advance(STILL_MS - 1);
      assert.equal((await https(first)).outcome, 200);
      web.write('next', second.key);
      renameSync(`${web.folder}/next`, `${web.folder}/server.key`);
      await web.still();
      assert.equal((await https(second)).outcome, 200);
      assert.deepEqual(web.reloads, [true]);
    });
  });
});

describe('plainWebAccess', () => {
  it('is plain HTTP, open to all', async () => {
    const web = new WebServer();
    await web.serveWith(plainWebAccess);
    assert.equal(plainWebAccess.scheme, 'http');
    assert.equal((await web.visit('http')).outcome, 200);
    assert.match(String((await web.visit('https')).outcome), /wrong version number/);
    await web.close();
  });
});
