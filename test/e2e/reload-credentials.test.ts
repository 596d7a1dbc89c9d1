// Secrets, endpoints and proxies that a reload, or a file that it names, changes.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { later, systemClock } from '../../src/clock.js';
import { STILL_MS } from '../../src/followed-files.js';
import type { SimulatedProject } from '../../src/simulator/cloud/simulated-fleet.js';
import { sampleFleet } from '../../src/simulator/sample-fleet.js';
import { startTunnels, type Tunnels } from '../support/connect-proxy.js';
import { type RecordedCloud, startCloud } from '../support/recorded-cloud.js';
import {
  type How,
  nodeIdsOf,
  ReloadableAgent,
  type Series,
  type Settings,
  settingsOf,
  sum,
  until,
} from '../support/reloadable-agent.js';
import { closeServers } from '../support/scripted-server.js';

const OLD = { ak: 'OLDKEY', sk: 'old-secret-key', token: 'old-token' };
const NEW = { ak: 'NEWKEY', sk: 'new-secret-key', token: 'new-token' };

describe('a reload of secrets and addresses', () => {
  let folder: string;
  let cloud: RecordedCloud;
  let nodes: string[];
  let agent: ReloadableAgent;

  /** One project that knows the old and the new secrets. */
  function fleet(): SimulatedProject[] {
    const secrets = [OLD, NEW];
    return sampleFleet({ nodesPerInstance: 1 }).map((project) => ({
      ...project,
      accessKeys: secrets.map(({ ak, sk }) => ({ ak, sk })),
      tokens: secrets.map(({ token }) => token),
    }));
  }

  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'taurusdb-reload-'));
    cloud = await startCloud({ projects: fleet() });
    nodes = nodeIdsOf(cloud);
  });
  afterEach(async () => {
    await agent.stop();
    await cloud.close();
    await closeServers();
    rmSync(folder, { recursive: true });
  });

  function write(name: string, text: string): string {
    const file = path.join(folder, name);
    writeFileSync(file, text, { mode: 0o600 });
    return file;
  }

  async function start(ofProject: Settings): Promise<void> {
    agent = await ReloadableAgent.start(settingsOf(cloud, {}, () => ofProject));
    await agent.up(nodes);
  }

  const reload = (ofProject: Settings, how: How) =>
    agent.reload(
      settingsOf(cloud, {}, () => ofProject),
      how,
    );

  /** What the collections that begin now are submitted with. */
  async function secretsOfNextCollections(): Promise<string[]> {
    const requests = await cloud.nextCollections(nodes);
    const submits = requests.filter(({ operation }) => operation === 'submit');
    return [...new Set(submits.map(({ ak, token }) => ak || token))];
  }

  const key = ({ ak, sk }: typeof OLD) => ({ auth: { access_key: { ak, sk } } });
  const token = ({ token }: typeof OLD) => ({ auth: { token: { value: token } } });
  const keyFiles = (name: string, { ak, sk }: typeof OLD) => ({
    auth: { access_key: { ak_file: write(`${name}-ak`, ak), sk_file: write(`${name}-sk`, `${sk}\n`) } },
  });
  const tokenFile = (name: string, { token }: typeof OLD) => ({
    auth: { token: { value_file: write(`${name}-token`, token) } },
  });

  it('keeps the distance to a clock of the API that is another one than ours', async () => {
    await cloud.close();
    const now = () => later(systemClock.now(), 20 * 60_000);
    cloud = await startCloud({
      projects: sampleFleet({ projects: 1, instances: 4, nodesPerInstance: 2 }),
      clock: { ...systemClock, now },
      latencyMs: { min: 50, max: 100 },
    });
    nodes = nodeIdsOf(cloud);
    const refused = (series: Series) => sum(series, 'taurusdb_api_requests_total', 'code="401"');
    await start({ language: 'en-us' });
    await agent.up(nodes);
    const before = await agent.series();
    assert.equal(refused(before), 1);
    await reload({ language: 'zh-cn' }, 'POST');
    const after = await agent.collected(nodes);
    assert.equal(refused(after), 1);
    assert.equal(sum(after, 'taurusdb_up'), nodes.length);
  });

  it('uses the token of a password and a looked-up id on while IAM is silent', async () => {
    const auth = { password: cloud.projects[0]?.passwords[0] };
    const byPassword = { auth, project_id: undefined };
    await start({ ...byPassword, language: 'en-us' });
    const release = cloud.hold(({ operation }) => operation === 'token' || operation === 'list_projects');
    await reload({ ...byPassword, language: 'zh-cn', api: { request_timeout: '7s' } }, 'SIGHUP');
    const requests = await cloud.nextCollections(nodes);
    release();
    const submits = requests.filter(({ operation }) => operation === 'submit');
    assert.deepEqual([...new Set(submits.map(({ language }) => language))], ['zh-cn']);
    assert.deepEqual(
      requests.filter(({ operation }) => operation === 'token'),
      [],
    );
  });

  for (const [how, what, before, after, sent] of [
    ['SIGHUP', 'another access key', () => key(OLD), () => key(NEW), NEW.ak],
    ['POST', 'another token', () => token(OLD), () => token(NEW), NEW.token],
    ['POST', 'files of another key', () => keyFiles('old', OLD), () => keyFiles('new', NEW), NEW.ak],
    [
      'SIGHUP',
      'the file of another token',
      () => tokenFile('old', OLD),
      () => tokenFile('new', NEW),
      NEW.token,
    ],
    ['SIGHUP', 'a token instead of a key', () => key(OLD), () => token(NEW), NEW.token],
  ] as const) {
    it(`by ${how} uses ${what} for the next collections, and no longer the one before`, async () => {
      await start(before());
      await reload(after(), how);
      assert.deepEqual(await secretsOfNextCollections(), [sent]);
    });
  }

  it('goes on with the old content of files that changed just before, until they have been still', async () => {
    await start(keyFiles('a', OLD));
    const written = performance.now();
    await reload(keyFiles('a', NEW), 'POST');
    await until(() => cloud.requests.some(({ ak }) => ak === NEW.ak), 'the new key');
    const [first] = cloud.requests.filter(({ ak }) => ak === NEW.ak);
    assert.ok((first?.at ?? 0) - written >= STILL_MS);
    await agent.collected(nodes);
    assert.equal(sum(await agent.series(), 'taurusdb_api_requests_total', 'code="401"'), 0);
  });

  it('tries a mended secret at once, though the wrong one has been refused', async () => {
    const wrong = { access_key: { ak: NEW.ak, sk: 'mistyped' } };
    agent = await ReloadableAgent.start(settingsOf(cloud, {}, () => ({ auth: wrong })));
    await agent.collected(nodes, 1, 'error');
    await reload(key(NEW), 'SIGHUP');
    assert.deepEqual(await secretsOfNextCollections(), [NEW.ak]);
  });

  it('sends the old key nowhere else and nothing more to the endpoint before', async () => {
    const second = await startCloud({ projects: fleet() });
    try {
      await start(key(OLD));
      await reload({ ...key(NEW), endpoint: second.url, iam_endpoint: second.url }, 'POST');
      await second.nextCollections(nodes);
      // What was under way has ended with the client that it began with.
      const asked = cloud.requests.length;
      await second.nextCollections(nodes);
      assert.equal(cloud.requests.length, asked);
      assert.deepEqual(new Set(cloud.requests.map(({ ak }) => ak)), new Set([OLD.ak]));
      assert.deepEqual(new Set(second.requests.map(({ ak }) => ak)), new Set([NEW.ak]));
    } finally {
      await second.close();
    }
  });

  describe('of a proxy', () => {
    let one: Tunnels;
    let other: Tunnels;

    beforeEach(async () => {
      one = await startTunnels();
      other = await startTunnels();
    });

    /** Whether the collections that begin now go through each of the two. */
    async function taken(): Promise<readonly [one: boolean, other: boolean]> {
      const came = (operation: string, since: number) =>
        cloud.requests.slice(since).some((request) => request.operation === operation);
      const before = cloud.requests.length;
      const release = cloud.hold(({ operation }) => operation === 'submit');
      // By the next submit, the collection before has ended.
      await until(() => came('submit', before), 'the next collection');
      const [ofOne, ofOther] = [one.bytes(), other.bytes()];
      const begun = cloud.requests.length;
      release();
      await until(() => came('download', begun), 'its end');
      return [one.bytes() > ofOne, other.bytes() > ofOther];
    }
    const via = (proxy_url: string) => ({ api: { proxy_url } });

    for (const [how, what, before, after, expected] of [
      ['SIGHUP', 'that is new', () => ({}), () => via(one.url), [true, false]],
      ['POST', 'instead of another', () => via(one.url), () => via(other.url), [false, true]],
      ['SIGHUP', 'that is no longer there', () => via(one.url), () => ({}), [false, false]],
    ] as const) {
      it(`${what} by ${how}`, async () => {
        await start(before());
        await reload(after(), how);
        assert.deepEqual(await taken(), expected);
      });
    }

    it('in a file is not needed: its new content is followed', async () => {
      const proxy_url_file = write('proxy', one.url);
      await start({ api: { proxy_url_file } });
      assert.deepEqual(await taken(), [true, false]);
      write('proxy', other.url);
      await until(() => other.bytes() > 0, 'the first tunnel through the other');
      assert.deepEqual(await taken(), [false, true]);
    });

    it('in a file that changes costs no collection where the proxy before opens no tunnel any more', async () => {
      const proxy_url_file = write('proxy', one.url);
      await start({ api: { proxy_url_file } });
      const begun = cloud.requests.length;
      const came = (operation: string) =>
        cloud.requests.slice(begun).some((one) => one.operation === operation);
      const release = cloud.hold(({ operation }) => operation === 'submit');
      await until(() => came('submit'), 'one');
      release();
      // Written anew at each look: on a busy machine the end may come later than a file is taken to be still.
      await until(() => {
        write('proxy', other.url.slice(0, -2));
        return came('download');
      }, 'its end');
      one.refuse();
      write('proxy', other.url);
      await until(() => other.bytes() > 0, 'the first tunnel through the other');
      const series = await agent.collected(nodes);
      assert.equal(sum(series, 'taurusdb_collection_errors_total'), 0);
    });
  });
});
