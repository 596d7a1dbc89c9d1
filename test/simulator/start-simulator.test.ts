import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { SimulatedProject } from '../../src/simulator/cloud/simulated-fleet.js';
import { sampleFleet } from '../../src/simulator/sample-fleet.js';
import {
  type Simulator,
  type SimulatorOptions,
  startSimulator,
} from '../../src/simulator/start-simulator.js';
import { FakeClock } from '../support/fake-clock.js';
import { call, instancesUrl, nodeUrl, only, type Reply, textOf, tokenHeaders } from './api-client.js';

describe('startSimulator', () => {
  let simulator: Simulator;
  let project: SimulatedProject;

  async function start(options: Partial<SimulatorOptions> = {}): Promise<void> {
    simulator = await startSimulator({ projects: sampleFleet(), clock: new FakeClock(), ...options });
    project = only(simulator.projects);
  }
  // Outside of mocha these would end the process.
  const unhandled: unknown[] = [];
  const onUnhandled = (reason: unknown) => unhandled.push(reason);
  before(() => process.on('unhandledRejection', onUnhandled));
  after(() => process.off('unhandledRejection', onUnhandled));

  afterEach(async () => {
    await simulator.close();
    assert.deepEqual(unhandled.splice(0), []);
  });

  function list(): Promise<Reply> {
    return call(instancesUrl(simulator.url, project), { headers: tokenHeaders(project) });
  }

  /** What the server writes to a connection that sends these bytes and then nothing more. */
  async function raw(bytes: string | Buffer): Promise<string> {
    const socket = connect(Number(new URL(simulator.url).port), '127.0.0.1');
    socket.end(bytes);
    return (await buffer(socket)).toString('latin1');
  }

  it('listens on loopback, and frees its port on closing', async () => {
    await start();
    assert.match(simulator.url, /^http:\/\/127\.0\.0\.1:\d+$/);
    const port = Number(new URL(simulator.url).port);
    await simulator.close();
    await start({ port });
    assert.equal((await list()).status, 200);
    await assert.rejects(startSimulator({ projects: [], port }), { code: 'EADDRINUSE' });
  });

  it('counts requests by project, operation and status', async () => {
    await start();
    await list();
    await list();
    await call(instancesUrl(simulator.url, project));
    await call(`${simulator.url}/nowhere`);
    assert.deepEqual(simulator.stats().requests, [
      { project: 'production', operation: 'list_instances', status: 200, count: 2 },
      { project: 'production', operation: 'list_instances', status: 401, count: 1 },
      { project: '', operation: 'unknown', status: 404, count: 1 },
    ]);
  });

  it('follows a script of faults, counted by operation, project and node', async () => {
    const seen: string[] = [];
    await start({
      fault: ({ operation, project: name, nodeId, count }) => {
        seen.push(`${operation} ${name} ${nodeId === '' ? '-' : 'node'} ${count}`);
        if (operation !== 'list_instances') {
          return undefined;
        }
        const body = '{"error_code":"X.1"}';
        return count === 1 ? { status: 503, headers: { 'Retry-After': '7' }, body } : undefined;
      },
    });
    const first = await list();
    assert.deepEqual([first.status, first.headers.get('retry-after')], [503, '7']);
    assert.equal(textOf(first.json, 'error_code'), 'X.1');
    assert.equal((await list()).status, 200);
    const headers = tokenHeaders(project);
    const url = `${nodeUrl(simulator.url, project)}/realtime-session`;
    assert.equal((await call(url, { method: 'POST', headers, body: '{}' })).status, 200);
    assert.deepEqual(seen, [
      'list_instances production - 1',
      'list_instances production - 2',
      'submit production node 1',
    ]);
  });

  it('says so when the script of faults itself fails', async () => {
    await start({
      fault: () => {
        throw new Error('no such step');
      },
    });
    const reply = await list();
    assert.equal(reply.status, 500);
    assert.match(textOf(reply.json, 'error_msg'), /no such step/);
  });

  it('breaks the connection for a reset', async () => {
    await start({ fault: () => 'reset' });
    await assert.rejects(list(), { name: 'TypeError' });
    assert.equal(simulator.stats().requests[0]?.status, 'reset');
  });

  it('cuts a body whose source fails', async () => {
    const body = async function* () {
      yield Buffer.from('user,ho');
      throw new Error('cut');
    };
    await start({ fault: () => ({ status: 200, body: body() }) });
    await assert.rejects(list());
  });

  it('never answers a hanging request, and closes all the same', async () => {
    await start({ fault: () => 'hang' });
    let isAnswered = false;
    const asking = list().then(
      () => {
        isAnswered = true;
      },
      () => undefined,
    );
    while (simulator.stats().requests.length === 0) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    await simulator.close();
    await asking;
    assert.ok(!isAnswered);
    await start();
  });

  it('fails requests at the given rates', async () => {
    await start({ errorRate: 0.2, throttleRate: 0.2 });
    const statuses: number[] = [];
    for (let turn = 0; turn < 200; turn += 1) {
      statuses.push((await list()).status);
    }
    const throttled = statuses.filter((status) => status === 429).length;
    const failed = statuses.filter((status) => status >= 500).length;
    assert.ok(throttled > 20 && throttled < 60, `${throttled} throttled`);
    assert.ok(failed > 16 && failed < 55, `${failed} failed`);
    assert.deepEqual(new Set(statuses), new Set([200, 429, 500, 502, 503, 504]));
  });

  it('holds every answer back for the latency', async () => {
    const clock = new FakeClock();
    await start({ clock, latencyMs: { min: 300, max: 300 } });
    let isAnswered = false;
    const asking = list().then(() => {
      isAnswered = true;
    });
    while (clock.sleeping === 0) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    await clock.advance(299);
    assert.ok(!isAnswered);
    await clock.advance(1);
    await asking;
  });

  it('refuses a body over 1 MiB', async () => {
    await start();
    const url = `${simulator.iamUrl}/v3/auth/tokens`;
    const reply = await call(url, { method: 'POST', body: ' '.repeat(1024 * 1024 + 1) });
    assert.deepEqual([reply.status, textOf(reply.json, 'error_code')], [413, 'APIGW.0201']);
    const allowed = await call(url, { method: 'POST', body: ' '.repeat(1024 * 1024) });
    assert.equal(allowed.status, 400);
  });

  it('lives on after clients that talk nonsense or leave in the middle', async () => {
    await start({ sessionsPerNode: 100_000, taskSeconds: { min: 0, max: 0 } });
    assert.match(await raw('nonsense\r\n\r\n'), /^HTTP\/1\.1 400/);
    assert.match(await raw(Buffer.alloc(20_000, 0x41)), /^HTTP\/1\.1 4\d\d|^$/);
    assert.match(
      await raw('GET http://elsewhere/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'),
      / 404 /,
    );
    await raw('POST /v3/auth/tokens HTTP/1.1\r\nHost: a\r\nContent-Length: 50\r\n\r\n{"auth"');

    const headers = tokenHeaders(project);
    const base = nodeUrl(simulator.url, project);
    const submitted = await call(`${base}/realtime-session`, { method: 'POST', headers, body: '{}' });
    const result = `${base}/realtime-session-result?request_id=${textOf(submitted.json, 'request_id')}`;
    const { pathname, search, port } = new URL(result);
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(
      `GET ${pathname}${search} HTTP/1.1\r\nHost: a\r\nX-Auth-Token: ${headers['X-Auth-Token']}\r\n\r\n`,
    );
    await once(socket, 'data');
    socket.resetAndDestroy();
    await once(socket, 'close');
    assert.equal((await list()).status, 200);
  });
});
