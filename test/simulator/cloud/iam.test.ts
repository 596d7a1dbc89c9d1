import assert from 'node:assert/strict';
import type { SimulatedProject } from '../../../src/simulator/cloud/simulated-fleet.js';
import { sampleFleet } from '../../../src/simulator/sample-fleet.js';
import { type Simulator, startSimulator } from '../../../src/simulator/start-simulator.js';
import { FakeClock } from '../../support/fake-clock.js';
import {
  call,
  callSigned,
  firstKey,
  instancesUrl,
  only,
  type Reply,
  textOf,
  tokenHeaders,
} from '../api-client.js';

const HOUR_MS = 3_600_000;

describe('the simulated IAM', () => {
  let clock: FakeClock;
  let simulator: Simulator;
  let project: SimulatedProject;

  beforeEach(async () => {
    clock = new FakeClock();
    simulator = await startSimulator({ projects: sampleFleet({ projects: 2 }), clock });
    project = only(simulator.projects);
  });
  afterEach(() => simulator.close());

  function askToken(
    scope: unknown = { id: project.projectId },
    change: { password?: string } = {},
  ): Promise<Reply> {
    const { domain, user, password } = { ...only(project.passwords), ...change };
    const body = {
      auth: {
        identity: {
          methods: ['password'],
          password: { user: { name: user, password, domain: { name: domain } } },
        },
        scope: { project: scope },
      },
    };
    const headers = { 'Content-Type': 'application/json;charset=utf8' };
    const url = `${simulator.iamUrl}/v3/auth/tokens?nocatalog=true`;
    return call(url, { method: 'POST', headers, body: JSON.stringify(body) });
  }

  function list(token: string): Promise<Reply> {
    return call(instancesUrl(simulator.url, project), { headers: { 'X-Auth-Token': token } });
  }

  it('gives a token for a password, by the id of the project or by its name', async () => {
    for (const scope of [{ id: project.projectId }, { name: project.region }]) {
      const reply = await askToken(scope);
      assert.equal(reply.status, 201, reply.text);
      assert.equal((await list(reply.headers.get('x-subject-token') ?? '')).status, 200);
    }
    assert.deepEqual([...simulator.stats().tokensIssued], [['production', 2]]);
  });

  it('says when the token ends, and refuses it from then on', async () => {
    const reply = await askToken();
    const token = reply.headers.get('x-subject-token') ?? '';
    const { token: body } = JSON.parse(reply.text);
    assert.match(body.expires_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    assert.equal(Date.parse(body.expires_at), clock.now() + 24 * HOUR_MS);
    assert.equal(Date.parse(body.issued_at), clock.now());
    assert.equal(body.project.id, project.projectId);
    await clock.advance(24 * HOUR_MS - 1);
    assert.equal((await list(token)).status, 200);
    await clock.advance(1);
    const refused = await list(token);
    assert.equal(refused.status, 401);
    assert.match(textOf(refused.json, 'error_msg'), /token expires, expires_at: 2026-01-03T03:04:05/);
  });

  it('keeps the old token when a new one is given', async () => {
    const tokens = [await askToken(), await askToken()].map(
      (reply) => reply.headers.get('x-subject-token') ?? '',
    );
    assert.equal(new Set(tokens).size, 2);
    for (const token of tokens) {
      assert.equal((await list(token)).status, 200);
    }
  });

  it('refuses a wrong password, and the right one too after five wrong ones', async () => {
    for (let turn = 0; turn < 5; turn += 1) {
      const reply = await askToken(undefined, { password: 'wrong' });
      assert.equal(reply.status, 401);
      const error = { code: 401, message: 'The username or password is wrong.', title: 'Unauthorized' };
      assert.deepEqual(reply.json, { error });
    }
    const locked = await askToken();
    assert.equal(locked.status, 401);
    assert.match(locked.text, /account is locked/);
    await clock.advance(15 * 60_000);
    assert.equal((await askToken()).status, 201);
  });

  it('forgets wrong passwords after a right one', async () => {
    for (const password of ['a', 'b', 'c', 'd']) {
      await askToken(undefined, { password });
    }
    assert.equal((await askToken()).status, 201);
    for (const password of ['a', 'b', 'c', 'd']) {
      await askToken(undefined, { password });
    }
    assert.equal((await askToken()).status, 201);
  });

  it('refuses scopes that the user has not, and requests that are none', async () => {
    const other = simulator.projects[1];
    for (const scope of [null, {}, 7, { id: other?.projectId }, { name: 'mars-1' }]) {
      assert.equal((await askToken(scope)).status, 400, JSON.stringify(scope));
    }
    for (const body of ['', '{', '[]', '{"auth":{"identity":{"methods":["totp"]}}}', '{"auth":7}']) {
      const reply = await call(`${simulator.iamUrl}/v3/auth/tokens`, { method: 'POST', body });
      assert.deepEqual([reply.status, textOf(reply.json, 'error_code')], [400, 'IAM.0007'], body);
    }
  });

  it('finds projects by name, for tokens and for signatures', async () => {
    const url = `${simulator.iamUrl}/v3/projects?name=${project.region}`;
    for (const reply of [
      await call(url, { headers: tokenHeaders(project) }),
      await callSigned(url, firstKey(project), clock.now()),
    ]) {
      assert.equal(reply.status, 200, reply.text);
      const { projects } = JSON.parse(reply.text);
      assert.equal(projects.length, 1);
      assert.equal(projects[0].id, project.projectId);
      assert.equal(projects[0].name, project.region);
    }
    assert.equal((await call(url)).status, 401);
    const none = await call(`${simulator.iamUrl}/v3/projects?name=mars-1`, {
      headers: tokenHeaders(project),
    });
    assert.deepEqual(JSON.parse(none.text).projects, []);
  });
});
