import assert from 'node:assert/strict';
import type { SecureVersion } from 'node:tls';
import { alternativeNames } from '../../../src/web/access/tls-settings.js';
import { requireProgram } from '../../support/real-programs.js';
import { CLIENTS, makeTestCertificates, type TestCertificates } from './test-certificates.js';
import { WebServer } from './web-server.js';

type Shown = (typeof CLIENTS)[number] | 'nothing';
const EVERYONE: readonly Shown[] = ['nothing', ...CLIENTS];
const VERIFIED = ['good', 'nameless', 'smuggler'] as const;

const POLICIES: Readonly<Record<string, readonly Shown[]>> = {
  '': EVERYONE,
  'client_auth_type: NoClientCert': EVERYONE,
  'client_auth_type: RequestClientCert': EVERYONE,
  'client_auth_type: RequireAnyClientCert': CLIENTS,
  'client_auth_type: RequireClientCert': CLIENTS,
  'client_auth_type: VerifyClientCertIfGiven': ['nothing'],
  'client_auth_type: VerifyClientCertIfGiven, client_ca_file: ca.crt': ['nothing', ...VERIFIED],
  'client_auth_type: RequireAndVerifyClientCert': [],
  'client_auth_type: RequireAndVerifyClientCert, client_ca_file: ca.crt': VERIFIED,
  'client_auth_type: RequireAndVerifyClientCert, client_ca_file: client.crt': ['selfSigned'],
  'client_auth_type: RequireAndVerifyClientCert, client_ca_file: both.crt': [...VERIFIED, 'selfSigned'],
  'client_auth_type: RequestClientCert, client_allowed_sans: [nobody, localhost]': [
    'selfSigned',
    'expired',
    'forServers',
  ],
  ...Object.fromEntries(
    ['test3', '"2001:DB8:0::1"', 'ops@example.net', 'spiffe://example.net/prometheus'].map((name) => [
      `client_auth_type: RequireAndVerifyClientCert, client_ca_file: ca.crt, client_allowed_sans: [one, ${name}]`,
      ['good'],
    ]),
  ),
  'client_auth_type: RequireAndVerifyClientCert, client_ca_file: ca.crt, client_allowed_sans: [bad]': [],
  'client_auth_type: VerifyClientCertIfGiven, client_ca_file: ca.crt, client_allowed_sans: [test3]': ['good'],
};

describe('refusalOf', () => {
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
    web.write('client.crt', made.selfSigned.cert);
    web.write('both.crt', `The first:\n${made.ca.cert}\nThe second:\n${made.selfSigned.cert}`);
  });
  afterEach(() => web.close());

  async function letInBy(keys: string, version: SecureVersion): Promise<Shown[]> {
    await web.serve(`tls_server_config: {cert_file: server.crt, key_file: server.key, ${keys}}`);
    const letIn: Shown[] = [];
    for (const shown of EVERYONE) {
      const { cert, key } = shown === 'nothing' ? {} : made[shown];
      const { outcome } = await web.visit('https', {
        ca: made.ca.cert,
        minVersion: version,
        maxVersion: version,
        ...(cert && key && { cert, key }),
      });
      assert.match(String(outcome), /^(200|ECONNRESET|EPIPE)$/);
      if (outcome === 200) {
        letIn.push(shown);
      }
    }
    assert.equal(web.requests, letIn.length, 'a refused client reaches no listener');
    return letIn.sort();
  }

  for (const [keys, welcome] of Object.entries(POLICIES)) {
    it(`lets in the right clients by {${keys}}`, async () => {
      assert.deepEqual(await letInBy(keys, 'TLSv1.3'), [...welcome].sort());
    });
  }

  it('judges TLS 1.2 clients, whose certificate comes at another moment, alike', async () => {
    const keys = 'client_auth_type: RequireAndVerifyClientCert, client_ca_file: ca.crt';
    assert.deepEqual(await letInBy(keys, 'TLSv1.2'), [...VERIFIED].sort());
  });
});

describe('alternativeNames', () => {
  const cases: Readonly<Record<string, readonly string[]>> = {
    '': [],
    'DNS:a, DNS:b': ['a', 'b'],
    'IP Address:10.0.0.1, IP Address:2001:DB8:0:0:0:0:0:1': ['10.0.0.1', '2001:db8::1'],
    'URI:spiffe://x/y, email:a@b': ['spiffe://x/y', 'a@b'],
    'DNS:"a, DNS:admin, b", DNS:c': ['a, DNS:admin, b', 'c'],
    'DNS:"a\\", DNS:admin, \\"b"': ['a", DNS:admin, "b'],
    'DirName:"/CN=a, DNS:admin", DNS:b': ['b'],
    'othername:<unsupported>, DNS:b': ['b'],
    'DNS:a, "unfinished': [],
    nonsense: [],
  };
  for (const [text, names] of Object.entries(cases)) {
    it(`finds ${JSON.stringify(names)} in ${JSON.stringify(text)}`, () => {
      assert.deepEqual([...alternativeNames(text)], names);
    });
  }
});
