import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import type { SimulatedAccessKey } from '../../src/simulator/cloud/simulated-fleet.js';
import { sampleFleet } from '../../src/simulator/sample-fleet.js';
import { type Simulator, startSimulator } from '../../src/simulator/start-simulator.js';
import { ConfigFolder } from '../config/config-folder.js';
import { addressOf, eventually, type Program, runProgram, startProgram } from '../support/program.js';
import { samplesNamed, scrape } from '../support/scrape.js';
import { simulatedConfig, writeConfig } from '../support/simulated-config.js';

/** Whatever the person who runs the tests has set. */
const NO_SDK = { HUAWEICLOUD_SDK_AK: '', HUAWEICLOUD_SDK_SK: '', HUAWEICLOUD_SDK_CREDENTIALS_FILE: '' };

describe('the program and its credentials', () => {
  let folder: ConfigFolder;
  let simulator: Simulator | undefined;
  let agent: Program | undefined;

  beforeEach(() => {
    folder = new ConfigFolder();
  });
  afterEach(async () => {
    agent?.child.kill('SIGKILL');
    await agent?.ended;
    await simulator?.close();
    folder.remove();
  });

  const start = async (nodesPerInstance: number, maxRequestsPerSecond: number): Promise<Simulator> => {
    simulator = await startSimulator({
      projects: sampleFleet({ nodesPerInstance, maxRequestsPerSecond }),
      taskSeconds: { min: 0, max: 0.2 },
    });
    return simulator;
  };
  const run = (configFile: string, env: NodeJS.ProcessEnv): Program =>
    startProgram([`--config.file=${configFile}`, '--web.listen-address=127.0.0.1:0'], {
      ...NO_SDK,
      HOME: folder.path,
      ...env,
    });
  const whenUp = (address: string, nodes: number): Promise<Map<string, number>> =>
    eventually(
      async () => {
        const samples = await scrape(address);
        const up = [...samplesNamed(samples, 'taurusdb_up').values()];
        return up.length === nodes && up.every((value) => value === 1) ? samples : undefined;
      },
      `${nodes} nodes up`,
      50_000,
    );
  const configWithout = (cloud: Simulator, ...keys: string[]): string => {
    const left = Object.fromEntries(keys.map((key) => [key, undefined]));
    return writeConfig(
      simulatedConfig(cloud, { api: { max_requests_per_second: 30 } }, () => left),
      `${folder.path}/config.yaml`,
    );
  };
  const keyOf = (cloud: Simulator): SimulatedAccessKey => {
    const key = cloud.projects[0]?.accessKeys[0];
    assert.ok(key);
    return key;
  };

  it('are found in the environment, the id of the project at IAM', async () => {
    const cloud = await start(2, 100);
    const { ak, sk } = keyOf(cloud);
    agent = run(configWithout(cloud, 'auth', 'project_id'), {
      HUAWEICLOUD_SDK_AK: ak,
      HUAWEICLOUD_SDK_SK: sk,
    });
    const samples = await whenUp(await addressOf(agent), 2);
    const tokens = 'taurusdb_api_requests_total{project="production",operation="token"';
    assert.equal(samples.get(`${tokens},code="200"}`), 1);
    assert.ok(!agent.stderr().includes(sk));
  });

  it('are found in the profile file, and followed when that changes', async () => {
    const cloud = await start(2, 100);
    const { ak, sk } = keyOf(cloud);
    const profile = folder.write('profile', '[basic]\nak = AKOFBEFORE\nsk = SKOFBEFORE\n');
    agent = run(configWithout(cloud, 'auth'), { HUAWEICLOUD_SDK_CREDENTIALS_FILE: profile });
    const address = await addressOf(agent);
    await agent.says(/reason=auth/u);
    writeFileSync(profile, `[basic]\nak = ${ak}\nsk = ${sk}\n`);
    await whenUp(address, 2);
  });

  it('are an error in one line when there are none: nothing starts', async () => {
    const cloud = await start(1, 100);
    const file = configWithout(cloud, 'auth');
    for (const command of ['run', 'check-config', 'collect']) {
      const { code, stdout, stderr } = await runProgram([command, `--config.file=${file}`], {
        ...NO_SDK,
        HOME: folder.path,
      });
      assert.equal(code, 1);
      assert.equal(stdout, '');
      assert.match(
        stderr,
        /^\S+config\.yaml:2: projects\[0\]\.auth: missing, and there are no credentials elsewhere: HUAWEICLOUD_SDK_AK and .+\n$/u,
      );
    }
    assert.deepEqual(cloud.stats().requests, []);
  });

  it('serve all nodes although the gateway allows less than the configuration says', async () => {
    const cloud = await start(30, 15);
    agent = run(configWithout(cloud), {});
    await whenUp(await addressOf(agent), 30);
    const count = (wanted: (status: unknown) => boolean) =>
      cloud
        .stats()
        .requests.filter(({ status }) => wanted(status))
        .reduce((sum, request) => sum + request.count, 0);
    const throttled = count((status) => status === 429);
    const all = count(() => true);
    assert.ok(throttled > 0 && throttled < all / 4, `${throttled} of ${all} requests were throttled`);
  });
});
