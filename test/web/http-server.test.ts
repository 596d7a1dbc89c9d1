import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  Agent,
  createServer as createHttpServer,
  get,
  type IncomingMessage,
  type RequestListener,
} from 'node:http';
import { createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { systemClock } from '../../src/clock.js';
import type { Log } from '../../src/log.js';
import { DEFAULT_HTTP_LIMITS, type HttpServer, startHttpServer } from '../../src/web/http-server.js';
import { FakeClock, settle } from '../support/fake-clock.js';
import { eventually } from '../support/program.js';
import { closed, rawConnection, rawRequest, statusOf } from './raw-request.js';

const SILENT: Log = { debug() {}, info() {}, warn() {}, error() {} };
const GREETING: RequestListener = (_request, response) => response.end('hello\n');
/** More than the buffers of a connection take. */
const LARGE = Buffer.alloc(16 * 1024 * 1024, 'x');

describe('startHttpServer', () => {
  const servers: HttpServer[] = [];

  async function start(
    requestListener = GREETING,
    changes: Partial<Parameters<typeof startHttpServer>[0]> = {},
  ) {
    const options = {
      listenAddress: { host: '127.0.0.1', port: 0 },
      requestListener,
      createServer: createHttpServer,
      clock: systemClock,
      log: SILENT,
    };
    const server = await startHttpServer({ ...options, ...changes });
    servers.push(server);
    return server;
  }

  function limits(changes: Partial<typeof DEFAULT_HTTP_LIMITS>) {
    return { limits: { ...DEFAULT_HTTP_LIMITS, ...changes } };
  }

  async function request(server: HttpServer, agent?: Agent): Promise<IncomingMessage> {
    const options = { port: server.address.port, host: '127.0.0.1', ...(agent ? { agent } : {}) };
    const [response] = await once(get(options), 'response');
    return response;
  }

  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.close(0)));
  });

  it('listens on the address given, on nothing else', async () => {
    const { address } = await start();
    assert.equal(address.address, '127.0.0.1');
    assert.equal(statusOf(await rawRequest(address.port, 'GET / HTTP/1.0\r\n\r\n')), 200);
  });

  it('listens on all addresses where none is given, and on IPv6', async () => {
    const all = await start(GREETING, { listenAddress: { host: undefined, port: 0 } });
    assert.ok(['::', '0.0.0.0'].includes(all.address.address));
    assert.equal(statusOf(await rawRequest(all.address.port, 'GET / HTTP/1.0\r\n\r\n')), 200);
    const loopback = await start(GREETING, { listenAddress: { host: '::1', port: 0 } });
    assert.equal(loopback.address.address, '::1');
  });

  it('says which address is taken', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address() as { port: number };
    await assert.rejects(start(GREETING, { listenAddress: { host: '127.0.0.1', port } }), {
      message: `listen address: got "127.0.0.1:${port}", expected an address that no other program listens on (EADDRINUSE)`,
    });
    holder.close();
  });

  it('says which address is not of this machine', async () => {
    await assert.rejects(start(GREETING, { listenAddress: { host: '192.0.2.1', port: 0 } }), {
      message: 'listen address: got "192.0.2.1:0", expected an address of this machine (EADDRNOTAVAIL)',
    });
  });

  it('closes a connection whose headers do not come to an end', async () => {
    const { address } = await start(GREETING, limits({ headersTimeoutMs: 100 }));
    const answer = await rawRequest(address.port, 'GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ');
    assert.equal(statusOf(answer), 408);
  });

  it('closes a connection that never says anything', async () => {
    const { address } = await start(GREETING, limits({ socketTimeoutMs: 100 }));
    assert.equal(await rawRequest(address.port, ''), '');
  });

  it('closes the connections of clients that do not read, and answers others meanwhile', async () => {
    const closing: Promise<unknown>[] = [];
    const { address } = await start(
      (_request, response) => {
        closing.push(once(response, 'close'));
        response.end(LARGE);
      },
      limits({ socketTimeoutMs: 500 }),
    );
    const deaf = Array.from({ length: 20 }, () => {
      const socket = rawConnection(address.port).pause();
      socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
      return socket;
    });
    await eventually(() => closing.length === deaf.length || undefined, 'every request');
    const answer = await rawRequest(address.port, 'GET / HTTP/1.0\r\n\r\n');
    assert.ok(answer.length > LARGE.length);
    await Promise.all(closing);
    const ended = deaf.map(closed);
    for (const socket of deaf) {
      socket.resume();
    }
    await Promise.all(ended);
    for (const socket of deaf) {
      assert.ok(socket.bytesRead < LARGE.length);
    }
  });

  it('ends an answer that is read too slowly, however steadily', async () => {
    const clock = new FakeClock();
    const { address } = await start((_request, response) => response.end(LARGE), { clock });
    const slow = rawConnection(address.port).pause();
    slow.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await once(slow, 'readable');
    while (clock.sleeping === 0) {
      await settle();
    }
    await clock.advance(59_999);
    assert.equal(clock.sleeping, 1);
    await clock.advance(1);
    slow.resume();
    await closed(slow);
    assert.ok(slow.bytesRead < LARGE.length);
  });

  it('forgets the time limit of what is answered', async () => {
    const clock = new FakeClock();
    const { address } = await start(GREETING, { clock });
    await rawRequest(address.port, 'GET / HTTP/1.0\r\n\r\n');
    assert.equal(clock.sleeping, 0);
  });

  it('says when its port is not for this user', async () => {
    const refusing = (...args: Parameters<typeof createHttpServer>) => {
      const server = createHttpServer(...args);
      server.listen = () => {
        server.emit('error', Object.assign(new Error('denied'), { code: 'EACCES' }));
        return server;
      };
      return server;
    };
    await assert.rejects(
      start(GREETING, { createServer: refusing, listenAddress: { host: undefined, port: 80 } }),
      {
        message: 'listen address: got ":80", expected a port that this user may listen on (EACCES)',
      },
    );
  });

  it('refuses headers of more than 16 KiB', async () => {
    const { address } = await start();
    const answer = await rawRequest(
      address.port,
      `GET / HTTP/1.1\r\nHost: a\r\nX-Long: ${'x'.repeat(17_000)}\r\n\r\n`,
    );
    assert.equal(statusOf(answer), 431);
  });

  for (const [what, bytes] of [
    ['no HTTP', '\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03'],
    ['a request without Host', 'GET / HTTP/1.1\r\n\r\n'],
    [
      'both lengths',
      'GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
  ] as const) {
    it(`answers 400 to ${what} and lives on`, async () => {
      const { address } = await start();
      assert.equal(statusOf(await rawRequest(address.port, bytes)), 400);
      assert.equal(statusOf(await rawRequest(address.port, 'GET / HTTP/1.0\r\n\r\n')), 200);
    });
  }

  it('refuses connections above its maximum, and logs that every ten minutes', async () => {
    const clock = new FakeClock();
    const warnings: string[] = [];
    const log = { ...SILENT, warn: (message: string) => warnings.push(message) };
    const { address } = await start(GREETING, { ...limits({ maxConnections: 2 }), clock, log });
    const open = [rawConnection(address.port), rawConnection(address.port)];
    await Promise.all(open.map((socket) => once(socket, 'connect')));
    const refused = () => rawRequest(address.port, 'GET / HTTP/1.0\r\n\r\n');

    assert.equal(await refused(), '');
    assert.equal(await refused(), '');
    assert.deepEqual(warnings, ['refused a connection: too many are open']);
    await clock.advance(600_000);
    assert.equal(await refused(), '');
    assert.equal(warnings.length, 2);
    for (const socket of open) {
      socket.destroy();
    }
  });

  it('keeps a connection for the next request', async () => {
    const server = await start();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ports: (number | undefined)[] = [];
    for (let round = 0; round < 2; round++) {
      const response = await request(server, agent);
      ports.push(response.socket.localPort);
      await text(response);
    }
    assert.equal(ports[0], ports[1]);
    agent.destroy();
  });

  describe('close', () => {
    it('lets an answer under way finish, even to a slow reader, and ends its connection', async () => {
      const clock = new FakeClock();
      const server = await start((_request, response) => response.end(LARGE), { clock });
      const agent = new Agent({ keepAlive: true });
      const response = await request(server, agent);
      const closing = server.close(5_000);
      await settle();
      assert.equal((await text(response)).length, LARGE.length);
      await closing;
      agent.destroy();
      await assert.rejects(request(server), { code: 'ECONNREFUSED' });
    });

    it('tells clients that are answered meanwhile to close their connection', async () => {
      const gate = deferred();
      let requests = 0;
      const server = await start(async (_request, response) => {
        if (requests++ === 0) {
          await gate.promise;
        }
        response.end('done');
      });
      const slow = request(server);
      while (requests === 0) {
        await settle();
      }
      const closing = server.close(5_000);
      assert.equal((await request(server)).headers.connection, 'close');
      gate.resolve();
      assert.equal(await text(await slow), 'done');
      await closing;
    });

    it('gives up on answers that outlast the grace period', async () => {
      const clock = new FakeClock();
      const asked = deferred();
      const server = await start(() => asked.resolve(), { clock });
      const failed = assert.rejects(request(server), { code: 'ECONNRESET' });
      await asked.promise;
      const closing = server.close(5_000);
      await clock.advance(4_999);
      assert.ok(clock.remaining.includes(1));
      await clock.advance(1);
      await closing;
      await failed;
    });

    it('does not wait for connections that ask nothing', async () => {
      const clock = new FakeClock();
      const server = await start(GREETING, { clock });
      const agent = new Agent({ keepAlive: true });
      await text(await request(server, agent));
      const silent = rawConnection(server.address.port);
      await once(silent, 'connect');
      await server.close(5_000);
      assert.equal(clock.sleeping, 0);
      agent.destroy();
      silent.destroy();
    });
  });
});

function deferred() {
  let resolve = () => {};
  const promise = new Promise<void>((resolvePromise) => {
    resolve = resolvePromise;
  });
  return { promise, resolve };
}
