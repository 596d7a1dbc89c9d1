import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  Agent,
  createServer as createHttpServer,
  get,
  type IncomingMessage,
  type RequestListener,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { connect, createServer, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { connect as connectTls } from 'node:tls';
import { systemClock } from '../../src/clock.js';
import type { Log } from '../../src/log.js';
import { DEFAULT_HTTP_LIMITS, type HttpServer, startHttpServer } from '../../src/web/http-server.js';
import { makeCertificate } from '../support/certificates.js';
import { FakeClock, settle } from '../support/fake-clock.js';
import { eventually } from '../support/program.js';
import { requireProgram } from '../support/real-programs.js';
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
    const answer = await rawRequest(address.port, 'GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ');
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
      socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
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

  describe('over TLS', () => {
    /** `transports` are the server's ends of the connections. */
    async function startSecured(requestListener: RequestListener, clock = systemClock) {
      const transports: Socket[] = [];
      const { address } = await start(requestListener, {
        clock,
        createServer: (options, listener) =>
          createHttpsServer({ ...options, ...certificate }, listener).on('secureConnection', (socket) =>
            transports.push(socket),
          ),
      });
      const target = { host: '127.0.0.1', port: address.port, ca: certificate.cert };
      const connection = async () => {
        const socket = connectTls(target).on('error', () => {});
        await once(socket, 'secureConnect');
        return socket.pause();
      };
      return { transports, connection };
    }

    let certificate: ReturnType<typeof makeCertificate>;
    const asking = 'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';

    before(function () {
      requireProgram(this, 'openssl');
      certificate = makeCertificate();
    });

    it('gives a client that does not read a piece of its answer at a time', async () => {
      const { transports, connection } = await startSecured((_request, response) => response.end(LARGE));
      const deaf = await connection();
      deaf.write(asking);
      const reader = await connection();
      reader.write(asking);
      assert.ok((await text(reader)).length > LARGE.length);
      const [{ writableLength, bytesWritten }] = transports as [Socket, Socket];
      assert.ok(bytesWritten > 0);
      assert.ok(writableLength <= 64 * 1024, `${writableLength} bytes`);
      deaf.destroy();
    });

    it('sends every byte in its order, however the answer is cut, also to a client that closed its side', async () => {
      const sizes = [1, 0, 65_535, 65_536, 65_537, 1, 200_000, ...Array(3_000).fill(700), 3 * 65_536];
      const chunks = sizes.map((size, index) => Buffer.alloc(size, `${index};`));
      let gate = deferred();
      const { transports, connection } = await startSecured(async (_request, response) => {
        await gate.promise;
        response.cork();
        for (const chunk of chunks) {
          response.write(chunk);
        }
        response.end();
      });
      for (const [index, closesItsSide] of [false, true].entries()) {
        gate = deferred();
        const socket = await connection();
        socket.write('GET / HTTP/1.0\r\n\r\n');
        if (closesItsSide) {
          const ended = once(await eventually(() => transports[index], 'the connection'), 'end');
          socket.end();
          await ended;
        }
        gate.resolve();
        const answer = Buffer.concat(await socket.toArray());
        const body = answer.subarray(answer.indexOf('\r\n\r\n') + 4);
        assert.equal(body.compare(Buffer.concat(chunks)), 0);
      }
    });

    it('frees what is left of an answer at its time limit', async () => {
      const clock = new FakeClock();
      let answered: Promise<unknown> | undefined;
      const { transports, connection } = await startSecured((_request, response) => {
        answered = once(response, 'close');
        response.end(LARGE);
      }, clock);
      const deaf = await connection();
      deaf.write(asking);
      await eventually(() => transports[0]?.writableNeedDrain || undefined, 'a piece that waits');
      await clock.advance(60_000);
      await answered;
      assert.equal(transports[0]?.destroyed, true);
      deaf.resume();
      await closed(deaf);
      assert.ok(deaf.bytesRead < LARGE.length);
    });
  });

  it('ends an answer that is read too slowly, however steadily', async () => {
    const clock = new FakeClock();
    const { address } = await start((_request, response) => response.end(LARGE), { clock });
    const slow = rawConnection(address.port).pause();
    slow.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
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
      `GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: ${'x'.repeat(17_000)}\r\n\r\n`,
    );
    assert.equal(statusOf(answer), 431);
  });

  for (const [what, bytes] of [
    ['no HTTP', '\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03'],
    ['a request without Host', 'GET / HTTP/1.1\r\n\r\n'],
    [
      'both lengths',
      'GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
  ] as const) {
    it(`answers 400 to ${what} and lives on`, async () => {
      const { address } = await start();
      assert.equal(statusOf(await rawRequest(address.port, bytes)), 400);
      assert.equal(statusOf(await rawRequest(address.port, 'GET / HTTP/1.0\r\n\r\n')), 200);
    });
  }

  describe('at its maximum of connections', () => {
    const asking = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n';

    async function open(port: number): Promise<Socket> {
      const socket = rawConnection(port);
      await once(socket, 'connect');
      return socket;
    }

    it('closes the one idle longest for a new one, and logs that every ten minutes', async () => {
      const clock = new FakeClock();
      const warnings: string[] = [];
      const log = { ...SILENT, warn: (message: string) => warnings.push(message) };
      const { address } = await start(GREETING, { ...limits({ maxConnections: 2 }), clock, log });
      const [silent, asked] = [await open(address.port), await open(address.port)];
      asked.write(asking);
      await once(asked, 'data');
      const ends = [closed(silent), closed(asked)];

      assert.equal(statusOf(await rawRequest(address.port, 'GET / HTTP/1.0\r\n\r\n')), 200);
      await ends[0];
      // It has made room for one more, which has gone again.
      const third = await open(address.port);
      assert.equal(statusOf(await rawRequest(address.port, 'GET / HTTP/1.0\r\n\r\n')), 200);
      await ends[1];
      assert.deepEqual(warnings, ['closed a connection for a new one: too many are open']);

      await clock.advance(600_000);
      const fourth = await open(address.port);
      assert.equal(statusOf(await rawRequest(address.port, 'GET / HTTP/1.0\r\n\r\n')), 200);
      assert.equal(warnings.length, 2);
      third.destroy();
      fourth.destroy();
    });

    it('counts the connections of one client port to several addresses, plain and over TLS', async function () {
      if (process.platform !== 'linux') {
        this.skip(); // Elsewhere 127.0.0.1 is the one address of the loopback.
      }
      for (const createServer of [createHttpServer, createHttpsServer]) {
        const { address } = await start(GREETING, {
          ...limits({ maxConnections: 2 }),
          listenAddress: { host: '0.0.0.0', port: 0 },
          createServer,
        });
        const sockets: Socket[] = [];
        for (const host of ['127.0.1.1', '127.0.1.2', '127.0.1.3']) {
          const from = { localAddress: '127.0.0.1', localPort: sockets[0]?.localPort ?? 0 };
          const socket = connect({ port: address.port, host, ...from }).on('error', () => {});
          await once(socket, 'connect');
          sockets.push(socket);
        }
        await closed((sockets[0] as Socket).resume());
        assert.deepEqual(
          sockets.map((socket) => socket.closed),
          [true, false, false],
        );
        for (const socket of sockets) {
          socket.destroy();
        }
      }
    });

    it('spares those that are being answered', async () => {
      const gate = deferred();
      let requests = 0;
      const { address } = await start(
        async (_request, response) => {
          if (requests++ === 0) {
            await gate.promise;
          }
          response.end('done');
        },
        limits({ maxConnections: 2 }),
      );
      const asked = await open(address.port);
      asked.write(asking);
      await eventually(() => requests || undefined, 'the request');
      const silent = await open(address.port);
      const ended = closed(silent);
      assert.equal(statusOf(await rawRequest(address.port, 'GET / HTTP/1.0\r\n\r\n')), 200);
      await ended;
      const answered = once(asked, 'data');
      gate.resolve();
      assert.match(String(await answered), /done$/);
      asked.destroy();
    });

    it('closes the one whose answer has taken longest where all are being answered', async () => {
      const asked: (string | undefined)[] = [];
      const { address } = await start(
        (request, response) => {
          asked.push(request.url);
          if (request.url === '/') {
            response.end('done');
          }
        },
        limits({ maxConnections: 2 }),
      );
      const slow: Socket[] = [];
      for (const path of ['/first', '/second']) {
        const socket = await open(address.port);
        socket.write(asking.replace('/', path));
        await eventually(() => asked.includes(path) || undefined, path);
        slow.push(socket);
      }
      const ended = slow.map((socket) => closed(socket));
      assert.equal(statusOf(await rawRequest(address.port, 'GET / HTTP/1.0\r\n\r\n')), 200);
      await ended[0];
      assert.equal(slow[1]?.destroyed, false);
      slow[1]?.destroy();
    });
  });

  describe('with requests that are sent ahead of their answers', () => {
    const asking = (path: string) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
    const LAST = 'GET /last HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';

    /** Answers each with its path, once released. */
    async function startGated() {
      const waiting: (() => void)[] = [];
      const { address } = await start((request, response) => {
        waiting.push(() => response.end(`${request.method} ${request.url}\n`));
      });
      const release = async () => {
        const next = await eventually(() => waiting.shift(), 'a request');
        assert.equal(waiting.length, 0);
        next();
      };
      return { port: address.port, waiting, release };
    }

    for (const [how, cut] of [
      ['in one write', (bytes: string) => [bytes]],
      ['byte by byte', (bytes: string) => [...bytes]],
    ] as const) {
      it(`works on one at a time, ${how}`, async () => {
        const { port, release } = await startGated();
        const socket = rawConnection(port).setEncoding('utf8');
        let answer = '';
        socket.on('data', (more: string) => {
          answer += more;
        });
        for (const piece of cut(asking('/1') + asking('/2') + LAST)) {
          socket.write(piece);
        }
        const ended = closed(socket);
        for (let request = 0; request < 3; request++) {
          await release();
        }
        await ended;
        assert.deepEqual(answer.match(/^GET .*$/gm), ['GET /1', 'GET /2', 'GET /last']);
      });
    }

    it('takes no body for a request', async () => {
      const { port, release, waiting } = await startGated();
      const post = `POST /1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${LAST.length}\r\n\r\n`;
      const answer = rawRequest(port, (post + LAST).repeat(2) + LAST);
      for (let request = 0; request < 3; request++) {
        await release();
      }
      assert.deepEqual((await answer).match(/^(?:GET|POST) .*$/gm), ['POST /1', 'POST /1', 'GET /last']);
      assert.equal(waiting.length, 0);
    });

    it('works on one at a time over TLS', async function () {
      requireProgram(this, 'openssl');
      const { cert, key } = makeCertificate();
      let underWay = 0;
      const { address } = await start(
        async (request, response) => {
          underWay++;
          assert.equal(underWay, 1);
          await settle();
          underWay--;
          response.end(`${request.url}\n`);
        },
        { createServer: (options, listener) => createHttpsServer({ ...options, cert, key }, listener) },
      );
      const socket = connectTls({ port: address.port, host: '127.0.0.1', ca: cert });
      const answers = text(socket);
      socket.write(asking('/x').repeat(2_400) + LAST);
      assert.equal((await answers).match(/^\/x$/gm)?.length, 2_400);
    });

    it('answers those in front of a CONNECT, and takes an upgrade for a request', async () => {
      const { port, release, waiting } = await startGated();
      const upgrade = asking('/1').replace('\r\n\r\n', '\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n');
      const connect = 'CONNECT localhost:1 HTTP/1.1\r\nHost: localhost\r\n\r\n';
      const answer = rawRequest(port, upgrade + connect + LAST);
      await release();
      assert.deepEqual((await answer).match(/^HTTP\/1\.1 \d+/gm), ['HTTP/1.1 200']);
      assert.equal(waiting.length, 0);
    });

    it('answers HEAD, Expect and what Node refuses itself in their turn', async () => {
      const { port, release } = await startGated();
      const head = asking('/1').replace('GET', 'HEAD');
      const continued = asking('/2').replace('\r\n\r\n', '\r\nExpect: 100-continue\r\n\r\n');
      const expecting = asking('/3').replace('\r\n\r\n', '\r\nExpect: magic\r\n\r\n');
      const answer = rawRequest(
        port,
        `${head}${continued}${expecting}GET /4 HTTP/1.1\r\n\r\n${asking('/5')}`,
      );
      await release();
      await release();
      assert.deepEqual((await answer).match(/^HTTP\/1\.1 \d+/gm), [
        'HTTP/1.1 200',
        'HTTP/1.1 100',
        'HTTP/1.1 200',
        'HTTP/1.1 417',
        'HTTP/1.1 400',
      ]);
    });

    it('answers those in front of one that is malformed', async () => {
      const { port, release } = await startGated();
      const answer = rawRequest(port, `${asking('/1')}no HTTP at all\r\n\r\n${asking('/2')}`);
      await release();
      assert.deepEqual((await answer).match(/^HTTP\/1\.1 \d+/gm), ['HTTP/1.1 200', 'HTTP/1.1 400']);
    });

    it('answers all of a client that has closed its side', async () => {
      const { port, release } = await startGated();
      const socket = rawConnection(port);
      const answer = text(socket);
      socket.end(asking('/1') + asking('/2'));
      await release();
      await release();
      assert.deepEqual((await answer).match(/^GET .*$/gm), ['GET /1', 'GET /2']);
    });

    it('forgets those of a client that has gone', async () => {
      const { port, waiting } = await startGated();
      const socket = rawConnection(port);
      socket.write(asking('/1') + asking('/2'));
      const [first] = await eventually(() => (waiting.length > 0 ? waiting.splice(0) : undefined), '/1');
      socket.resetAndDestroy();
      first?.();
      const answer = rawRequest(port, LAST);
      const next = await eventually(() => waiting.shift(), 'a request');
      next();
      assert.match(await answer, /GET \/last\n$/);
      assert.equal(waiting.length, 0);
    });

    it('counts the time limit of an answer from its turn', async () => {
      const clock = new FakeClock();
      const { address } = await start(() => {}, { clock });
      const socket = rawConnection(address.port);
      socket.write(asking('/1') + asking('/2'));
      await eventually(() => clock.sleeping || undefined, 'a request');
      await clock.advance(30_000);
      assert.deepEqual(clock.remaining, [30_000]);
      socket.destroy();
    });

    it('gives up on headers that do not come to an end, behind others', async () => {
      const { address } = await start(GREETING, limits({ headersTimeoutMs: 100 }));
      const answer = await rawRequest(address.port, `${asking('/1')}GET /2 HTTP/1.1\r\nX-Slow: `);
      assert.deepEqual(answer.match(/^HTTP\/1\.1 \d+/gm), ['HTTP/1.1 200', 'HTTP/1.1 408']);
    });
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
