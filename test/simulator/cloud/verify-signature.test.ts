import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  canonicalRequest,
  isSignatureRight,
  type SignedRequest,
  signatureClaim,
  signingTime,
} from '../../../src/simulator/cloud/verify-signature.js';
import { signed } from '../api-client.js';

const DATE = Date.UTC(2026, 0, 2, 3, 4, 5);
const KEY = { ak: 'AKEXAMPLE', sk: 'SKEXAMPLE' };

function requestOf(url: string, method: string, headers: Record<string, string>, body = ''): SignedRequest {
  const mark = url.indexOf('?');
  const target = url.replace(/^https:\/\/[^/]+/, '');
  return {
    method,
    path: mark === -1 ? target : target.slice(0, target.indexOf('?')),
    rawQuery: mark === -1 ? '' : url.slice(mark + 1),
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
    body: Buffer.from(body),
  };
}

function isRight(request: SignedRequest, sk: string): boolean {
  const claim = signatureClaim(request);
  assert.ok(claim, 'the signature cannot be read');
  return isSignatureRight(request, claim, sk);
}

describe('verifySignature', () => {
  // Vectors of huaweicloud-sdk-go-v3, core/auth/signer/signer_test.go.
  const goVectors = [
    {
      method: 'GET',
      url: 'https://host/path?limit=1',
      body: '',
      signature: '5a2ce64c865e0e6046321c6f3d5a77ba8413eeaf355c3166c03d58d02ac79624',
    },
    {
      method: 'POST',
      url: 'https://host/path?key=value',
      body: '{"Name":"test","Id":1}\n',
      signature: 'cecc2af119b18ab70b4d094c0750f3b42c02f254903179a0fc2cc72fc9db4f59',
    },
  ];
  for (const { method, url, body, signature } of goVectors) {
    it(`accepts the Go SDK's ${method} vector`, () => {
      const authorization = `SDK-HMAC-SHA256 Access=AccessKey, SignedHeaders=x-sdk-date, Signature=${signature}`;
      const headers = { Authorization: authorization, 'X-Sdk-Date': '20060102T150405Z' };
      assert.ok(isRight(requestOf(url, method, headers, body), 'SecretKey'));
    });
  }

  const base =
    'https://gaussdb.cn-north-4.myhuaweicloud.com/v3/0483b6b16e954cb88930a360d2c4e663/instances/c83cb4b2a1f0476a9c4b2e8c0f1d2e3ain07/nodes/cc07c60e94ec4575989840e648fb4f66no07';
  const project = { 'X-Project-Id': '0483b6b16e954cb88930a360d2c4e663' };
  // Made with the official Python SDK's signer.
  const pythonVectors = [
    {
      name: 'a POST',
      method: 'POST',
      url: `${base}/realtime-session`,
      headers: { 'Content-Type': 'application/json' },
      names: 'content-type;host;x-project-id;x-sdk-date',
      body: '{"filter":"total"}',
      signature: 'e8e0b463acbcd4a69034c5a47a40cbc7d7a8e8a83fbe9242c599d129b28735cb',
    },
    {
      name: 'a query with spaces, signs and Chinese',
      method: 'GET',
      url: `${base}/realtime-session-task?request_id=a%20b%2Bc%2F%E4%B8%AD`,
      headers: {},
      names: 'host;x-project-id;x-sdk-date',
      body: '',
      signature: 'ca497dd1ca57bfff5e9e061227370397cbb57da8e422fb22dd06c7896cf3cb4f',
    },
    {
      name: 'a temporary key',
      method: 'GET',
      url: `${base}/realtime-session-result?request_id=r-1`,
      headers: { 'X-Security-Token': 'tok' },
      names: 'host;x-project-id;x-sdk-date;x-security-token',
      body: '',
      signature: '6b80956b559451145db6bd2391e605926af942c92f7c9e67aeca3b3157d9c151',
    },
  ];
  for (const vector of pythonVectors) {
    it(`accepts the Python SDK's signature of ${vector.name}`, () => {
      const authorization = `SDK-HMAC-SHA256 Access=AKEXAMPLE, SignedHeaders=${vector.names}, Signature=${vector.signature}`;
      const headers = {
        ...project,
        ...vector.headers,
        Host: 'gaussdb.cn-north-4.myhuaweicloud.com',
        'X-Sdk-Date': '20260102T030405Z',
        Authorization: authorization,
      };
      assert.ok(isRight(requestOf(vector.url, vector.method, headers, vector.body), 'SKEXAMPLE'));
    });
  }

  it('accepts what the official Node signer signs, and nothing else', () => {
    const query = fc.dictionary(fc.string({ unit: 'binary', minLength: 1 }), fc.string({ unit: 'binary' }), {
      noNullPrototype: true,
    });
    const segments = fc.array(
      fc.stringMatching(/^[A-Za-z0-9_.~-]{1,12}$/).filter((text) => !/^\.+$/.test(text)),
    );
    const json = fc.option(fc.dictionary(fc.string(), fc.string(), { noNullPrototype: true }), {
      nil: undefined,
    });
    fc.assert(
      fc.property(segments, query, json, fc.boolean(), (path, parameters, data, isTampered) => {
        const pairs = Object.entries(parameters).map((pair) => pair.map(encodeURIComponent).join('='));
        const url = `https://example.com/${path.join('/')}?${pairs.join('&')}`;
        const body = data === undefined ? '' : JSON.stringify(data);
        const method = data === undefined ? 'GET' : 'POST';
        const headers = signed(url, KEY, DATE, { method, headers: project, ...(data ? { body } : {}) });
        const request = requestOf(url, method, headers, isTampered ? `${body} ` : body);
        assert.equal(isRight(request, KEY.sk), !isTampered);
      }),
      { numRuns: 200 },
    );
  });

  it('encodes what RFC 3986 reserves and JavaScript does not', () => {
    const url = "https://example.com/?a=%20!'()*~-_.%2F+b";
    const request = requestOf(url, 'GET', {});
    assert.match(canonicalRequest(request, []), /\na=%20%21%27%28%29%2A~-_\.%2F%20b\n/);
  });

  it('refuses another secret, path, query or signed header', () => {
    const url = 'https://example.com/v3/p/instances?limit=1&offset=2';
    const headers = signed(url, KEY, DATE, { headers: project });
    const request = requestOf(url, 'GET', headers);
    assert.ok(isRight(request, KEY.sk));
    assert.ok(!isRight(request, 'other'));
    assert.ok(!isRight({ ...request, method: 'PUT' }, KEY.sk));
    assert.ok(!isRight({ ...request, path: '/v3/p/instance' }, KEY.sk));
    assert.ok(!isRight({ ...request, rawQuery: 'limit=1&offset=3' }, KEY.sk));
    assert.ok(!isRight({ ...request, headers: { ...request.headers, 'x-project-id': 'q' } }, KEY.sk));
    assert.ok(isRight({ ...request, rawQuery: 'offset=2&limit=1' }, KEY.sk), 'the order on the wire is free');
  });

  it('takes UNSIGNED-PAYLOAD for the hash where the client says so', () => {
    const url = 'https://example.com/upload';
    const headers = signed(url, KEY, DATE, { headers: { 'X-Sdk-Content-Sha256': 'UNSIGNED-PAYLOAD' } });
    assert.ok(isRight(requestOf(url, 'GET', headers, 'any body'), KEY.sk));
  });

  it('reads the signing time only where it is signed and whole', () => {
    const url = 'https://example.com/';
    const request = requestOf(url, 'GET', signed(url, KEY, DATE));
    const claim = signatureClaim(request);
    assert.ok(claim);
    assert.equal(signingTime(request, claim), DATE);
    assert.equal(signingTime(request, { ...claim, signedHeaders: ['host'] }), undefined);
    const broken = { ...request, headers: { ...request.headers, 'x-sdk-date': '20261332T000000Z' } };
    assert.equal(signingTime(broken, claim), undefined);
  });

  it('reads no claim from other schemes or cut signatures', () => {
    for (const authorization of ['', 'Basic abc', 'SDK-HMAC-SHA256 Access=a, SignedHeaders=b, Signature=c']) {
      assert.equal(signatureClaim({ headers: { authorization } }), undefined);
    }
  });

  it('survives a path and query that are not percent-encoded text', () => {
    const request = requestOf('https://example.com/%zz/%?%=%', 'GET', {});
    assert.match(canonicalRequest(request, []), /^GET\n\/%25zz\/%25\/\n%25=%25\n/);
  });
});
