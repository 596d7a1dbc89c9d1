// The exporter-toolkit's own good and bad files (web/testdata), and what else can go wrong in one.
import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { parseWebConfig } from '../../src/config/web/web-config.js';
import { ConfigErrors } from '../../src/config/yaml/config-errors.js';

const HASH = '$2y$10$2UXri9cIDdgeKjBo4Rlpx.U3ZLDV8X1IxKmsfOvhcM5oXQt/mLmXq';
const PAIR = 'cert_file: server.crt, key_file: server.key';
const parse = (text: string) => parseWebConfig(text, '/etc/exporter/web.yml');
const tlsOf = (keys: string) => parse(`tls_server_config: {${keys}}`).tls;
const errorsOf = (text: string): string[] => {
  try {
    parse(text);
    return [];
  } catch (error) {
    assert.ok(error instanceof ConfigErrors);
    return error.message.replaceAll('/etc/exporter/', '').split('\n');
  }
};

describe('parseWebConfig', () => {
  for (const [name, text] of Object.entries({
    'an empty file': '',
    'a comment': '# nothing yet\n',
    'sections left empty': 'tls_server_config:\nhttp_server_config:\nbasic_auth_users:\nrate_limit:\n',
    'empty sections': 'tls_server_config: ~\nhttp_server_config: {}\nbasic_auth_users: {}\nrate_limit: {}\n',
  })) {
    it(`reads ${name} as plain HTTP, open to all`, () => {
      assert.deepEqual(parse(text), { tls: undefined, headers: {}, users: new Map(), rateLimit: undefined });
    });
  }

  it('reads TLS settings, with the defaults of the toolkit', () => {
    assert.deepEqual(tlsOf(PAIR), {
      cert: { file: '/etc/exporter/server.crt' },
      key: { file: '/etc/exporter/server.key' },
      clientCa: undefined,
      clientAuth: 'NoClientCert',
      clientAllowedSans: undefined,
      minVersion: 'TLSv1.2',
      maxVersion: 'TLSv1.3',
      ciphers: undefined,
      curves: undefined,
      preferServerCiphers: true,
    });
  });

  it('reads every key of TLS', () => {
    const text = `tls_server_config:
  cert: |
    a certificate
  cert_file: ""
  key: a key
  client_ca_file: /elsewhere/ca.crt
  client_auth_type: RequireAndVerifyClientCert
  client_allowed_sans: [one, "10.0.0.1"]
  min_version: TLS13
  max_version: TLS13
  cipher_suites:
    - TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
    - TLS_AES_256_GCM_SHA384
    - TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256
  curve_preferences: [CurveP521, X25519, CurveP256, CurveP384]
  prefer_server_cipher_suites: false
`;
    assert.deepEqual(parse(text).tls, {
      cert: { text: 'a certificate\n' },
      key: { text: 'a key' },
      clientCa: { file: '/elsewhere/ca.crt' },
      clientAuth: 'RequireAndVerifyClientCert',
      clientAllowedSans: ['one', '10.0.0.1'],
      minVersion: 'TLSv1.3',
      maxVersion: 'TLSv1.3',
      ciphers:
        'ECDHE-RSA-AES128-GCM-SHA256:TLS_AES_256_GCM_SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256',
      curves: 'P-521:X25519:P-256:P-384',
      preferServerCiphers: false,
    });
  });

  it('knows the old name of a client policy', () => {
    assert.equal(tlsOf(`${PAIR}, client_auth_type: RequireClientCert`)?.clientAuth, 'RequireAnyClientCert');
  });

  it('reads headers, and leaves out blank ones', () => {
    const text = `http_server_config:
  http2: false
  headers:
    X-Frame-Options: sameorigin
    X-XSS-Protection: 1
    X-Content-Type-Options: nosniff
    Strict-Transport-Security: ""
    Content-Security-Policy: "default-src 'self' *.test.example.net"
`;
    assert.deepEqual(parse(text).headers, {
      'X-Frame-Options': 'sameorigin',
      'X-XSS-Protection': '1',
      'X-Content-Type-Options': 'nosniff',
      'Content-Security-Policy': "default-src 'self' *.test.example.net",
    });
  });

  it('reads users of any name', () => {
    const hashes = ['$2a$04', '$2b$10', '$2y$18'].map((start) => start + HASH.slice(6));
    const { users } = parse(
      `basic_auth_users:\n  dave: ${hashes[0]}\n  123: ${hashes[1]}\n  "o'neill, 老王": ${hashes[2]}\n`,
    );
    assert.deepEqual(
      [...users],
      [
        ['123', hashes[1]],
        ['dave', hashes[0]],
        ["o'neill, 老王", hashes[2]],
      ],
    );
  });

  it('reads a rate limit', () => {
    assert.deepEqual(parse('rate_limit: {interval: 1m30s, burst: 5}').rateLimit, {
      intervalMs: 90_000,
      burst: 5,
    });
    assert.equal(parse('rate_limit: {interval: 0, burst: 0}').rateLimit, undefined);
  });

  const CLIENT_AUTH =
    'NoClientCert, RequestClientCert, RequireAnyClientCert, RequireClientCert, VerifyClientCertIfGiven, RequireAndVerifyClientCert';
  const bad: Readonly<Record<string, readonly [text: string, ...errors: (string | RegExp)[]]>> = {
    'text that is no mapping': [
      'hWkNKCp3fvIx3jKnsaBI\nTuEjdwNS8A2vYdFbiKqr\n',
      'web.yml:1: got a text that is not shown, expected a mapping (known here: tls_server_config, http_server_config, basic_auth_users, rate_limit)',
    ],
    'an unknown key': [
      'tls_server_config:\n  cert_filse: server.crt\n',
      'web.yml:2: tls_server_config: unknown key (did you mean "cert_file"?)',
    ],
    'an unknown section': ['tls_config: {}', /^web\.yml:1: unknown key/],
    'an empty cert_file': [
      'tls_server_config:\n  cert_file: ""\n  key_file: server.key\n',
      'web.yml:1: tls_server_config: missing one of cert and cert_file',
    ],
    'an empty cert': [
      'tls_server_config:\n  cert: ""\n  key_file: server.key\n',
      'web.yml:1: tls_server_config: missing one of cert and cert_file',
    ],
    'an empty key_file': [
      'tls_server_config:\n  cert_file: server.crt\n  key_file: ""\n',
      'web.yml:1: tls_server_config: missing one of key and key_file',
    ],
    'an empty key': [
      'tls_server_config:\n  cert_file: server.crt\n  key:\n',
      'web.yml:1: tls_server_config: missing one of key and key_file',
    ],
    'versions without a certificate': [
      'tls_server_config: {min_version: TLS13}',
      'web.yml:1: tls_server_config: missing one of cert and cert_file',
    ],
    'a certificate given twice': [
      `tls_server_config:\n  ${PAIR.replace(', ', '\n  ')}\n  cert: x\n`,
      'web.yml:4: tls_server_config.cert: got cert and cert_file, expected one of them',
    ],
    'an unknown client policy': [
      `tls_server_config: {${PAIR}, client_auth_type: x}`,
      `web.yml:1: tls_server_config.client_auth_type: got a text that is not shown, expected one of ${CLIENT_AUTH}`,
    ],
    'a client CA without a policy': [
      `tls_server_config: {${PAIR}, client_ca_file: ca.crt}`,
      'web.yml:1: tls_server_config.client_ca_file: needs a client_auth_type, without which no client is asked for a certificate',
    ],
    'allowed names without a policy': [
      `tls_server_config: {${PAIR}, client_auth_type: NoClientCert, client_allowed_sans: [a]}`,
      'web.yml:1: tls_server_config.client_allowed_sans: needs a client_auth_type, without which no client is asked for a certificate',
    ],
    'an empty list of allowed names': [
      `tls_server_config: {${PAIR}, client_auth_type: RequestClientCert, client_allowed_sans: []}`,
      'web.yml:1: tls_server_config.client_allowed_sans: got an empty list, expected at least one',
    ],
    'an invented cipher suite': [
      `tls_server_config:\n  cipher_suites:\n  - TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA2048\n  ${PAIR.replace(', ', '\n  ')}`,
      /^web\.yml:3: tls_server_config\.cipher_suites\[0\]: got a text that is not shown, expected one of TLS_ECDHE_/,
    ],
    'an insecure cipher suite': [
      `tls_server_config: {${PAIR}, cipher_suites: [TLS_RSA_WITH_AES_128_CBC_SHA]}`,
      /cipher_suites\[0\]: got a text that is not shown, expected one of/,
    ],
    'an invented curve': [
      `tls_server_config: {${PAIR}, curve_preferences: [CurveP257]}`,
      'web.yml:1: tls_server_config.curve_preferences[0]: got a text that is not shown, expected one of CurveP256, CurveP384, CurveP521, X25519',
    ],
    'a wrong TLS version': [
      `tls_server_config: {${PAIR}, min_version: TLS111}`,
      'web.yml:1: tls_server_config.min_version: got a text that is not shown, expected one of TLS12, TLS13',
    ],
    'a TLS version that must not be used': [
      `tls_server_config: {${PAIR}, min_version: TLS11}`,
      'web.yml:1: tls_server_config.min_version: got a text that is not shown, expected one of TLS12, TLS13',
    ],
    'versions in the wrong order': [
      `tls_server_config: {${PAIR}, min_version: TLS13, max_version: TLS12}`,
      'web.yml:1: tls_server_config.min_version: got "TLS13", which is above the max_version "TLS12"',
    ],
    'a header that may not be set': [
      'http_server_config:\n  headers:\n    Content-Type: foo\n',
      /^web\.yml:3: http_server_config\.headers: unknown key/,
    ],
    'a wrong X-Content-Type-Options': [
      'http_server_config:\n  headers:\n    X-Content-Type-Options: sniff\n',
      'web.yml:3: http_server_config.headers.X-Content-Type-Options: got a text that is not shown, expected nosniff',
    ],
    'a wrong X-Frame-Options': [
      'http_server_config:\n  headers:\n    X-Frame-Options: foo\n',
      'web.yml:3: http_server_config.headers.X-Frame-Options: got a text that is not shown, expected one of deny, sameorigin',
    ],
    'a header that would break the answer': [
      'http_server_config:\n  headers:\n    X-XSS-Protection: "1\\r\\nSet-Cookie: x"\n',
      'web.yml:3: http_server_config.headers.X-XSS-Protection: got a text that is not shown, expected text that a header may hold',
    ],
    'a password that is not hashed': [
      'basic_auth_users:\n  john: doe\n  dave:\n',
      'web.yml:2: basic_auth_users: not a bcrypt hash that starts with $2a$, $2b$ or $2y$ and has a cost from 04 to 18',
      'web.yml:3: basic_auth_users: not a bcrypt hash that starts with $2a$, $2b$ or $2y$ and has a cost from 04 to 18',
    ],
    'other hashes, and costs without end': [
      ['x', HASH.replace('2y', '2x'), HASH.replace('$10', '$19'), HASH.slice(1), `${HASH}.`]
        .map((hash, n) => `u${n}: "${hash}"`)
        .join('\n')
        .replaceAll(/^/gm, '  ')
        .replace(/^/, 'basic_auth_users:\n'),
      ...[2, 3, 4, 5, 6].map((line) => new RegExp(`^web.yml:${line}: basic_auth_users: not a bcrypt`)),
    ],
    'a user who could never log in': [
      `basic_auth_users:\n  "a:b": ${HASH}\n`,
      'web.yml:2: basic_auth_users: a user name cannot hold a colon (RFC 7617)',
    ],
    'a user given twice': [
      `basic_auth_users:\n  dave: ${HASH}\n  dave: ${HASH}\n`,
      'web.yml:3: basic_auth_users: the key is already set on line 2',
    ],
    'a rate limit that would refuse all': [
      'rate_limit: {interval: 1s, burst: 0}',
      'web.yml:1: rate_limit: got an interval without a burst of at least 1, with which every request would be refused',
    ],
    'a rate limit in nanoseconds': [
      'rate_limit: {interval: 1000000000}',
      'web.yml:1: rate_limit.interval: got a number that is not shown, expected a duration from 0 to 1h',
    ],
    'many mistakes': [
      `tls_server_config:\n  ${PAIR.replace(', ', '\n  ')}\n  min_version: 1.2\nbasic_auth_users: []\nrate: 1\n`,
      'web.yml:4: tls_server_config.min_version: got 1.2, expected one of TLS12, TLS13',
      'web.yml:5: basic_auth_users: got a list, expected a mapping',
      /^web\.yml:6: unknown key/,
    ],
    'text that is no YAML': ['tls_server_config: {', /^web\.yml:1: /],
    'two documents': [
      '---\n---\nbasic_auth_users: {}\n',
      /^web\.yml:\d: got a second document, expected one$/,
    ],
  };
  for (const [name, [text, ...expected]] of Object.entries(bad)) {
    it(`refuses ${name}`, () => {
      const errors = errorsOf(text);
      assert.equal(errors.length, expected.length, errors.join('\n'));
      for (const [index, line] of errors.entries()) {
        const wanted = expected[index] ?? '';
        if (typeof wanted === 'string') {
          assert.equal(line, wanted);
        } else {
          assert.match(line, wanted);
        }
      }
    });
  }

  for (const [name, text] of Object.entries({
    'a hash at a wrong place': 'basic_auth_users: CANARY',
    'a hash as a list': 'basic_auth_users:\n  dave: [CANARY]',
    'a password in clear': 'basic_auth_users:\n  dave: CANARY',
    'a key as a list': `tls_server_config: {cert_file: a, key: [CANARY]}`,
    'a key as a number': 'tls_server_config: {cert_file: a, key: 424242}',
    'a key beside its file': `tls_server_config: {cert_file: a, key: CANARY, key_file: b}`,
    'a key for a section': 'tls_server_config: CANARY',
    'a key for a file': 'CANARY',
    'broken quotes': 'basic_auth_users:\n  dave: "CANARY\\q',
    'an alias': 'basic_auth_users:\n  dave: *CANARY',
    'a tag': 'basic_auth_users:\n  dave: !CANARY x',
  })) {
    it(`shows no secret: ${name}`, () => {
      assert.throws(
        () => parse(text),
        (error) => !/CANARY|424242/.test(inspect(error, { depth: 9 })),
      );
    });
  }

  it('either reads a text or says where it is wrong, whatever the text', () => {
    const line = fc.tuple(
      fc.constantFrom('', '  ', '    ', '- '),
      fc.constantFrom(
        'tls_server_config',
        'cert_file',
        'key',
        'basic_auth_users',
        'headers',
        'rate_limit',
        'x',
      ),
      fc.constantFrom(':', ': ', ': []', ': {}', ': x', ': "', ': |', ' ', ': &a 1', ': *a', ': 1.5', ': ~'),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(line).map((all) => all.map((one) => one.join('')).join('\n')),
        ),
        (text) => {
          const errors = errorsOf(text);
          assert.ok(
            errors.every((error) => /^web\.yml:\d+: /.test(error)),
            errors.join('\n'),
          );
        },
      ),
      { numRuns: 500 },
    );
  });
});
