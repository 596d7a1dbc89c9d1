// Thousands of requests on one connection, sent before the first is answered, against the built program with a hundred nodes.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { sampleFleet } from '../../src/simulator/sample-fleet.js';
import { type Simulator, startSimulator } from '../../src/simulator/start-simulator.js';
import { addressOf, eventually, type Program, startProgram } from '../support/program.js';
import { samplesNamed, scrape } from '../support/scrape.js';
import { simulatedConfig, writeConfig } from '../support/simulated-config.js';
import { rawConnection } from '../web/raw-request.js';

const NODES = 100;
const LIMIT_MIB = 512;
/** As many values in each dimension as the page shows, and more. */
const CSV = `user,host,state,db,command\n${Array.from({ length: 100 }, (_, row) => `u${row},10.0.0.${row},s${row % 50},d${row},c${row % 20}\n`).join('')}`;

describe('pipelined requests', () => {
  let simulator: Simulator;
  let agent: Program;
  let address: string;
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
    const socket = rawConnection(Number(new URL(address).port)).pause();
    sockets.push(socket);
    await once(socket, 'connect');
    return socket;
  }

  function peakMiB(): number {
    const status = readFileSync(`/proc/${agent.child.pid}/status`, 'utf8');
    return Number(/^VmHWM:\s+(\d+) kB$/mu.exec(status)?.[1]) / 1024;
  }

  const asking = (path: string) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;

  /** Resolves once as many answers have begun to come; reads no further. */
  async function answersTo(socket: Socket, count: number): Promise<void> {
    let answers = 0;
    let rest = '';
    socket.setEncoding('latin1').on('data', (more: string) => {
      const pieces = (rest + more).split('HTTP/1.1 200 OK\r\n');
      answers += pieces.length - 1;
      rest = (pieces.at(-1) ?? '').slice(-20);
    });
    socket.resume();
    await eventually(() => answers >= count || undefined, `${count} answers`, 60_000);
    socket.pause();
  }

  it('for the page, 2,400 in one write, are worked on one by one', async () => {
    const socket = await connection();
    socket.write(asking('/').repeat(2_400));
    await answersTo(socket, 200);
    assert.ok(peakMiB() < LIMIT_MIB, `${peakMiB()} MiB`);
  });

  it('cost little on fifty connections that read nothing, too', async () => {
    for (let client = 0; client < 50; client++) {
      (await connection()).write(asking('/').repeat(2_400));
    }
    // Answered behind theirs.
    await scrape(address);
    await scrape(address);
    assert.ok(peakMiB() < LIMIT_MIB, `${peakMiB()} MiB`);
  });

  it('are all answered, in their order, and those behind a half-closed connection too', async () => {
    const socket = await connection();
    socket.end((asking('/-/healthy') + asking('/-/ready')).repeat(1_200));
    const answers = await text(socket);
    assert.deepEqual(
      answers.match(/^(?:healthy|ready)$/gmu),
      Array.from({ length: 2_400 }, (_, index) => (index % 2 === 0 ? 'healthy' : 'ready')),
    );
  });

  it('for the JSON leave the probes their answers in between', async () => {
    const socket = await connection();
    let areAnswered = false;
    socket.write(asking('/api/v1/nodes').repeat(1_670));
    const all = answersTo(socket, 300).then(() => {
      areAnswered = true;
    });
    let probes = 0;
    while (!areAnswered) {
      await (await fetch(`${address}/-/healthy`)).text();
      probes++;
    }
    await all;
    assert.ok(probes > 20, `${probes} probes`);
  });
});
