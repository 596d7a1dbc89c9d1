import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { type Agent, startAgent } from '../../src/agent/agent.js';
import { systemClock } from '../../src/clock.js';
import { loadConfig } from '../../src/config/load-config.js';
import { WHOLE_FLEET } from '../../src/discover/shard.js';
import type { SimulatedProject } from '../../src/simulator/cloud/simulated-fleet.js';
import { sampleFleet } from '../../src/simulator/sample-fleet.js';
import { type Simulator, startSimulator } from '../../src/simulator/start-simulator.js';
import { plainWebAccess } from '../../src/web/access/web-access.js';
import { eventually } from '../support/program.js';
import { RecordedLog } from '../support/recorded-log.js';
import { samplesNamed, scrape } from '../support/scrape.js';
import { simulatedConfig, writeConfig } from '../support/simulated-config.js';

/** Requests per second and project. What the API allows is more, as requests can arrive closer than they were sent. */
const BUDGET = 20;
const API_LIMIT = 30;
const SECURITY_TOKEN = 'a-security-token-of-temporary-keys';

/** Each project proves in another way who it is. */
const AUTH: Readonly<Record<string, (project: SimulatedProject) => object>> = {
  production: ({ accessKeys: [key] }) => ({ auth: { access_key: { ak: key?.ak, sk: key?.sk } } }),
  staging: ({ tokens: [token] }) => ({ auth: { token: { value: token } } }),
  analytics: ({ passwords: [password] }) => ({ auth: { password } }),
  partners: () => ({ auth: { ecs_agency: {} } }),
  archive: ({ accessKeys: [key] }) => ({
    auth: { access_key: { ak: key?.ak, sk: key?.sk, security_token: SECURITY_TOKEN } },
  }),
  // From the environment.
  sandbox: () => ({ auth: undefined }),
};

describe('a fleet of 6 projects with 70 nodes each', function () {
  this.timeout(240_000);

  let simulator: Simulator;
  let agent: Agent;

  before(async () => {
    const projects = sampleFleet({
      projects: 6,
      instances: 35,
      nodesPerInstance: 2,
      maxRequestsPerSecond: API_LIMIT,
    });
    simulator = await startSimulator({
      projects: projects.map((project) =>
        project.name === 'archive'
          ? {
              ...project,
              accessKeys: project.accessKeys.map((key) => ({ ...key, securityToken: SECURITY_TOKEN })),
            }
          : project,
      ),
      taskSeconds: { min: 0.1, max: 0.3 },
      sessionsPerNode: 20,
    });
    const [key] = simulator.projects.find(({ name }) => name === 'sandbox')?.accessKeys ?? [];
    // Every other project is discovered, and its id looked up.
    const config = simulatedConfig(
      simulator,
      {
        collection: {
          schedule: '*/20 * * * * *',
          splay: '0s',
          poll_interval: '400ms',
          // A busy machine may skip a run, but fail none.
          timeout: '90s',
          max_concurrent: 420,
        },
        api: { max_requests_per_second: BUDGET },
      },
      (project) => ({
        ...AUTH[project.name]?.(project),
        ...(simulator.projects.indexOf(project) % 2 === 0
          ? {}
          : { nodes: [], discovery: { enabled: true }, project_id: undefined }),
      }),
    );
    const environment = { HUAWEICLOUD_SDK_AK: key?.ak, HUAWEICLOUD_SDK_SK: key?.sk };
    agent = await startAgent(loadConfig(writeConfig(config), environment).config, {
      shard: WHOLE_FLEET,
      listenAddress: { host: '127.0.0.1', port: 0 },
      telemetryPath: '/metrics',
      access: plainWebAccess,
      reload: undefined,
      clock: systemClock,
      log: new RecordedLog(),
      metadataEndpoint: simulator.metadataUrl,
    });
  });

  after(async () => {
    await agent.stop();
    await simulator.close();
  });

  const collections = (samples: ReadonlyMap<string, number>, result: string): number[] =>
    [...samplesNamed(samples, 'taurusdb_collections_total')].flatMap(([labels, count]) =>
      labels.includes(`result="${result}"`) ? [count] : [],
    );

  it('is collected on schedule, within the budget of every project, with one token for each that needs one', async () => {
    // Asked of the simulator first: a scrape of such a fleet is work for the process that all of this shares.
    const downloads = () =>
      simulator
        .stats()
        .requests.filter(({ operation, status }) => operation === 'download' && status === 200);
    await eventually(
      () => downloads().reduce((sum, { count }) => sum + count, 0) >= 2 * 420 || undefined,
      'two results for each of 420 nodes',
      100_000,
    );
    const { address, port } = agent.address;
    const samples = await eventually(
      async () => {
        await setTimeout(1_000);
        const now = await scrape(`http://${address}:${port}`);
        const counts = collections(now, 'success');
        return counts.length === 420 && counts.every((count) => count >= 2) ? now : undefined;
      },
      'two collections of each of 420 nodes',
      60_000,
    );
    assert.deepEqual([...samplesNamed(samples, 'taurusdb_up').values()], Array(420).fill(1));
    assert.deepEqual(collections(samples, 'error'), Array(420).fill(0));

    const { requests, maxRequestsPerSecond, tokensIssued } = simulator.stats();
    for (const { name } of simulator.projects) {
      const most = maxRequestsPerSecond.get(name) ?? 0;
      assert.ok(most > BUDGET / 2 && most <= API_LIMIT, `${name}: ${most} requests in a second`);
    }
    assert.deepEqual(
      requests.filter(({ status }) => status === 429),
      [],
    );
    assert.deepEqual([...tokensIssued.values()], [1]);
  });
});
