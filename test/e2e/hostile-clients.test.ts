import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, get } from 'node:https';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { connect as connectTls } from 'node:tls';
import { sampleFleet } from '../../src/simulator/sample-fleet.js';
import { type Simulator, startSimulator } from '../../src/simulator/start-simulator.js';
import { makeCertificate } from '../support/certificates.js';
import { addressOf, eventually, type Program, startProgram } from '../support/program.js';
import { requireProgram } from '../support/real-programs.js';
import { samplesNamed, samplesOf, scrape } from '../support/scrape.js';
import { simulatedConfig, writeConfig } from '../support/simulated-config.js';
import { rawConnection, rawRequest, statusOf } from '../web/raw-request.js';

const NODES = 50;
const MIB = 1024 * 1024;
/** As many values in each dimension as are shown: a page of megabytes. */
const CSV = `user,host,state,db,command\n${Array.from({ length: 100 }, (_, row) => `u${row},10.0.0.${row},s${row % 50},d${row},c${row % 20}\n`).join('')}`;

describe('clients that mean no good', () => {
  let simulator: Simulator;
  let agent: Program;
  let address: string;
  let port: number;
  let sockets: Socket[];
  let config: string;

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
    config = writeConfig(simulatedConfig(simulator, { collection, api: { max_requests_per_second: 1000 } }));
    agent = startProgram([`--config.file=${config}`, '--web.listen-address=127.0.0.1:0']);
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

  function residentMiB(program = agent): number {
    const status = readFileSync(`/proc/${program.child.pid}/status`, 'utf8');
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

  it('get none over TLS either, 150 of them', async function () {
    requireProgram(this, 'openssl');
    const folder = mkdtempSync(path.join(tmpdir(), 'taurusdb-web-'));
    const { cert, key } = makeCertificate();
    writeFileSync(path.join(folder, 'cert.pem'), cert);
    writeFileSync(path.join(folder, 'key.pem'), key, { mode: 0o600 });
    const webConfig = path.join(folder, 'web.yaml');
    writeFileSync(webConfig, 'tls_server_config: { cert_file: cert.pem, key_file: key.pem }\n');
    const secured = startProgram([
      `--config.file=${config}`,
      `--web.config.file=${webConfig}`,
      '--web.listen-address=127.0.0.1:0',
    ]);
    const client = new Agent({ keepAlive: true });
    try {
      const target = { host: '127.0.0.1', port: Number(new URL(await addressOf(secured)).port), ca: cert };
      const scrapeByTls = async () => {
        const [answer] = await once(get({ ...target, path: '/metrics', agent: client }), 'response');
        return text(answer);
      };
      await eventually(async () => {
        return samplesNamed(samplesOf(await scrapeByTls()), 'taurusdb_up').size === NODES || undefined;
      }, 'every node up');
      const before = residentMiB(secured);
      for (let deaf = 0; deaf < 150; deaf++) {
        const socket = connectTls(target).on('error', () => {});
        sockets.push(socket);
        await once(socket, 'secureConnect');
        socket.pause();
        socket.write('GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n');
        if (deaf % 10 === 9) {
          await scrapeByTls();
        }
      }
      const grown = residentMiB(secured) - before;
      assert.ok(grown < 120, `${grown} MiB more`);
      await scrapeByTls();
    } finally {
      client.destroy();
      secured.child.kill('SIGKILL');
      await secured.ended;
      rmSync(folder, { recursive: true });
    }
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
