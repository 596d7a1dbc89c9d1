import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { startDeadline, untilAborted } from '../../../src/model/deadline.js';
import { CircuitBreaker, PASSWORD_LIMITS } from '../../../src/taurusdb/call/circuit-breaker.js';
import type { Credentials } from '../../../src/taurusdb/call/credentials.js';
import {
  PasswordCredentials,
  type PasswordOptions,
} from '../../../src/taurusdb/credentials/password-credentials.js';
import { sampleNode } from '../../collect/sample-node.js';
import { FakeClock, settle } from '../../support/fake-clock.js';
import { RecordedLog } from '../../support/recorded-log.js';
import { closeServers, type ScriptedServer, type Step, startServer } from '../../support/scripted-server.js';
import {
  closeClients,
  collectionError,
  RecordedApi,
  sampleClient,
  sampleService,
  until,
} from '../sample-client.js';

const node = sampleNode();
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const RUNNING: Step = { body: { status: 'running' } };
const REFUSED: Step = { status: 401, body: { error_code: 'APIGW.0301', error_msg: 'decrypt token fail' } };
const WRONG: Step = {
  status: 401,
  body: { error: { code: 401, message: 'The username or password is wrong.', title: 'Unauthorized' } },
};

describe('password credentials', () => {
  let clock: FakeClock;
  let log: RecordedLog;
  let observer: RecordedApi;
  let breaker: CircuitBreaker;
  let password: string;
  let iam: ScriptedServer;

  beforeEach(() => {
    clock = new FakeClock();
    log = new RecordedLog();
    observer = new RecordedApi();
    breaker = new CircuitBreaker(clock, PASSWORD_LIMITS);
    password = 'CANARY"PASS\\WORD';
  });
  afterEach(async () => {
    await closeServers();
    await closeClients();
  });

  /** IAM's answer, with its own clock `skewMs` ahead of ours. */
  const issued =
    (token: string, { lifeMs = 24 * HOUR_MS, skewMs = 0 } = {}): Step =>
    (response) => {
      const iamNow = clock.now() + skewMs;
      response.writeHead(201, { 'X-Subject-Token': token, date: new Date(iamNow).toUTCString() });
      const expires_at = new Date(iamNow + lifeMs).toISOString().replace('Z', '000Z');
      response.end(JSON.stringify({ token: { expires_at, methods: ['password'] } }));
    };

  /** Of the IAM that runs. */
  const credentialsWith = (change: Partial<PasswordOptions> & { maxRetries?: number } = {}): Credentials =>
    new PasswordCredentials({
      project: 'production',
      domain: 'acme',
      user: 'exporter',
      readPassword: () => password,
      scope: { name: 'ap-southeast-3' },
      iam: sampleService(iam.url, { clock, observer, log, maxRetries: change.maxRetries ?? 3 }),
      breaker,
      clock,
      random: () => 0.5,
      log,
      closing: new AbortController().signal,
      ...change,
    });
  const create = async (script: readonly Step[], change = {}): Promise<Credentials> => {
    iam = await startServer(script);
    return credentialsWith(change);
  };
  const fetches = () => log.lines.filter((line) => line.startsWith('debug token fetched ')).length;
  const request = {
    method: 'GET',
    host: 'h',
    projectId: undefined,
    path: '/',
    query: {},
    contentType: undefined,
    body: '',
  };
  const tokenOf = async (credentials: Credentials): Promise<string | undefined> => {
    const deadline = startDeadline(clock, 50_000);
    try {
      return (await credentials.authorize(request, deadline)).headers['x-auth-token'];
    } finally {
      deadline.clear();
    }
  };

  it('exchange the password for a token of the project, once for 70 nodes', async () => {
    const credentials = await create([issued('T1')]);
    const tokens = await Promise.all(Array.from({ length: 70 }, () => tokenOf(credentials)));
    assert.deepEqual(new Set(tokens), new Set(['T1']));
    const [{ method, target, headers, body } = assert.fail()] = iam.requests;
    assert.equal(iam.requests.length, 1);
    assert.deepEqual([method, target], ['POST', '/v3/auth/tokens?nocatalog=true']);
    assert.equal(headers['content-type'], 'application/json');
    assert.equal(headers['x-auth-token'], undefined);
    assert.deepEqual(JSON.parse(body), {
      auth: {
        identity: {
          methods: ['password'],
          password: { user: { name: 'exporter', password, domain: { name: 'acme' } } },
        },
        scope: { project: { name: 'ap-southeast-3' } },
      },
    });
    assert.deepEqual(observer.requests, ['token 201']);
  });

  it('scope it by the id where that is known', async () => {
    await tokenOf(await create([issued('T1')], { scope: { id: 'P' } }));
    assert.deepEqual(JSON.parse(iam.requests[0]?.body ?? '').auth.scope, { project: { id: 'P' } });
  });

  for (const [random, minutes] of [
    [0, 25],
    [0.5, 30],
    [0.999_999, 35],
  ] as const) {
    it(`renew a day's token ${minutes} minutes before its end, by chance ${random}`, async () => {
      const credentials = await create([issued('T1'), issued('T2')], { random: () => random });
      await tokenOf(credentials);
      await clock.advance(24 * HOUR_MS - minutes * MINUTE_MS - 1_000);
      await tokenOf(credentials);
      await settle();
      assert.equal(iam.requests.length, 1);
      await clock.advance(2_000);
      assert.equal(await tokenOf(credentials), 'T1');
      await until(() => fetches() === 2);
      assert.equal(await tokenOf(credentials), 'T2');
    });
  }

  it('renew a short token after three quarters of its life', async () => {
    const credentials = await create([issued('T1', { lifeMs: HOUR_MS }), issued('T2')]);
    await tokenOf(credentials);
    await clock.advance(45 * MINUTE_MS - 1_000);
    await tokenOf(credentials);
    assert.equal(iam.requests.length, 1);
    await clock.advance(1_000);
    await tokenOf(credentials);
    await until(() => iam.requests.length === 2);
  });

  it("measure a token's life by IAM's clock, not by ours", async () => {
    const credentials = await create([issued('T1', { lifeMs: HOUR_MS, skewMs: -3 * HOUR_MS }), issued('T2')]);
    assert.equal(await tokenOf(credentials), 'T1');
    await clock.advance(44 * MINUTE_MS);
    assert.equal(await tokenOf(credentials), 'T1');
    await clock.advance(16 * MINUTE_MS);
    assert.equal(await tokenOf(credentials), 'T2');
  });

  it('send a wrong password once, then not for 15 minutes, whatever asks', async () => {
    const credentials = await create([WRONG, issued('T1')]);
    const another = credentialsWith({ project: 'test', scope: { name: 'cn-north-4' } });
    const errors = await Promise.all([
      ...Array.from({ length: 50 }, () => collectionError(tokenOf(credentials))),
      collectionError(tokenOf(another)),
    ]);
    assert.deepEqual(new Set(errors.map(({ reason }) => reason)), new Set(['auth']));
    assert.match(
      errors[0]?.message ?? '',
      /^token: got 401 "The username or password is wrong\.", expected an accepted password/u,
    );
    for (let minute = 1; minute < 15; minute += 1) {
      await clock.advance(MINUTE_MS);
      assert.match(
        (await collectionError(tokenOf(credentials))).message,
        /nothing is sent with it for \d+ s/u,
      );
      await collectionError(tokenOf(another));
    }
    assert.equal(iam.requests.length, 1);
    await clock.advance(MINUTE_MS);
    assert.equal(await tokenOf(credentials), 'T1');
  });

  it('try a changed password at once', async () => {
    const credentials = await create([WRONG, issued('T1')]);
    await collectionError(tokenOf(credentials));
    await clock.advance(1_000);
    password = 'another';
    assert.equal(await tokenOf(credentials), 'T1');
  });

  it('wait for a password that is being changed where IAM refuses the old one', async () => {
    let endChange = (): void => {};
    const change = new Promise<void>((resolve) => {
      endChange = resolve;
    });
    const credentials = await create([WRONG, issued('T1')], {
      settled: (signal: AbortSignal) => untilAborted(change, signal),
    });
    const token = tokenOf(credentials);
    await until(() => clock.remaining.includes(10_000));
    password = 'another';
    endChange();
    assert.equal(await token, 'T1');
    const passwords = iam.requests.map(({ body }) => JSON.parse(body).auth.identity.password.user.password);
    assert.deepEqual(passwords, ['CANARY"PASS\\WORD', 'another']);
  });

  it('repeat no request with the password before in the name of the new one', async () => {
    const credentials = await create([{ status: 503 }, WRONG, issued('T1')]);
    const token = tokenOf(credentials);
    await until(() => clock.remaining.includes(500));
    password = 'another';
    await clock.advance(500);
    // The one before was refused, which says nothing about this one.
    assert.equal(await token, 'T1');
  });

  it('use a token to its end while IAM is down', async () => {
    const credentials = await create([issued('T1', { lifeMs: HOUR_MS }), { status: 500 }], { maxRetries: 0 });
    await tokenOf(credentials);
    for (let minute = 1; minute < 60; minute += 1) {
      await clock.advance(MINUTE_MS);
      assert.equal(await tokenOf(credentials), 'T1');
      await until(() => clock.sleeping === 0);
    }
    assert.equal(iam.requests.length, 1 + 15, 'a minute apart at most, from the third quarter on');
    assert.ok(
      log.lines.some((line) => line.startsWith('warn token not renewed: the one in force is used on')),
    );
    await clock.advance(MINUTE_MS);
    assert.equal((await collectionError(tokenOf(credentials))).reason, 'api');
  });

  it('repeat the request for a token while IAM answers 503', async () => {
    const credentials = await create([{ status: 503 }, issued('T1')]);
    const token = tokenOf(credentials);
    await until(() => clock.remaining.includes(500));
    await clock.advance(500);
    assert.equal(await token, 'T1');
    assert.deepEqual(observer.retries, ['token']);
  });

  for (const [what, step, message] of [
    ['no token', { status: 201, body: { token: {} } }, 'got 201 without a token that can be sent'],
    [
      'a token that has ended',
      issued.bind(undefined, 'CANARYT', { lifeMs: -90_000 }),
      'got a token that ended 90 s ago, expected one that lasts',
    ],
    ['no JSON', { status: 201, headers: { 'X-Subject-Token': 'CANARYT' }, body: '<html>' }, 'no JSON object'],
  ] as const) {
    it(`refuse ${what}`, async () => {
      const credentials = await create([typeof step === 'function' ? step() : step]);
      const error = await collectionError(tokenOf(credentials));
      assert.equal(error.reason, 'api');
      assert.ok(error.message.includes(message), error.message);
      assert.doesNotMatch(inspect(error), /CANARY/u);
    });
  }

  for (const token of [{}, { expires_at: 'soon' }, { expires_at: 7 }, undefined]) {
    it(`take a token to last an hour, and say so, when its end reads ${JSON.stringify(token)}`, async () => {
      const credentials = await create([
        { status: 201, headers: { 'X-Subject-Token': 'T1' }, body: { token } },
        issued('T2'),
      ]);
      assert.equal(await tokenOf(credentials), 'T1');
      assert.ok(
        log.lines.includes(
          'warn token: got no readable expires_at, expected a date: taken to last an hour project=production',
        ),
      );
      await clock.advance(HOUR_MS);
      assert.equal(await tokenOf(credentials), 'T2');
    });
  }

  it('never show the password or the token, even when a server echoes them', async () => {
    const credentials = await create([
      (response, { body }) => {
        response.writeHead(400, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ error_code: 'IAM.0007', error_msg: `${password} ${body}` }));
      },
      issued('CANARYTOKEN'),
    ]);
    const error = await collectionError(tokenOf(credentials));
    await clock.advance(1_000);
    const { secrets } = await credentials.authorize(request, startDeadline(clock, 50_000));
    assert.deepEqual(secrets, ['CANARYTOKEN']);
    const shown = [inspect(error, { depth: 9 }), inspect(credentials, { depth: 9 }), ...log.lines].join('\n');
    assert.match(shown, /<secret>/u);
    assert.doesNotMatch(shown, /CANARY/u);
  });

  describe('when the API refuses their token', () => {
    /** The API knows one token; the 401s are counted. */
    const startApi = (accepted: () => string) =>
      startServer([
        (response, { headers }) => {
          const step = headers['x-auth-token'] === accepted() ? RUNNING : REFUSED;
          const { status = 200, body = {} } = step as { status?: number; body?: object };
          response.writeHead(status, { 'content-type': 'application/json' });
          response.end(JSON.stringify(body));
        },
      ]);

    it('renew it once for 50 nodes, and repeat their requests: none fails', async () => {
      let accepted = 'T1';
      const credentials = await create([issued('T1'), issued('T2')]);
      const api = await startApi(() => accepted);
      const { client } = sampleClient(api.url, { credentials, clock });
      const ask = () => client.taskStatus(node, 'r', startDeadline(clock, 50_000));
      assert.equal(await ask(), 'running');
      await clock.advance(HOUR_MS);
      accepted = 'T2';
      const all = await Promise.all(Array.from({ length: 50 }, ask));
      assert.deepEqual(new Set(all), new Set(['running']));
      assert.equal(iam.requests.length, 2);
    });

    it('renew it once, however young it is, then leave it: after two refusals nothing is sent for 330 s', async () => {
      const credentials = await create([issued('T1'), issued('T2'), issued('T3')]);
      const api = await startApi(() => 'none');
      const { client } = sampleClient(api.url, { credentials, clock });
      const ask = () => collectionError(client.taskStatus(node, 'r', startDeadline(clock, 50_000)));
      await clock.advance(HOUR_MS);
      for (let turn = 0; turn < 5; turn += 1) {
        assert.equal((await ask()).reason, 'auth');
        await clock.advance(10_000);
      }
      assert.equal(iam.requests.length, 2, 'the second was renewed ten seconds before');
      assert.equal(api.requests.length, 3);
      await clock.advance(330_000);
      await ask();
      assert.equal(iam.requests.length, 3);
      assert.equal(api.requests.length, 4);
    });

    it('renew it again once the minute is over, also where it was refused to all meanwhile', async () => {
      let accepted = 'T1';
      const credentials = await create([issued('T1'), issued('T2'), issued('T3')]);
      const api = await startApi(() => accepted);
      const { client } = sampleClient(api.url, { credentials, clock });
      const ask = () => client.taskStatus(node, 'r', startDeadline(clock, 50_000));
      assert.equal(await ask(), 'running');
      accepted = 'T2';
      assert.equal(await ask(), 'running');
      accepted = 'T3';
      for (let turn = 0; turn < 3; turn += 1) {
        assert.equal((await collectionError(ask())).reason, 'auth');
        await clock.advance(20_000);
      }
      assert.equal(await ask(), 'running');
      assert.equal(iam.requests.length, 3);
    });

    it('show the refusal when IAM cannot help', async () => {
      const credentials = await create([issued('T1'), WRONG]);
      const api = await startApi(() => 'none');
      const { client } = sampleClient(api.url, { credentials, clock });
      await tokenOf(credentials);
      await clock.advance(HOUR_MS);
      const error = await collectionError(client.taskStatus(node, 'r', startDeadline(clock, 50_000)));
      assert.match(error.message, /^wait: got 401 APIGW\.0301 "decrypt token fail"/u);
      assert.ok(
        log.lines.some((line) => line.includes('token not renewed') && line.includes('password is wrong')),
        log.lines.join('\n'),
      );
    });
  });
});
