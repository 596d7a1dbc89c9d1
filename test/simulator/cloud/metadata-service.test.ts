import assert from 'node:assert/strict';
import type { SimulatedAccessKey } from '../../../src/simulator/cloud/simulated-fleet.js';
import { sampleFleet } from '../../../src/simulator/sample-fleet.js';
import {
  type Simulator,
  type SimulatorOptions,
  startSimulator,
} from '../../../src/simulator/start-simulator.js';
import { FakeClock } from '../../support/fake-clock.js';
import { call, callSigned, instancesUrl, only, type Reply } from '../api-client.js';

const HOUR_MS = 3_600_000;

describe('the simulated metadata service', () => {
  let clock: FakeClock;
  let simulator: Simulator;

  async function start(options: Partial<SimulatorOptions> = {}): Promise<void> {
    clock = new FakeClock();
    simulator = await startSimulator({ projects: sampleFleet(), clock, ...options });
  }
  afterEach(() => simulator.close());

  function askToken(seconds = '21600'): Promise<Reply> {
    const headers = { 'X-Metadata-Token-Ttl-Seconds': seconds };
    return call(`${simulator.metadataUrl}/meta-data/latest/api/token`, { method: 'PUT', headers });
  }

  function askKey(token?: string): Promise<Reply> {
    const headers: Record<string, string> = token === undefined ? {} : { 'X-Metadata-Token': token };
    return call(`${simulator.metadataUrl}/openstack/latest/securitykey`, { headers });
  }

  function keyOf(reply: Reply): SimulatedAccessKey & { expiresAt: number } {
    assert.equal(reply.status, 200, reply.text);
    const { access, secret, securitytoken, expires_at } = JSON.parse(reply.text).credential;
    return { ak: access, sk: secret, securityToken: securitytoken, expiresAt: Date.parse(expires_at) };
  }

  it('gives a temporary key that the gateway accepts until it ends', async () => {
    await start();
    const key = keyOf(await askKey((await askToken()).text));
    const url = instancesUrl(simulator.url, only(simulator.projects));
    assert.equal((await callSigned(url, key, clock.now())).status, 200);
    await clock.advance(key.expiresAt - clock.now());
    assert.equal((await callSigned(url, key, clock.now())).status, 401);
  });

  it('gives the same key again until it is about to end', async () => {
    await start({ metadataTokens: false });
    const first = keyOf(await askKey());
    await clock.advance(22 * HOUR_MS);
    assert.equal(keyOf(await askKey()).ak, first.ak);
    await clock.advance(HOUR_MS + 60_000);
    assert.notEqual(keyOf(await askKey()).ak, first.ak);
  });

  it('wants a session token that has not ended', async () => {
    await start();
    assert.equal((await askKey()).status, 401);
    assert.equal((await askKey('made up')).status, 401);
    const token = (await askToken('60')).text;
    await clock.advance(59_999);
    assert.equal((await askKey(token)).status, 200);
    await clock.advance(1);
    assert.equal((await askKey(token)).status, 401);
  });

  it('refuses lifetimes that are none', async () => {
    await start();
    for (const seconds of ['', '0', '21601', '1.5', 'soon']) {
      assert.equal((await askToken(seconds)).status, 400, seconds);
    }
  });

  it('knows no session tokens when it is of the old kind', async () => {
    await start({ metadataTokens: false });
    assert.equal((await askToken()).status, 404);
    assert.equal((await askKey()).status, 200);
  });

  it('says that no agency is configured', async () => {
    const projects = sampleFleet().map((project) => ({ ...project, agency: false }));
    await start({ projects, metadataTokens: false });
    const reply = await askKey();
    assert.equal(reply.status, 401);
    assert.equal(reply.text, 'Please configure Cloud Service Agency first');
  });
});
