import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { startDeadline } from '../../../src/model/deadline.js';
import type { Credentials } from '../../../src/taurusdb/call/credentials.js';
import { agencyCredentials } from '../../../src/taurusdb/credentials/agency-credentials.js';
import { ClockSkew } from '../../../src/taurusdb/credentials/signing-credentials.js';
import { FakeClock } from '../../support/fake-clock.js';
import { RecordedLog } from '../../support/recorded-log.js';
import {
  closedPort,
  closeServers,
  type ScriptedServer,
  type Step,
  startServer,
} from '../../support/scripted-server.js';
import { collectionError, RecordedApi, until } from '../sample-client.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const NO_AGENCY: Step = { status: 401, body: 'Please configure Cloud Service Agency first' };

describe('agency credentials', () => {
  let clock: FakeClock;
  let log: RecordedLog;
  let observer: RecordedApi;
  let closing: AbortController;
  let corrections: number[];
  let service: ScriptedServer;
  /** Answers by the request's method and its turn: the last of each again and again. */
  let tokens: Step[];
  let keys: Step[];
  let credentials: Credentials;

  const key =
    (name: string, lifeMs = 24 * HOUR_MS): Step =>
    (response) => {
      const credential = {
        access: `AK${name}`,
        secret: `CANARYSK${name}`,
        securitytoken: `CANARYSTS${name}`,
        expires_at: new Date(clock.now() + lifeMs).toISOString().replace('Z', '000Z'),
      };
      response.setHeader('date', new Date(clock.now()).toUTCString());
      response.end(JSON.stringify({ credential }));
    };

  beforeEach(async () => {
    clock = new FakeClock();
    log = new RecordedLog();
    observer = new RecordedApi();
    closing = new AbortController();
    corrections = [];
    tokens = [{ body: 'SESSION' }];
    keys = [key('1'), key('2')];
    const turns = { PUT: 0, GET: 0 };
    service = await startServer([
      (response, request) => {
        const isKey = request.method === 'GET';
        const steps = isKey ? keys : tokens;
        const step = steps[Math.min(turns[isKey ? 'GET' : 'PUT']++, steps.length - 1)] ?? {};
        if (typeof step === 'function') {
          return step(response, request);
        }
        response.writeHead(step.status ?? 200);
        response.end(step.body);
      },
    ]);
    credentials = create(service.url);
  });
  afterEach(async () => {
    closing.abort();
    await closeServers();
  });

  const create = (metadataEndpoint: string): Credentials =>
    agencyCredentials({
      project: 'production',
      metadataEndpoint,
      clock,
      skew: new ClockSkew(clock),
      observer,
      log,
      closing: closing.signal,
      onClockCorrection: (offsetMs) => corrections.push(offsetMs),
    });
  const authorize = async () => {
    const deadline = startDeadline(clock, 50_000);
    const request = { method: 'GET', host: 'h', projectId: 'P', path: '/', query: {}, body: '' };
    try {
      return await credentials.authorize({ ...request, contentType: undefined }, deadline);
    } finally {
      deadline.clear();
    }
  };
  const accessKey = async (): Promise<string | undefined> =>
    /Access=(\w+),/u.exec((await authorize()).headers.authorization ?? '')?.[1];
  const fetches = () => log.lines.filter((line) => line.startsWith('debug temporary key fetched ')).length;
  const asked = () => service.requests.map(({ method, target }) => `${method} ${target}`);

  it('ask the newer service with a session token, once for all requests', async () => {
    assert.deepEqual(new Set(await Promise.all(Array.from({ length: 70 }, accessKey))), new Set(['AK1']));
    assert.deepEqual(asked(), ['PUT /meta-data/latest/api/token', 'GET /openstack/latest/securitykey']);
    assert.equal(service.requests[0]?.headers['x-metadata-token-ttl-seconds'], '21600');
    assert.equal(service.requests[1]?.headers['x-metadata-token'], 'SESSION');
    assert.deepEqual(observer.requests, ['token 200', 'token 200']);
  });

  it('sign with the temporary key and send its security token', async () => {
    const { headers, secrets } = await authorize();
    assert.equal(headers['x-security-token'], 'CANARYSTS1');
    assert.match(
      headers.authorization ?? '',
      /SignedHeaders=host;x-project-id;x-sdk-date;x-security-token,/u,
    );
    assert.ok(secrets.includes('CANARYSK1') && secrets.includes('CANARYSTS1'));
  });

  for (const status of [404, 405, 503]) {
    it(`ask the older service, which answers ${status} to the wish for a session, without one`, async () => {
      tokens = [{ status }];
      assert.equal(await accessKey(), 'AK1');
      assert.equal(service.requests[1]?.headers['x-metadata-token'], undefined);
    });
  }

  it('open another session when the old one has ended', async () => {
    tokens = [{ body: 'SESSION' }, { body: 'ANOTHER' }];
    keys = [key('1'), { status: 401, body: 'Invalid or expired metadata token' }, key('2')];
    await accessKey();
    await clock.advance(24 * HOUR_MS);
    assert.equal(await accessKey(), 'AK2');
    assert.deepEqual(
      service.requests.map(({ headers }) => headers['x-metadata-token']),
      [undefined, 'SESSION', 'SESSION', undefined, 'ANOTHER'],
    );
  });

  it('renew the key 40 minutes before its end, and use the old one meanwhile', async () => {
    assert.equal(await accessKey(), 'AK1');
    await clock.advance(24 * HOUR_MS - 40 * MINUTE_MS - 1);
    await accessKey();
    assert.equal(service.requests.length, 2);
    await clock.advance(1);
    assert.equal(await accessKey(), 'AK1');
    await until(() => clock.sleeping === 0 && fetches() === 2);
    assert.equal(await accessKey(), 'AK2');
  });

  it('ask again each minute while the service has no newer key', async () => {
    keys = [key('1', 30 * MINUTE_MS)];
    await accessKey();
    await accessKey();
    assert.equal(service.requests.length, 2);
    await clock.advance(MINUTE_MS);
    await accessKey();
    await until(() => service.requests.length === 3 && clock.sleeping === 0);
  });

  it('use a key to its very end while the service is down', async () => {
    keys = [key('1'), { status: 500 }];
    await accessKey();
    await clock.advance(24 * HOUR_MS - 1);
    assert.equal(await accessKey(), 'AK1');
    await until(() => clock.sleeping === 0);
    assert.match(
      log.lines.at(-1) ?? '',
      /^warn temporary key not renewed: .+ error=token: got 500, expected a/u,
    );
    await clock.advance(MINUTE_MS);
    assert.match(
      (await collectionError(accessKey())).message,
      /^token: got 500, expected a temporary key \(metadata/u,
    );
  });

  it('say that there is no agency', async () => {
    keys = [NO_AGENCY];
    const error = await collectionError(accessKey());
    assert.equal(error.reason, 'auth');
    assert.match(error.message, /^token: got 401, no agency, expected the ECS to have an agency/u);
    assert.equal(service.requests.length, 2, 'another session would not help');
  });

  it('say that this is no ECS when nobody answers: within 3 s', async () => {
    tokens = [() => {}];
    const error = collectionError(accessKey());
    await until(() => service.requests.length === 1);
    await clock.advance(3_000);
    assert.equal((await error).reason, 'timeout');
    assert.match((await error).message, /^token: got no answer within 3 s, expected one: is this an ECS\?/u);
    assert.deepEqual(observer.requests, ['token error']);

    credentials = create(`http://${await closedPort()}`);
    assert.match((await collectionError(accessKey())).message, /got ECONNREFUSED/u);
  });

  for (const [what, step, message] of [
    [
      'half a key',
      { body: '{"credential":{"access":"CANARYAK","secret":"CANARYSK"}}' },
      'that hold no whole key',
    ],
    ['a key that no header carries', { body: '{"credential":{"access":"CANARY\\nAK"}}' }, 'no whole key'],
    ['no JSON', { body: 'CANARY' }, 'got 6 bytes that hold no whole key'],
    ['a body without end', { body: 'x'.repeat(70_000) }, 'a body of more than 65536 bytes'],
    ['a redirect', { status: 302 }, 'got 302, expected a temporary key'],
  ] as const) {
    it(`refuse ${what}`, async () => {
      keys = [step];
      const error = await collectionError(accessKey());
      assert.ok(error.message.includes(message), error.message);
      assert.doesNotMatch(inspect(error), /CANARY/u);
    });
  }

  it('tell what the service says, without the session token', async () => {
    for (const [step, message] of [
      [
        { status: 500, body: '{"error": {"code": 500, "message": "bad SESSION"}}' },
        'got 500 "bad <secret>", expected',
      ],
      [{ status: 403, body: 'denied by a rule' }, 'got 403 "denied by a rule", expected a temporary key'],
    ] as const) {
      keys = [step];
      const error = await collectionError(accessKey());
      assert.ok(error.message.includes(message), error.message);
      await clock.advance(MINUTE_MS);
    }
  });

  it('refuse a key that has ended, and take one without an end to last an hour', async () => {
    keys = [key('1', -MINUTE_MS)];
    assert.match((await collectionError(accessKey())).message, /got a temporary key that ended 60 s ago/u);
    keys = [{ body: '{"credential":{"access":"AK","secret":"SK","securitytoken":"STS"}}' }];
    await clock.advance(MINUTE_MS);
    assert.equal(await accessKey(), 'AK');
    assert.match(log.lines.join('\n'), /warn temporary key: got no readable expires_at/u);
  });

  it('after a refusal ask for another key, and correct the clock first', async () => {
    const first = await authorize();
    assert.equal(await first.recover(new Date(clock.now() + 20 * MINUTE_MS).toUTCString()), true);
    assert.deepEqual(corrections, [20 * MINUTE_MS]);
    const second = await authorize();
    await clock.advance(2 * MINUTE_MS);
    assert.equal(await second.recover(undefined), true);
    assert.equal(await accessKey(), 'AK2');
  });

  it('ask for another key however young the refused one is, once a minute', async () => {
    const { recover } = await authorize();
    assert.equal(await recover(undefined), true);
    const second = await authorize();
    assert.equal(await second.recover(undefined), false);
    assert.equal(service.requests.length, 3);
  });

  it('do not take the same key again for another one', async () => {
    keys = [key('1')];
    const { recover } = await authorize();
    await clock.advance(2 * MINUTE_MS);
    assert.equal(await recover(undefined), false);
    assert.equal(service.requests.length, 3);
  });
});
