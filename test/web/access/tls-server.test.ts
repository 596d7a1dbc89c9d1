// The handshakes of the exporter-toolkit's own table (web/tls_config_test.go), on real sockets, and some more.
import assert from 'node:assert/strict';
import { createConnection } from 'node:net';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { requireProgram } from '../../support/real-programs.js';
import { until } from '../../support/reloadable-agent.js';
import { rawConnection } from '../raw-request.js';
import { type CLIENTS, makeTestCertificates, type TestCertificates } from './test-certificates.js';
import { type VisitOptions, WebServer } from './web-server.js';

interface Handshake {
  readonly yaml: string;
  readonly scheme?: 'http' | 'https';
  readonly options?: VisitOptions;
  /** The client's error; undefined: the request is served. */
  readonly error?: RegExp;
  readonly cipher?: string;
}

const ALL_SUITES = ['ECDSA', 'RSA']
  .flatMap((kind) => [
    `TLS_ECDHE_${kind}_WITH_AES_128_GCM_SHA256`,
    `TLS_ECDHE_${kind}_WITH_AES_256_GCM_SHA384`,
    `TLS_ECDHE_${kind}_WITH_CHACHA20_POLY1305_SHA256`,
    `TLS_ECDHE_${kind}_WITH_AES_128_CBC_SHA`,
    `TLS_ECDHE_${kind}_WITH_AES_256_CBC_SHA`,
  ])
  .concat('TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256');
const TLS12_ONLY = { maxVersion: 'TLSv1.2' } as const;
const TLS13_ONLY = { minVersion: 'TLSv1.3' } as const;
const WRONG_VERSION = /tlsv1 alert protocol version/;
const NOTHING_IN_COMMON = /alert handshake failure/;
const TWO_SUITES =
  'cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]';
const TWO_CIPHERS = 'ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384';

const tlsWith = (...lines: string[]) =>
  ['tls_server_config:', 'cert_file: server.crt', 'key_file: server.key', ...lines].join('\n  ');

const HANDSHAKES: Readonly<Record<string, Handshake>> = {
  'an empty file, a plain client': { yaml: '', scheme: 'http' },
  'an empty file, a TLS client': { yaml: '', error: /wrong version number/ },
  'TLS, a plain client': { yaml: tlsWith(), scheme: 'http', error: /^ECONNRESET$/ },
  'TLS, a TLS client': { yaml: tlsWith() },
  'a TLS 1.1 client': {
    yaml: tlsWith(),
    options: { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' },
    error: WRONG_VERSION,
  },
  'a TLS 1.2 client': { yaml: tlsWith(), options: TLS12_ONLY },
  'min_version TLS13, a TLS 1.2 client': {
    yaml: tlsWith('min_version: TLS13'),
    options: TLS12_ONLY,
    error: WRONG_VERSION,
  },
  'max_version TLS12, a TLS 1.3 client': {
    yaml: tlsWith('max_version: TLS12'),
    options: TLS13_ONLY,
    error: WRONG_VERSION,
  },
  'all cipher suites': {
    yaml: tlsWith(`cipher_suites: [${ALL_SUITES.join(', ')}]`),
    options: TLS12_ONLY,
    cipher: 'ECDHE-ECDSA-AES128-GCM-SHA256',
  },
  'cipher suites of TLS 1.2, a TLS 1.3 client': { yaml: tlsWith(TWO_SUITES), options: TLS13_ONLY },
  'a common cipher suite': {
    yaml: tlsWith(TWO_SUITES),
    options: { ...TLS12_ONLY, ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' },
    cipher: 'ECDHE-ECDSA-AES128-GCM-SHA256',
  },
  'no common cipher suite': {
    yaml: tlsWith(TWO_SUITES),
    options: { ...TLS12_ONLY, ciphers: 'ECDHE-ECDSA-AES256-SHA' },
    error: NOTHING_IN_COMMON,
  },
  'two common cipher suites, the server chooses': {
    yaml: tlsWith(TWO_SUITES),
    options: { ...TLS12_ONLY, ciphers: TWO_CIPHERS },
    cipher: 'ECDHE-ECDSA-AES256-GCM-SHA384',
  },
  'two common cipher suites, the client chooses': {
    yaml: tlsWith(TWO_SUITES, 'prefer_server_cipher_suites: false'),
    options: { ...TLS12_ONLY, ciphers: TWO_CIPHERS },
    cipher: 'ECDHE-ECDSA-AES128-GCM-SHA256',
  },
  'all curves': { yaml: tlsWith('curve_preferences: [CurveP256, CurveP384, CurveP521, X25519]') },
  'a common curve': {
    yaml: tlsWith('min_version: TLS13', 'curve_preferences: [CurveP521]'),
    options: { ecdhCurve: 'P-521' },
  },
  'no common curve': {
    yaml: tlsWith('min_version: TLS13', 'curve_preferences: [CurveP521]'),
    options: { ecdhCurve: 'P-384' },
    error: NOTHING_IN_COMMON,
  },
  'http2 switched on, HTTP/1.1 spoken': {
    yaml: `${tlsWith()}\nhttp_server_config:\n  http2: true\n`,
    options: { ALPNProtocols: ['h2', 'http/1.1'] },
  },
};

interface Change {
  readonly before: string;
  readonly after: string;
  /** The certificate that the client shows. */
  readonly client?: (typeof CLIENTS)[number];
  readonly options?: ConnectionOptions;
  /** What the log says of it; undefined: it is kept. */
  readonly closed?: RegExp;
}

const VERIFYING = 'client_auth_type: RequireAndVerifyClientCert';
const REQUIRING = tlsWith(VERIFYING, 'client_ca_file: ca.crt');
const OTHER_CA = tlsWith(VERIFYING, 'client_ca_file: other-ca.crt');
const BOTH_CAS = tlsWith(VERIFYING, 'client_ca_file: both-cas.crt');
const NO_CERTIFICATE = /error=no client certificate/;
const OTHER_AUTHORITIES = /error=client certificate was verified by other authorities/;
const sans = (names: string) =>
  tlsWith(VERIFYING, 'client_ca_file: ca.crt', `client_allowed_sans: [${names}]`);

const CHANGES: Readonly<Record<string, Change>> = {
  'no certificate, where one is required': { before: tlsWith(), after: REQUIRING, closed: NO_CERTIFICATE },
  'no certificate, where any is required': {
    before: tlsWith('client_auth_type: RequestClientCert'),
    after: tlsWith('client_auth_type: RequireAnyClientCert'),
    closed: NO_CERTIFICATE,
  },
  'no certificate, where only one that is given is verified': {
    before: tlsWith(),
    after: tlsWith('client_auth_type: VerifyClientCertIfGiven', 'client_ca_file: ca.crt'),
  },
  'no certificate, where one with a name is asked for': {
    before: tlsWith(),
    after: tlsWith('client_auth_type: RequestClientCert', 'client_allowed_sans: [test3]'),
    closed: NO_CERTIFICATE,
  },
  'a certificate that nobody verified, where it is now': {
    before: tlsWith('client_auth_type: RequireAnyClientCert', 'client_ca_file: ca.crt'),
    after: REQUIRING,
    client: 'selfSigned',
    closed: /error=client certificate not verified: DEPTH_ZERO_SELF_SIGNED_CERT/,
  },
  'a certificate that was good already, where it is verified now': {
    before: tlsWith('client_auth_type: RequireAnyClientCert', 'client_ca_file: ca.crt'),
    after: REQUIRING,
    client: 'good',
  },
  'a certificate of the client CA before': {
    before: REQUIRING,
    after: OTHER_CA,
    client: 'good',
    closed: OTHER_AUTHORITIES,
  },
  'a certificate of a client CA beside which there is another now': {
    before: REQUIRING,
    after: BOTH_CAS,
    client: 'good',
  },
  'a certificate of one of two client CAs, of which one is left': {
    before: BOTH_CAS,
    after: OTHER_CA,
    client: 'good',
    closed: OTHER_AUTHORITIES,
  },
  "a certificate of the client CA, where Node's authorities are asked now": {
    before: REQUIRING,
    after: tlsWith(VERIFYING),
    client: 'good',
    closed: OTHER_AUTHORITIES,
  },
  'a certificate, where none is asked for any more': { before: REQUIRING, after: tlsWith(), client: 'good' },
  'a certificate with a name that is allowed no more': {
    before: sans('test1'),
    after: sans('other'),
    client: 'good',
    closed: /error=no name of the client certificate is in client_allowed_sans/,
  },
  'a certificate with another name that is allowed now': {
    before: sans('test1'),
    after: sans('test3'),
    client: 'good',
  },
  'TLS 1.2, where min_version is above': {
    before: tlsWith(),
    after: tlsWith('min_version: TLS13'),
    options: TLS12_ONLY,
    closed: /error=TLSv1\.2 is out of use/,
  },
  'TLS 1.3, where min_version is that': { before: tlsWith(), after: tlsWith('min_version: TLS13') },
  'TLS 1.3, where max_version is below': {
    before: tlsWith(),
    after: tlsWith('max_version: TLS12'),
    closed: /error=TLSv1\.3 is out of use/,
  },
  'a cipher suite that is left out': {
    before: tlsWith(),
    after: tlsWith('cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384]'),
    options: { ...TLS12_ONLY, ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' },
    closed: /error=cipher suite ECDHE-ECDSA-AES128-GCM-SHA256 is out of use/,
  },
  'a cipher suite that is still there': {
    before: tlsWith(),
    after: tlsWith(TWO_SUITES),
    options: { ...TLS12_ONLY, ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' },
  },
  'a cipher suite of TLS 1.3, which the list does not choose': {
    before: tlsWith(),
    after: tlsWith(TWO_SUITES),
  },
  'curves that are others': {
    before: tlsWith(),
    after: tlsWith('curve_preferences: [CurveP521]'),
    closed: /error=curve_preferences changed/,
  },
  'another certificate of the server': {
    before: REQUIRING,
    after: REQUIRING.replaceAll('server.', 'other-server.'),
    client: 'good',
  },
  'what is no matter of TLS': {
    before: tlsWith(),
    after: `${tlsWith()}\nrate_limit: { interval: 1s, burst: 10 }\n`,
  },
};

describe('TlsServer', () => {
  let made: TestCertificates;
  let web: WebServer;
  before(function () {
    requireProgram(this, 'openssl');
    made = makeTestCertificates();
  });
  beforeEach(() => {
    web = new WebServer();
    web.write('server.crt', made.server.cert);
    web.write('server.key', made.server.key);
    web.write('ca.crt', made.ca.cert);
    web.write('other-ca.crt', made.otherCa.cert);
    web.write('both-cas.crt', made.ca.cert + made.otherCa.cert);
    web.write('other-server.crt', made.otherServer.cert);
    web.write('other-server.key', made.otherServer.key);
  });
  afterEach(() => web.close());

  for (const [name, { yaml, scheme = 'https', options, error, cipher }] of Object.entries(HANDSHAKES)) {
    it(`${error ? 'refuses' : 'serves'}: ${name}`, async () => {
      const access = await web.serve(yaml);
      const visit = await web.visit(scheme, { ca: made.ca.cert, ...options });
      assert.match(String(visit.outcome), error ?? /^200$/);
      assert.equal(web.requests, error ? 0 : 1);
      assert.equal(visit.cipher, cipher ?? visit.cipher);
      assert.equal(
        (await web.visit(access.scheme, { ca: made.ca.cert, ...(!error && options) })).outcome,
        200,
      );
    });
  }

  it('says in the log, at level debug, why a client was lost', async () => {
    await web.serve(
      tlsWith(
        'client_auth_type: RequireAndVerifyClientCert',
        'client_ca_file: ca.crt',
        'client_allowed_sans: [a]',
      ),
    );
    await web.visit('https', { ca: made.ca.cert });
    for (const { cert, key } of [made.expired, made.good]) {
      await web.visit('https', { ca: made.ca.cert, cert, key });
    }
    await web.visit('http');
    assert.deepEqual(web.log.lines, [
      'debug TLS client refused error=no client certificate client=127.0.0.1',
      'debug TLS client refused error=client certificate not verified: CERT_HAS_EXPIRED client=127.0.0.1',
      'debug TLS client refused error=no name of the client certificate is in client_allowed_sans client=127.0.0.1',
      'debug TLS handshake failed code=ERR_SSL_HTTP_REQUEST client=127.0.0.1',
    ]);
  });

  it('closes connections that are still in their handshake', async () => {
    await web.serve(tlsWith());
    const silent = createConnection({ host: '127.0.0.1', port: web.port });
    const ended = new Promise((resolve) => silent.on('close', resolve));
    // Served after it, so that the server has seen the silent one.
    assert.equal((await web.visit('https', { ca: made.ca.cert })).outcome, 200);
    await web.stop();
    await ended;
    assert.doesNotMatch(web.log.lines.join('\n'), /ERR_TLS_HANDSHAKE_TIMEOUT/u);
  });

  it('resumes the session of a client with a certificate, but not across a reload', async () => {
    const yaml = tlsWith('client_auth_type: RequireAndVerifyClientCert', 'client_ca_file: ca.crt');
    await web.serve(yaml);
    let session: Buffer | undefined;
    const visit = async (): Promise<string> => {
      const { cert, key } = made.good;
      const target = { host: '127.0.0.1', port: web.port, ca: made.ca.cert, cert, key };
      const socket = connect({ ...target, ...(session && { session }) });
      socket.on('session', (ticket) => {
        session = ticket;
      });
      let handshake = '';
      socket.on('secureConnect', () => {
        handshake = socket.isSessionReused() ? 'resumed' : 'new';
      });
      let answer = '';
      socket.on('data', (bytes) => {
        answer += String(bytes);
      });
      socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
      await new Promise((resolve) => socket.on('close', resolve));
      return `${answer.slice(0, 12)} ${handshake}`;
    };
    assert.equal(await visit(), 'HTTP/1.1 200 new');
    assert.equal(await visit(), 'HTTP/1.1 200 resumed');
    web.write('web.yml', `# changed\n${yaml}`);
    await web.still();
    assert.equal(await visit(), 'HTTP/1.1 200 new');
  });

  describe('holds a connection to the rules that came into force since', () => {
    for (const [name, change] of Object.entries(CHANGES)) {
      it(`${change.closed ? 'closes' : 'keeps'}: ${name}`, async () => {
        await web.serve(change.before);
        const client = new Client(web.port, {
          ca: made.ca.cert,
          ...shownBy(change.client),
          ...change.options,
        });
        client.ask();
        await client.answers(1);
        web.write('web.yml', change.after);
        await web.still();
        assert.deepEqual(web.reloads, [true]);
        if (change.closed !== undefined) {
          await client.closed;
          assert.match(web.log.lines.join('\n'), change.closed);
        } else {
          client.ask();
          await client.answers(2);
        }
        assert.equal(web.requests, change.closed ? 1 : 2);
      });
    }

    const shownBy = (client: Change['client']) => {
      if (client === undefined) {
        return {};
      }
      const { cert, key } = made[client];
      return { cert, key };
    };

    it('closes it after the answer that is under way, and answers nothing behind that', async () => {
      await web.serve(tlsWith());
      let release = () => {};
      web.hold = new Promise((resolve) => {
        release = resolve;
      });
      const client = new Client(web.port, { ca: made.ca.cert });
      client.ask();
      await until(() => web.requests === 1, 'the request');
      web.write('web.yml', REQUIRING);
      await web.still();
      assert.deepEqual(web.reloads, [true]);
      client.ask();
      // Refused after it, so that the server has seen what the first one asks.
      assert.equal((await web.visit('https', { ca: made.ca.cert })).outcome, 'ECONNRESET');
      release();
      await client.closed;
      assert.match(client.answer, /^HTTP\/1\.1 200 OK\r\n(?:.*\r\n)*Connection: close\r\n/u);
      assert.equal(client.answered, 1);
    });

    it('judges a handshake that began under the rules before, by those after it', async () => {
      await web.serve(REQUIRING);
      const handshakes = (['good', 'ofAnotherAuthority'] as const).map((name) => ({
        name,
        socket: rawConnection(web.port),
      }));
      await until(() => handshakes.every(({ socket }) => !socket.connecting), 'the connections');
      // Served after them, so that the server has seen them.
      await web.visit('https', { ca: made.ca.cert, ...shownBy('good') });
      assert.equal(web.requests, 1);
      web.write('ca.crt', made.otherCa.cert);
      await web.still();
      assert.deepEqual(web.reloads, [true]);
      for (const { name, socket } of handshakes) {
        const client = new Client(web.port, { ca: made.ca.cert, ...shownBy(name), socket });
        client.ask();
        await client.closed;
      }
      assert.equal(web.requests, 1);
    });
  });
});

/** Asks again and again on one connection. */
class Client {
  answer = '';
  readonly closed: Promise<unknown>;
  readonly #socket: TLSSocket;

  constructor(port: number, options: ConnectionOptions) {
    this.#socket = connect({ host: '127.0.0.1', port, ...options });
    this.closed = new Promise((resolve) => this.#socket.on('close', resolve));
    this.#socket
      .on('error', () => {})
      .on('data', (bytes) => {
        this.answer += String(bytes);
      });
  }

  ask(): void {
    this.#socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  }

  get answered(): number {
    return this.answer.split('HTTP/1.1 200 OK').length - 1;
  }

  answers(count: number): Promise<void> {
    return until(() => this.answered === count, `${count} answers`);
  }
}
