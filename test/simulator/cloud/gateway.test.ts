import assert from 'node:assert/strict';
import { sampleFleet } from '../../../src/simulator/sample-fleet.js';
import {
  type Simulator,
  type SimulatorOptions,
  startSimulator,
} from '../../../src/simulator/start-simulator.js';
import { FakeClock } from '../../support/fake-clock.js';
import {
  call,
  callSigned,
  firstKey,
  instancesUrl,
  only,
  signed,
  textOf,
  tokenHeaders,
} from '../api-client.js';

const MINUTE_MS = 60_000;

describe('the simulated gateway', () => {
  let clock: FakeClock;
  let simulator: Simulator;

  async function start(options: Partial<SimulatorOptions> = {}): Promise<string> {
    clock = new FakeClock();
    simulator = await startSimulator({ projects: sampleFleet({ projects: 2 }), clock, ...options });
    return instancesUrl(simulator.url, only(simulator.projects));
  }

  afterEach(() => simulator.close());

  it('accepts the official signer', async () => {
    const url = await start();
    const reply = await callSigned(
      `${url}?offset=0&limit=100`,
      firstKey(only(simulator.projects)),
      clock.now(),
    );
    assert.equal(reply.status, 200, reply.text);
  });

  it('asks for a token where nothing is sent', async () => {
    const reply = await call(await start());
    assert.equal(reply.status, 401);
    assert.equal(textOf(reply.json, 'error_code'), 'APIGW.0301');
    assert.equal(
      textOf(reply.json, 'error_msg'),
      'Incorrect IAM authentication information: x-auth-token not found',
    );
    assert.equal(textOf(reply.json, 'request_id'), reply.headers.get('x-request-id'));
  });

  it('refuses a token that it did not give', async () => {
    const reply = await call(await start(), { headers: { 'X-Auth-Token': 'nonsense' } });
    assert.equal(reply.status, 401);
    assert.match(textOf(reply.json, 'error_msg'), /decrypt token fail$/);
  });

  it('refuses a wrong secret and says what it hashed', async () => {
    const url = await start();
    const key = { ...firstKey(only(simulator.projects)), sk: 'wrong' };
    const reply = await callSigned(url, key, clock.now());
    assert.equal(reply.status, 401);
    assert.equal(textOf(reply.json, 'error_code'), 'APIGW.0301');
    assert.match(textOf(reply.json, 'error_msg'), /verify aksk signature fail, canonicalRequest:GET\|\/v3\//);
  });

  it('refuses an unknown key by name', async () => {
    const reply = await callSigned(await start(), { ak: 'NOBODY', sk: 's' }, clock.now());
    assert.equal(reply.status, 401);
    assert.match(textOf(reply.json, 'error_msg'), /ak NOBODY not exist$/);
  });

  it('asks a temporary key for its security token', async () => {
    const [project] = sampleFleet();
    assert.ok(project);
    const key = { ak: 'TEMPORARY', sk: 's', securityToken: 't' };
    const url = await start({ projects: [{ ...project, accessKeys: [key] }] });
    assert.equal((await callSigned(url, key, clock.now())).status, 200);
    assert.equal((await callSigned(url, { ak: key.ak, sk: key.sk }, clock.now())).status, 401);
    assert.equal((await callSigned(url, { ...key, securityToken: 'other' }, clock.now())).status, 401);
  });

  it('locks a key for five minutes after six refused signatures in a row', async () => {
    const url = await start();
    const key = firstKey(only(simulator.projects));
    const wrong = { ...key, sk: 'wrong' };
    for (const round of ['first', 'second']) {
      for (let turn = 0; turn < 5; turn += 1) {
        await callSigned(url, wrong, clock.now());
      }
      assert.equal((await callSigned(url, key, clock.now())).status, 200, `five are forgiven, ${round} time`);
    }
    for (let turn = 0; turn < 6; turn += 1) {
      await callSigned(url, wrong, clock.now());
    }
    const locked = await callSigned(url, key, clock.now());
    assert.equal(locked.status, 401);
    assert.match(textOf(locked.json, 'error_msg'), /AK access failed to reach the limit,forbidden/);
    await clock.advance(5 * MINUTE_MS - 1);
    assert.equal((await callSigned(url, key, clock.now())).status, 401);
    await clock.advance(1);
    assert.equal((await callSigned(url, key, clock.now())).status, 200);
  });

  it('refuses a date more than 15 minutes off, and dates its answers by the clock', async () => {
    const url = await start();
    const key = firstKey(only(simulator.projects));
    for (const skew of [15 * MINUTE_MS, -15 * MINUTE_MS]) {
      assert.equal((await callSigned(url, key, clock.now() + skew)).status, 200);
      const reply = await callSigned(url, key, clock.now() + skew + Math.sign(skew) * 1000);
      assert.equal(reply.status, 401);
      assert.equal(Date.parse(reply.headers.get('date') ?? ''), clock.now());
    }
  });

  it('keeps a credential to its own project', async () => {
    await start();
    const [own, other] = simulator.projects;
    assert.ok(own && other);
    const url = instancesUrl(simulator.url, other);
    const byKey = await callSigned(url, firstKey(own), clock.now());
    assert.deepEqual([byKey.status, textOf(byKey.json, 'error_code')], [403, 'APIGW.0302']);
    const byToken = await call(url, { headers: tokenHeaders(own) });
    assert.deepEqual([byToken.status, textOf(byToken.json, 'error_code')], [401, 'APIGW.0307']);
    assert.equal(textOf(byToken.json, 'error_msg'), 'The token must be updated');
  });

  it('refuses a signed project id that is not the one of the path', async () => {
    const url = await start();
    const headers = { 'X-Project-Id': 'another' };
    const reply = await callSigned(url, firstKey(only(simulator.projects)), clock.now(), { headers });
    assert.equal(reply.status, 403);
  });

  it('accepts one key for all projects that it stands under', async () => {
    const key = { ak: 'SHARED', sk: 's' };
    const projects = sampleFleet({ projects: 2 }).map((project) => ({ ...project, accessKeys: [key] }));
    await start({ projects });
    for (const project of projects) {
      assert.equal((await callSigned(instancesUrl(simulator.url, project), key, clock.now())).status, 200);
    }
  });

  it('answers 404 for what it does not serve', async () => {
    const url = await start();
    const project = only(simulator.projects);
    for (const path of ['/', '/v3', `${url.slice(simulator.url.length)}/x/nodes`, '//', '/%zz']) {
      const reply = await call(`${simulator.url}${path}`, { headers: tokenHeaders(project) });
      assert.deepEqual([reply.status, textOf(reply.json, 'error_code')], [404, 'APIGW.0101'], path);
    }
    assert.equal((await call(url, { method: 'DELETE', headers: tokenHeaders(project) })).status, 404);
  });

  it('answers 429 over the budget of any one second', async () => {
    const [project] = sampleFleet({ maxRequestsPerSecond: 3 });
    assert.ok(project);
    const url = await start({ projects: [project] });
    const ask = () => call(url, { headers: tokenHeaders(project) });
    assert.equal((await ask()).status, 200);
    await clock.advance(900);
    assert.equal((await ask()).status, 200);
    assert.equal((await ask()).status, 200);
    const reply = await ask();
    assert.equal(reply.status, 429);
    assert.equal(textOf(reply.json, 'error_code'), 'APIGW.0308');
    assert.equal(
      textOf(reply.json, 'error_msg'),
      'The throttling threshold has been reached: policy user over ratelimit,limit:3,time:1 second',
    );
    await clock.advance(999);
    assert.equal((await ask()).status, 429, 'refused requests count too');
    await clock.advance(1);
    assert.equal((await ask()).status, 200);
    assert.equal(simulator.stats().maxRequestsPerSecond.get('production'), 4);
  });

  it('counts every budget by itself', async () => {
    await start({ projects: sampleFleet({ projects: 2, maxRequestsPerSecond: 1 }) });
    for (const project of simulator.projects) {
      const reply = await call(instancesUrl(simulator.url, project), { headers: tokenHeaders(project) });
      assert.equal(reply.status, 200);
    }
  });

  it('verifies what the signed request says, not what was signed elsewhere', async () => {
    const url = await start();
    const { host: _, ...headers } = signed(url, firstKey(only(simulator.projects)), clock.now());
    assert.equal((await call(url, { headers })).status, 200);
    assert.equal((await call(`${url}?limit=1`, { headers })).status, 401);
  });
});
