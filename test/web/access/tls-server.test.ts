// The handshakes of the exporter-toolkit's own table (web/tls_config_test.go), on real sockets, and some more.
import assert from 'node:assert/strict';
import { createConnection } from 'node:net';
import { connect } from 'node:tls';
import { requireProgram } from '../../support/real-programs.js';
import { makeTestCertificates, type TestCertificates } from './test-certificates.js';
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

describe('createTlsServer', () => {
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
      'debug TLS client refused reason=no client certificate remote=127.0.0.1',
      'debug TLS client refused reason=client certificate not verified: CERT_HAS_EXPIRED remote=127.0.0.1',
      'debug TLS client refused reason=no name of the client certificate is in client_allowed_sans remote=127.0.0.1',
      'debug TLS handshake failed reason=ERR_SSL_HTTP_REQUEST remote=127.0.0.1',
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
    assert.equal(await visit(), 'HTTP/1.1 200 new');
  });
});
