import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { startDeadline } from '../../../src/model/deadline.js';
import type { CredentialRequest } from '../../../src/taurusdb/call/credentials.js';
import {
  type AccessKeyOptions,
  accessKeyCredentials,
} from '../../../src/taurusdb/credentials/access-key-credentials.js';
import { ClockSkew } from '../../../src/taurusdb/credentials/signing-credentials.js';
import { tokenCredentials } from '../../../src/taurusdb/credentials/token-credentials.js';
import { FakeClock } from '../../support/fake-clock.js';

const clock = new FakeClock();
const deadline = startDeadline(clock, 60_000);
const request: CredentialRequest = {
  method: 'POST',
  host: 'gaussdb.cn-north-4.myhuaweicloud.com',
  projectId: 'P',
  path: '/v3/p',
  query: {},
  contentType: 'application/json',
  body: '{}',
};

describe('token credentials', () => {
  it('send the token as it is, without the line end of its file', async () => {
    const { headers, secrets } = await tokenCredentials(() => 'TOKEN\r\n').authorize(request, deadline);
    assert.deepEqual(headers, { 'x-auth-token': 'TOKEN' });
    assert.deepEqual(secrets, ['TOKEN']);
  });

  it('use a changed token at once, and show it in the fingerprint', async () => {
    let token = 'FIRST';
    const credentials = tokenCredentials(() => token);
    const fingerprint = await credentials.fingerprint(deadline);
    token = 'SECOND';
    assert.notEqual(await credentials.fingerprint(deadline), fingerprint);
    assert.equal((await credentials.authorize(request, deadline)).headers['x-auth-token'], 'SECOND');
  });

  it('cannot recover from a refusal', async () => {
    const authorization = await tokenCredentials(() => 'TOKEN').authorize(request, deadline);
    assert.equal(await authorization.recover(new Date(0).toUTCString()), false);
  });

  for (const [name, value] of [
    ['an empty value', '\n'],
    ['blanks or characters outside ASCII', 'TOK\nEN'],
    ['blanks or characters outside ASCII', 'TOKEN '],
    ['blanks or characters outside ASCII', 'TÖKEN'],
  ] as const) {
    it(`refuse ${JSON.stringify(value)} without showing it`, async () => {
      const credentials = tokenCredentials(() => value);
      await assert.rejects(credentials.authorize(request, deadline), (error: Error & { reason?: string }) => {
        assert.equal(error.reason, 'auth');
        assert.ok(error.message.startsWith(`token: got ${name}, expected `), error.message);
        assert.doesNotMatch(inspect(error).split('\n    at ')[0] ?? '', /TOK|TÖK/u);
        return true;
      });
    });
  }
});

describe('access key credentials', () => {
  const create = (change: Partial<AccessKeyOptions> = {}) =>
    accessKeyCredentials({
      readAccessKey: () => 'AKEXAMPLE\n',
      readSecretKey: () => 'SKEXAMPLE\n',
      skew: new ClockSkew(clock),
      onClockCorrection: () => {},
      ...change,
    });

  it('sign what the gateway must see unchanged', async () => {
    const { headers } = await create().authorize(request, deadline);
    const { authorization = '', ...signed } = headers;
    assert.deepEqual(signed, {
      host: 'gaussdb.cn-north-4.myhuaweicloud.com',
      'x-project-id': 'P',
      'x-sdk-date': '20260102T030405Z',
      'content-type': 'application/json',
    });
    assert.match(
      authorization,
      /^SDK-HMAC-SHA256 Access=AKEXAMPLE, SignedHeaders=content-type;host;x-project-id;x-sdk-date, Signature=[0-9a-f]{64}$/u,
    );
  });

  it('send and sign the security token of temporary keys', async () => {
    const { headers } = await create({ readSecurityToken: () => 'STS' }).authorize(request, deadline);
    assert.equal(headers['x-security-token'], 'STS');
    assert.match(headers.authorization ?? '', /;x-sdk-date;x-security-token,/u);
  });

  it('sign with a security token while there is one', async () => {
    let token: string | undefined = 'STS';
    const credentials = create({ readSecurityToken: () => token });
    const sent = async () => (await credentials.authorize(request, deadline)).headers['x-security-token'];
    assert.equal(await sent(), 'STS');
    token = undefined;
    assert.equal(await sent(), undefined);
    token = 'STS2';
    assert.equal(await sent(), 'STS2');
  });

  it('name everything that must not be shown', async () => {
    const { headers, secrets } = await create({ readSecurityToken: () => 'STS' }).authorize(
      request,
      deadline,
    );
    const signature = headers.authorization?.split('Signature=')[1];
    assert.deepEqual(secrets, ['AKEXAMPLE', 'SKEXAMPLE', 'STS', signature]);
  });

  for (const changed of ['readAccessKey', 'readSecretKey', 'readSecurityToken'] as const) {
    it(`have another fingerprint when ${changed} gives another value`, async () => {
      const other = await create({ [changed]: () => 'OTHER' }).fingerprint(deadline);
      assert.notEqual(other, await create().fingerprint(deadline));
      assert.doesNotMatch(other, /OTHER/u);
    });
  }

  it("sign with the API's time after a refusal that the clock explains", async () => {
    const corrections: number[] = [];
    const credentials = create({ onClockCorrection: (offsetMs) => corrections.push(offsetMs) });
    const first = await credentials.authorize(request, deadline);
    assert.equal(await first.recover(new Date(clock.now() + 960_000).toUTCString()), true);
    const second = await credentials.authorize(request, deadline);
    assert.equal(second.headers['x-sdk-date'], '20260102T032005Z');
    assert.deepEqual(corrections, [960_000]);
  });
});
