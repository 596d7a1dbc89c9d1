import assert from 'node:assert/strict';
import { startDeadline } from '../../../src/model/deadline.js';
import { CircuitBreaker, KEY_LIMITS } from '../../../src/taurusdb/call/circuit-breaker.js';
import { tokenCredentials } from '../../../src/taurusdb/credentials/token-credentials.js';
import { ProjectLookup } from '../../../src/taurusdb/operations/project-id.js';
import { FakeClock } from '../../support/fake-clock.js';
import { RecordedLog } from '../../support/recorded-log.js';
import { closeServers, type ScriptedServer, type Step, startServer } from '../../support/scripted-server.js';
import { closeClients, collectionError, PROJECT_ID, RecordedApi, sampleService } from '../sample-client.js';

const REGION = 'ap-southeast-3';
const PROJECT = { id: PROJECT_ID, name: REGION, domain_id: 'd', enabled: true };

describe('the look-up of a project id', () => {
  let clock: FakeClock;
  let observer: RecordedApi;
  let server: ScriptedServer;
  let find: () => Promise<string>;

  const start = async (...script: Step[]): Promise<void> => {
    clock = new FakeClock();
    observer = new RecordedApi();
    server = await startServer(script);
    const iam = sampleService(server.url, { clock, observer, log: new RecordedLog(), maxRetries: 0 });
    const lookup = new ProjectLookup({
      callIam: iam.callWith(
        tokenCredentials(() => 'TOKEN'),
        new CircuitBreaker(clock, KEY_LIMITS),
      ),
      region: REGION,
      clock,
      closing: new AbortController().signal,
    });
    find = () => lookup.find(startDeadline(clock, 50_000));
  };

  afterEach(async () => {
    await closeServers();
    await closeClients();
  });

  it('asks IAM once for all who need it, with the credential of the project', async () => {
    await start({ body: { projects: [PROJECT], links: {} } });
    assert.deepEqual(new Set(await Promise.all(Array.from({ length: 70 }, find))), new Set([PROJECT_ID]));
    assert.equal(await find(), PROJECT_ID);
    assert.deepEqual(
      server.requests.map(({ method, target, headers }) => [method, target, headers['x-auth-token']]),
      [['GET', `/v3/projects?name=${REGION}`, 'TOKEN']],
    );
    assert.deepEqual(observer.requests, ['token 200']);
  });

  for (const [what, projects, message] of [
    [
      'no project',
      [],
      'got 0 projects of the name "ap-southeast-3", expected exactly one that the credential may use: the account has no project in region "ap-southeast-3", or',
    ],
    ['two projects', [PROJECT, { ...PROJECT, id: 'x'.repeat(32) }], 'got 2 projects of the name'],
    ['a project of another name', [{ ...PROJECT, name: `${REGION}_sub` }], 'got 0 projects of the name'],
    ['no list', 'projects', 'got 0 projects of the name'],
    [
      'an id that leads elsewhere',
      [{ ...PROJECT, id: '../../evil' }],
      'got something else, expected 32 letters',
    ],
    ['an id that is no text', [{ ...PROJECT, id: 7 }], 'got something else, expected 32 letters'],
  ] as const) {
    it(`refuses ${what}, creates none, and asks again for a later caller`, async () => {
      await start({ body: { projects } }, { body: { projects: [PROJECT] } });
      const error = await collectionError(find());
      assert.equal(error.reason, 'api');
      assert.ok(error.message.startsWith(`project id: ${message}`), error.message);
      assert.ok(error.message.endsWith(` set project_id (${new URL(server.url).host})`), error.message);
      assert.equal(error.message.split('set project_id').length, 2, error.message);
      await clock.advance(1_000);
      assert.equal(await find(), PROJECT_ID);
      assert.deepEqual(new Set(server.requests.map(({ method }) => method)), new Set(['GET']));
    });
  }

  it('names the permission that it lacks', async () => {
    await start({ status: 403 });
    const error = await collectionError(find());
    assert.equal(error.reason, 'auth');
    assert.match(error.message, /expected the permission iam:projects:listProjects, or a project_id/u);
  });

  it('says so where the address is not that of IAM', async () => {
    await start({ status: 404 });
    assert.match((await collectionError(find())).message, /expected IAM: check iam_endpoint/u);
  });
});
