import assert from 'node:assert/strict';
import { type Agent, startAgent } from '../../src/agent/agent.js';
import { systemClock } from '../../src/clock.js';
import { loadConfig } from '../../src/config/load-config.js';
import { WHOLE_FLEET } from '../../src/discover/shard.js';
import { jsonAnswer } from '../../src/simulator/cloud/answer.js';
import type { Operation } from '../../src/simulator/cloud/route.js';
import { sampleFleet } from '../../src/simulator/sample-fleet.js';
import { type Simulator, startSimulator } from '../../src/simulator/start-simulator.js';
import { plainWebAccess } from '../../src/web/access/web-access.js';
import { addressOf, eventually, startProgram } from '../support/program.js';
import { RecordedLog } from '../support/recorded-log.js';
import { samplesNamed, scrape } from '../support/scrape.js';
import { simulatedConfig, writeConfig } from '../support/simulated-config.js';

const ONCE = { schedule: '0 0 1 1 *', splay: '0s', poll_interval: '100ms', timeout: '60s' };

describe('a reload', function () {
  this.timeout(60_000);

  let simulator: Simulator;
  /** The tasks of these nodes do not come to an end. */
  const unfinished = new Set<string>();

  beforeEach(async () => {
    unfinished.clear();
    simulator = await startSimulator({
      projects: sampleFleet({ instances: 1, nodesPerInstance: 3 }),
      taskSeconds: { min: 0, max: 0 },
      fault: ({ operation, nodeId }) =>
        operation === 'wait' && unfinished.has(nodeId) ? jsonAnswer(200, { status: 'running' }) : undefined,
    });
  });
  afterEach(() => simulator.close());

  const requests = (operation: Operation) =>
    simulator
      .stats()
      .requests.filter((one) => one.operation === operation)
      .reduce((sum, { count }) => sum + count, 0);

  describe('of an agent that collects', () => {
    let agent: Agent;
    let address: string;

    const nodeIds = () =>
      simulator.projects
        .flatMap(({ instances }) => instances)
        .flatMap(({ nodes }) => nodes.map(({ id }) => id));
    const configWith = (settings: object, nodes: readonly string[] = nodeIds()) =>
      loadConfig(
        writeConfig(
          simulatedConfig(simulator, { collection: ONCE, ...settings }, ({ instances }) => ({
            nodes: instances.flatMap((instance) =>
              nodes.map((id) => ({ instance_id: instance.id, node_id: id })),
            ),
          })),
        ),
        {},
      ).config;

    async function start(): Promise<void> {
      agent = await startAgent({
        config: configWith({}),
        shard: WHOLE_FLEET,
        listenAddress: { host: '127.0.0.1', port: 0 },
        telemetryPath: '/metrics',
        access: plainWebAccess,
        reload: undefined,
        clock: systemClock,
        log: new RecordedLog(),
      });
      address = `http://127.0.0.1:${agent.address.port}`;
    }

    const upNodes = async () => [...samplesNamed(await scrape(address), 'taurusdb_up')];

    afterEach(() => agent.stop());

    it('lets a running collection of a kept node end as it began, though its project has changed', async () => {
      const [running = ''] = nodeIds();
      unfinished.add(running);
      await start();
      await eventually(async () => ((await upNodes()).length === 2 ? true : undefined), 'the other nodes up');

      agent.apply(configWith({ api: { request_timeout: '7s' }, collection: { ...ONCE, timeout: '50s' } }));
      unfinished.clear();
      const up = await eventually(async () => {
        const all = await upNodes();
        return all.length === 3 ? all : undefined;
      }, 'the collection to end');
      assert.deepEqual([...new Set(up.map(([, value]) => value))], [1]);
      assert.equal(requests('submit'), 3, 'no node was collected anew');
      assert.equal(requests('download'), 3);
    });

    it('keeps what is known of kept nodes; a removed one goes with its series and its running collection', async () => {
      const [removed = '', ...kept] = nodeIds();
      unfinished.add(removed);
      await start();
      await eventually(async () => ((await upNodes()).length === 2 ? true : undefined), 'two nodes up');
      const before = await scrape(address);

      agent.apply(configWith({ api: { request_timeout: '7s' } }, kept));
      const after = await scrape(address);
      for (const [name, value] of before) {
        if (kept.some((id) => name.includes(id))) {
          assert.equal(after.get(name), value, name);
        }
      }
      assert.deepEqual(
        [...after.keys()].filter((name) => name.includes(removed)),
        [],
      );
      const asked = requests('wait');
      agent.apply(configWith({}, kept));
      await new Promise((resolve) => setTimeout(resolve, 2_500));
      assert.ok(requests('wait') <= asked + 1, 'nobody waits for the task of the removed node');
    });
  });

  it('is done once or twice for 100 signals at once', async () => {
    const configFile = writeConfig(simulatedConfig(simulator));
    const agent = startProgram([`--config.file=${configFile}`, '--web.listen-address=127.0.0.1:0']);
    try {
      await addressOf(agent);
      for (let signal = 0; signal < 100; signal++) {
        agent.child.kill('SIGHUP');
      }
      await agent.says(/msg="configuration reloaded"/u);
      agent.child.kill('SIGTERM');
      assert.equal(await agent.ended, 0);
      const loads = agent.stderr().match(/msg="configuration reloaded"/gu)?.length ?? 0;
      assert.ok(loads <= 2, `${loads} loads`);
    } finally {
      agent.child.kill('SIGKILL');
    }
  });
});
