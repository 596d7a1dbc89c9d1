// A configuration that is wrong in one part: nothing of it is taken over.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { stringify } from 'yaml';
import { sampleFleet } from '../../src/simulator/sample-fleet.js';
import { type RecordedCloud, startCloud } from '../support/recorded-cloud.js';
import {
  type Changes,
  HOWS,
  nodeIdsOf,
  ReloadableAgent,
  type Settings,
  SUCCESS_AT,
  SUCCESSFUL,
  seriesWith,
  settingsOf,
  sum,
  values,
} from '../support/reloadable-agent.js';

const OLD = { ak: 'OLDKEY', sk: 'old-secret-key' };
const NEW = { ak: 'NEWKEY', sk: 'new-secret-key' };

describe('a reload of a wrong configuration', () => {
  let folder: string;
  let cloud: RecordedCloud;
  let nodes: string[];
  let agent: ReloadableAgent;

  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'taurusdb-reload-'));
    const projects = sampleFleet({ projects: 3, nodesPerInstance: 1 });
    cloud = await startCloud({
      projects: projects.map((project) => ({ ...project, accessKeys: [OLD, NEW] })),
    });
    nodes = nodeIdsOf(cloud, 'production', 'staging');
    agent = await ReloadableAgent.start(settings(OLD));
    await agent.up(nodes);
  });
  after(async () => {
    await agent.stop();
    await cloud.close();
    rmSync(folder, { recursive: true });
  });

  /** With the new key there is a third project, too, and the second has another label. */
  function settings(key: typeof OLD, changes: Changes = {}, ofStaging: Settings = {}): Settings {
    const labels = key === NEW ? { labels: { env: 'new' } } : {};
    const all = settingsOf(cloud, { metrics: labels, ...changes }, ({ name }) => ({
      auth: { access_key: key },
      ...(name === 'staging' ? ofStaging : {}),
    }));
    return { ...all, projects: (all.projects as Settings[]).slice(0, key === NEW ? 3 : 2) };
  }
  const text = (changes?: Changes, ofStaging?: Settings) =>
    stringify(settings(NEW, changes, ofStaging), { aliasDuplicateObjects: false });

  function write(name: string, content: string): string {
    const file = path.join(folder, name);
    writeFileSync(file, content, { mode: 0o600 });
    return file;
  }

  const withSecret = (sk_file: string) => ({ auth: { access_key: { ak: NEW.ak, sk_file } } });

  /** Name; what becomes of the file; what is said of it, a line for each mistake. */
  const CASES: readonly (readonly [string, () => string | undefined, readonly RegExp[]])[] = [
    ['is no YAML', () => `${text()}\napi: [`, [/^\S+config\.yaml:\d+: .+$/u]],
    [
      'has unknown keys',
      () => text({ api: { retries: 3 }, colection: {} }),
      [/:\d+: api: unknown key \(did you mean "max_retries"\?\)$/u, /:\d+: colection: unknown key/u],
    ],
    [
      'names a secret file that is missing',
      () => text({}, withSecret('nowhere')),
      [/:\d+: projects\[1\]\.auth\.access_key\.sk_file: .*no such file/u],
    ],
    [
      'names a secret file that is empty',
      () => text({}, withSecret(write('empty', ''))),
      [/:\d+: projects\[1\]\.auth\.access_key\.sk_file: .*it is empty/u],
    ],
    ['is empty', () => '', [/config\.yaml:\d+: /u]],
    ['ends in the middle', () => text().slice(0, text().indexOf('sk:') + 1), [/config\.yaml:\d+: /u]],
    [
      'has a project that is wrong among others',
      () => text({}, { project_id: 'short' }),
      [/:\d+: projects\[1\]\.project_id: /u],
    ],
    [
      'names certificates that are none',
      () => text({ api: { ca_file: write('ca.pem', 'no certificate') } }),
      [/:\d+: api\.ca_file: /u],
    ],
    [
      'names a proxy that is none',
      () => text({}, { api: { proxy_url_file: write('proxy', 'nonsense') } }),
      [/:\d+: projects\[1\]\.api\.proxy_url_file: /u],
    ],
    ['is a directory', () => undefined, [/^\S+config\.yaml: cannot be read: not a regular file$/u]],
    ['is removed', () => undefined, [/^\S+config\.yaml: cannot be read: no such file$/u]],
  ];

  for (const [what, wrong, mistakes] of CASES) {
    it(`that ${what} changes nothing, and is told line by line`, async () => {
      const loadedAt = (await agent.series()).get(SUCCESS_AT);
      const content = wrong();
      if (content !== undefined) {
        agent.write(content);
      } else {
        rmSync(agent.file, { recursive: true, force: true });
      }
      if (what === 'is a directory') {
        mkdirSync(agent.file);
      }

      const byPost = await agent.askForReload('POST');
      const bySignal = await agent.askForReload('SIGHUP');
      assert.deepEqual([byPost.ok, byPost.status, bySignal.ok], [false, 500, false]);
      const lines = byPost.answer.trimEnd().split('\n');
      for (const mistake of mistakes) {
        assert.ok(
          lines.some((line) => mistake.test(line)),
          byPost.answer,
        );
      }
      for (const line of lines) {
        assert.ok(
          mistakes.some((mistake) => mistake.test(line)),
          line,
        );
      }
      for (const { log } of [byPost, bySignal]) {
        assert.equal(log.match(/\n/gu)?.length, 1);
        for (const line of lines) {
          assert.ok(log.includes(line.slice(-20).replaceAll('"', '\\"')), log);
        }
      }

      const series = await agent.series();
      assert.equal(series.get(SUCCESSFUL), 0);
      assert.equal(series.get(SUCCESS_AT), loadedAt);
      assert.deepEqual(seriesWith(series, 'project="analytics"'), []);
      assert.deepEqual(seriesWith(series, 'env="new"'), []);
      if (what === 'is a directory') {
        rmSync(agent.file, { recursive: true });
      }
    });
  }

  it('lets collections go on as before', async () => {
    await cloud.nextCollections(nodes);
    assert.deepEqual(new Set(cloud.requests.map(({ ak }) => ak)), new Set([OLD.ak]));
    const series = await agent.series();
    assert.equal(sum(series, 'taurusdb_collections_total', 'result="error"'), 0);
    assert.deepEqual(values(series, 'taurusdb_up'), [1, 1]);
  });

  for (const how of HOWS) {
    it(`gives way to a right one, by ${how}`, async () => {
      const key = how === 'SIGHUP' ? NEW : OLD;
      agent.write(`${text()}\nnonsense: 1\n`);
      await agent.askForReload(how);
      const before = await agent.series();
      assert.equal(before.get(SUCCESSFUL), 0);
      await agent.reload(settings(key), how);
      const after = await agent.series();
      assert.equal(after.get(SUCCESSFUL), 1);
      assert.ok((after.get(SUCCESS_AT) ?? 0) > (before.get(SUCCESS_AT) ?? 0));
      const requests = await cloud.nextCollections(nodes);
      const submits = requests.filter(({ operation }) => operation === 'submit');
      assert.deepEqual(new Set(submits.map(({ ak }) => ak)), new Set([key.ak]));
    });
  }
});
