import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { sampleFleet } from '../../src/simulator/sample-fleet.js';
import { type Simulator, startSimulator } from '../../src/simulator/start-simulator.js';
import { addressOf, eventually, type Program, startProgram } from '../support/program.js';
import { samplesNamed, scrape } from '../support/scrape.js';
import { simulatedConfig, writeConfig } from '../support/simulated-config.js';
import { rawConnection, rawRequest, statusOf } from '../web/raw-request.js';

const NODES = 50;
const MIB = 1024 * 1024;
/** As many values in each dimension as are shown: a page of megabytes. */
const CSV = `user,host,state,db,command\n${Array.from({ length: 100 }, (_, row) => `u${row},10.0.0.${row},s${row % 50},d${row},c${row % 20}\n`).join('')}`;

describe('clients that mean no good', function () {
  this.timeout(120_000);

  let simulator: Simulator;
  let agent: Program;
  let address: string;
  let port: number;
  let sockets: Socket[];

  before(async () => {
    const projects = sampleFleet({ instances: NODES / 2, nodesPerInstance: 2 });
    simulator = await startSimulator({
      projects: projects.map((project) => ({
        ...project,
        instances: project.instances.map((instance) => ({
          ...instance,
          nodes: instance.nodes.map((node) => ({ ...node, csvText: CSV })),
        })),
      })),
      taskSeconds: { min: 0, max: 0 },
    });
    const collection = { schedule: '*/3 * * * * *', splay: '2s', poll_interval: '100ms', timeout: '10s' };
    const config = simulatedConfig(simulator, { collection, api: { max_requests_per_second: 1000 } });
    agent = startProgram([`--config.file=${writeConfig(config)}`, '--web.listen-address=127.0.0.1:0']);
    address = await addressOf(agent);
    port = Number(new URL(address).port);
    await eventually(async () => {
      const up = samplesNamed(await scrape(address), 'taurusdb_up');
      return up.size === NODES ? true : undefined;
    }, 'every node up');
  });
  beforeEach(() => {
    sockets = [];
  });
  afterEach(() => {
    for (const socket of sockets) {
      socket.destroy();
    }
  });
  after(async () => {
    agent.child.kill('SIGKILL');
    await agent.ended;
    await simulator.close();
  });

  async function connection(): Promise<Socket> {
    const socket = rawConnection(port).pause();
    sockets.push(socket);
    await once(socket, 'connect');
    return socket;
  }

  function residentMiB(): number {
    const status = readFileSync(`/proc/${agent.child.pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB$/mu.exec(status)?.[1]) / 1024;
  }

  it('get no memory by asking and never reading, 200 of them, while the nodes change', async () => {
    const page = (await (await fetch(`${address}/metrics`)).text()).length;
    assert.ok(page > 2 * MIB, `a page of ${page} bytes`);
    const before = residentMiB();
    for (let client = 0; client < 200; client++) {
      const socket = await connection();
      socket.write('GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n');
      // Ten of them at each change, so that they hold answers of different ages.
      if (client % 10 === 9) {
        await scrape(address);
      }
    }
    const grown = residentMiB() - before;
    assert.ok(grown < 100, `${grown} MiB more`);
    await scrape(address);
  });

  it('are answered when 500 ask at once, or told to come again', async () => {
    const answers = await Promise.all(
      Array.from({ length: 500 }, () => rawRequest(port, 'HEAD /metrics HTTP/1.0\r\n\r\n')),
    );
    assert.ok(answers.every((answer) => [200, 503].includes(statusOf(answer))));
    await scrape(address);
  });

  it('break 500 connections in the middle, and harm nobody', async () => {
    for (let client = 0; client < 500; client++) {
      const socket = await connection();
      socket.write(client % 2 === 0 ? 'GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n' : 'GET /met');
      socket.resetAndDestroy();
    }
    await scrape(address);
  });

  it('leave no line in the log', () => {
    const lines = agent.stderr().trimEnd().split('\n');
    assert.deepEqual(
      lines.filter((line) => !/msg=("?listening|"collection |"node )/u.test(line)),
      [],
    );
  });
});
