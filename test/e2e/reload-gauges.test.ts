// The two gauges of the last reload, which speak of the configuration and of the web configuration.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sampleFleet } from '../../src/simulator/sample-fleet.js';
import { type RecordedCloud, startCloud } from '../support/recorded-cloud.js';
import {
  HOWS,
  ONCE_A_YEAR,
  ReloadableAgent,
  type Series,
  type Settings,
  SUCCESS_AT,
  SUCCESSFUL,
  settingsOf,
} from '../support/reloadable-agent.js';

describe('the gauges of the last reload', () => {
  let folder: string;
  let cloud: RecordedCloud;
  let agent: ReloadableAgent;
  let versions: number;

  beforeEach(async () => {
    versions = 0;
    folder = mkdtempSync(path.join(tmpdir(), 'taurusdb-web-'));
    cloud = await startCloud({ projects: sampleFleet({ nodesPerInstance: 1 }) });
    agent = await ReloadableAgent.start(settings(), `--web.config.file=${writeWeb()}`);
  });
  afterEach(async () => {
    await agent.stop();
    await cloud.close();
    rmSync(folder, { recursive: true });
  });

  const settings = (): Settings => settingsOf(cloud, { collection: { schedule: ONCE_A_YEAR } });

  /** Another content each time. */
  function writeWeb(addition = ''): string {
    const file = path.join(folder, 'web.yaml');
    const headers = `http_server_config: { headers: { Content-Security-Policy: "report-uri /${versions++}" } }`;
    writeFileSync(file, `${headers}\n${addition}`, { mode: 0o600 });
    return file;
  }

  const gaugesOf = (series: Series) => [series.get(SUCCESSFUL), series.get(SUCCESS_AT) ?? 0] as const;

  async function gauges(): Promise<readonly [successful: number | undefined, at: number]> {
    return gaugesOf(await agent.series());
  }

  /** A web configuration is read once it has been still. */
  async function gaugesOnceSuccessfulIs(value: number): Promise<readonly [number | undefined, number]> {
    const is = (series: Series) => series.get(SUCCESSFUL) === value;
    return gaugesOf(await agent.seriesWhen(is, `${SUCCESSFUL} ${value}`));
  }

  for (const how of HOWS) {
    it(`say no while the web configuration is wrong, also after a right configuration (${how})`, async () => {
      const [successful, startedAt] = await gauges();
      assert.equal(successful, 1);
      writeWeb('nonsense: 1\n');
      assert.deepEqual(await gaugesOnceSuccessfulIs(0), [0, startedAt]);
      await agent.program.says(/msg="web configuration not reloaded/u);
      await agent.reload(settings(), how);
      assert.deepEqual(await gauges(), [0, startedAt]);

      writeWeb();
      const [mended, mendedAt] = await gaugesOnceSuccessfulIs(1);
      assert.equal(mended, 1);
      assert.ok(mendedAt > startedAt);
      await agent.reload(settings(), how);
      const [reloaded, reloadedAt] = await gauges();
      assert.equal(reloaded, 1);
      assert.ok(reloadedAt > mendedAt);
    });

    it(`say no while the configuration is wrong, also after a right web configuration (${how})`, async () => {
      const [, startedAt] = await gauges();
      agent.write('nonsense: 1\n');
      assert.equal((await agent.askForReload(how)).ok, false);
      assert.deepEqual(await gauges(), [0, startedAt]);
      writeWeb();
      await agent.program.says(/msg="web configuration reloaded/u);
      assert.deepEqual(await gauges(), [0, startedAt]);

      writeWeb('nonsense: 1\n');
      await agent.program.says(/msg="web configuration not reloaded/u);
      assert.deepEqual(await gauges(), [0, startedAt]);
      await agent.reload(settings(), how);
      assert.deepEqual(await gauges(), [0, startedAt]);
      writeWeb();
      const [mended, mendedAt] = await gaugesOnceSuccessfulIs(1);
      assert.equal(mended, 1);
      assert.ok(mendedAt > startedAt);
    });
  }

  it('move with a web configuration that changes for another right one', async () => {
    const [, startedAt] = await gauges();
    writeWeb();
    const moved = (series: Series) => (series.get(SUCCESS_AT) ?? 0) > startedAt;
    const [successful] = gaugesOf(await agent.seriesWhen(moved, 'a later success'));
    assert.equal(successful, 1);
  });
});
