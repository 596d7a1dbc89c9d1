import assert from 'node:assert/strict';
import { ProjectClients } from '../../src/agent/project-clients.js';
import type { Config } from '../../src/config/config-schema.js';
import { STILL_MS } from '../../src/followed-files.js';
import { sampleNode } from '../collect/sample-node.js';
import { ConfigFolder } from '../config/config-folder.js';
import { makeCertificate } from '../support/certificates.js';
import { FakeClock } from '../support/fake-clock.js';
import { requireProgram } from '../support/real-programs.js';
import { RecordedLog } from '../support/recorded-log.js';
import { closeServers, type ScriptedServer, startServer } from '../support/scripted-server.js';

const GOOD = { body: { request_id: 'r-1' } };
const observer = { request() {}, retry() {}, clockCorrection() {} };
const deadline = { signal: new AbortController().signal, remainingMs: () => 10_000 };

describe('ProjectClients.prepare', () => {
  const folder = new ConfigFolder();
  const node = sampleNode({ project: 'production' });
  let server: ScriptedServer;
  let clients: ProjectClients;
  let clock: FakeClock;

  function config(settings = '', token = 'first'): Config {
    return folder.load(text(`{ value: ${token} }`, settings)).config;
  }

  function text(token: string, settings = ''): string {
    return `
projects:
  - name: production
    region: ap-southeast-3
    project_id: 054e292c9880d4992f02c0196d3ea468
    endpoint: ${server.url}
    auth: { token: ${token} }
    discovery: { enabled: true }
${settings}`;
  }

  /** The token that a request with this view of the clients carries. */
  async function tokenSent(api = clients.of('production')): Promise<unknown> {
    // Requests keep a distance.
    await clock.advance(200);
    await api.submitTask(node, { filter: 'total' }, deadline);
    return server.requests.at(-1)?.headers['x-auth-token'];
  }

  beforeEach(async () => {
    server = await startServer([GOOD]);
    clock = new FakeClock();
    clients = new ProjectClients({ clock, log: new RecordedLog(), observer });
    clients.prepare(config())();
  });
  afterEach(async () => {
    await clients.close();
    await closeServers();
  });
  after(() => folder.remove());

  it('takes a changed project over, and lets who began with the old client end with it', async () => {
    const before = clients.of('production');
    clients.prepare(config('', 'second'))();
    assert.equal(await tokenSent(), 'second');
    assert.equal(await tokenSent(before), 'first');
  });

  it('lets who began end with the client of a project that is gone', async () => {
    const before = clients.of('production');
    clients.prepare({ ...config(), projects: [] })();
    assert.equal(await tokenSent(before), 'first');
    assert.throws(() => clients.of('production'), { reason: 'internal' });
  });

  it('changes nothing before it is told to', async () => {
    const putInForce = clients.prepare(config('', 'second'));
    assert.equal(await tokenSent(), 'first');
    putInForce();
    assert.equal(await tokenSent(), 'second');
  });

  it('keeps the client of a project that did not change, whatever else did', () => {
    const before = clients.of('production');
    clients.prepare(config('collection: { schedule: "*/5 * * * *", filter: slow }'))();
    assert.equal(clients.of('production'), before);
    clients.prepare(config('    api: { request_timeout: 7s }'))();
    assert.notEqual(clients.of('production'), before);
  });

  it('keeps the client, and what it holds, where the file of its secret has another content now', async () => {
    folder.write('token', 'old');
    const withFile = () => folder.load(text('{ value_file: token }')).config;
    clients.prepare(withFile())();
    const before = clients.of('production');
    folder.write('token', 'new');
    clients.prepare(withFile())();
    assert.equal(clients.of('production'), before);
    assert.equal(await tokenSent(), 'old');
    await clock.advance(STILL_MS);
    assert.equal(await tokenSent(), 'new');
  });

  it('gives the next client the budget of the one before: a pause that the API asked for goes on', async () => {
    server = await startServer([{ status: 429, headers: { 'retry-after': '120' } }, GOOD]);
    clients.prepare(config())();
    await assert.rejects(tokenSent(), { reason: 'throttled' });
    clients.prepare(config('    api: { request_timeout: 7s, max_requests_per_second: 4 }'))();
    assert.equal(clients.budgets().get('production')?.requestsPerSecond, 0);
    await assert.rejects(tokenSent(), { reason: 'throttled' });
    assert.equal(server.requests.length, 1);
  });

  it('follows another file where the secret in it is the same for now', async () => {
    folder.write('first', 'same');
    folder.write('second', 'same');
    const withFile = (name: string) => folder.load(text(`{ value_file: ${name} }`)).config;
    clients.prepare(withFile('first'))();
    clients.prepare(withFile('second'))();
    assert.equal(await tokenSent(), 'same');
    folder.write('second', 'another');
    assert.equal(await tokenSent(), 'same');
    await clock.advance(STILL_MS);
    assert.equal(await tokenSent(), 'another');
  });

  it('takes over certificates that changed in the same file', async function () {
    requireProgram(this, 'openssl');
    const newCertificates = () => {
      folder.write('ca.pem', makeCertificate().cert);
      return config('    api: { ca_file: ca.pem }');
    };
    clients.prepare(newCertificates())();
    const before = clients.of('production');
    clients.prepare(config('    api: { ca_file: ca.pem }'))();
    assert.equal(clients.of('production'), before);
    clients.prepare(newCertificates())();
    assert.notEqual(clients.of('production'), before);
  });
});
