import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { checkServerIdentity, type PeerCertificate, TLSSocket } from 'node:tls';
import { inspect, promisify } from 'node:util';
import { CollectionError } from '../../../src/model/failure.js';
import { ApiError } from '../../../src/taurusdb/errors.js';
import {
  type HttpAnswer,
  HttpClient,
  type HttpClientOptions,
} from '../../../src/taurusdb/http/http-client.js';
import { canListen } from '../../peers/can-listen.js';
import { openBlackHole } from '../../support/black-hole.js';
import { type Certificate, makeCertificate } from '../../support/certificates.js';
import { FakeClock, settle } from '../../support/fake-clock.js';
import { resolveAs } from '../../support/fake-resolver.js';
import { requireProgram } from '../../support/real-programs.js';
import { RecordedLog } from '../../support/recorded-log.js';
import {
  closedPort,
  closeServers,
  closeWithServers,
  sendAnswer,
  startServer,
  startTcpServer,
} from '../../support/scripted-server.js';

const site = { operation: 'wait', where: 'the API' } as const;
const never = (): AbortSignal => new AbortController().signal;

/** Resolves when undici has seen the next request fail. */
function failureOfUndici(): Promise<void> {
  return new Promise((resolve) => {
    const seen = () => {
      unsubscribe('undici:request:error', seen);
      resolve();
    };
    subscribe('undici:request:error', seen);
  });
}

describe('HTTP client', () => {
  const clients: HttpClient[] = [];
  const log = new RecordedLog();
  const clock = new FakeClock();
  const ofAProject = { project: 'production', clock, log };
  const create = (endpoint: string, change: Partial<HttpClientOptions> = {}): HttpClient => {
    const client = new HttpClient({ ...ofAProject, endpoint, timeoutMs: 5_000, ...change });
    clients.push(client);
    return client;
  };
  const get = (client: HttpClient, signal = never()): Promise<HttpAnswer> =>
    client.send(
      {
        method: 'GET',
        target: '/a?b=c',
        headers: { 'x-a': 'b' },
        body: undefined,
        secrets: ['s3cret-of-it'],
        attempt: 2,
      },
      site,
      signal,
    );
  const read = async (answer: HttpAnswer): Promise<string> => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of answer.body) {
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString();
  };
  const failure = async (promise: Promise<unknown>): Promise<ApiError> => {
    const error = await promise.then(
      () => assert.fail('it succeeded'),
      (error: unknown) => error,
    );
    assert.ok(error instanceof ApiError, inspect(error));
    return error;
  };

  afterEach(async () => {
    await closeServers();
    await Promise.all(clients.splice(0).map((client) => client.close()));
    log.lines.length = 0;
  });

  it('sends what it is given, and nothing that invites compression or redirects', async () => {
    const server = await startServer([{ headers: { 'X-Request-Id': 'r' }, body: 'hello' }]);
    const client = create(server.url);
    const answer = await client.send(
      {
        method: 'POST',
        target: '/v3/p?q=1',
        headers: { 'content-type': 'application/json' },
        body: '{}',
        secrets: [],
        attempt: 1,
      },
      site,
      never(),
    );
    assert.equal(answer.status, 200);
    assert.equal(answer.header('x-request-id'), 'r');
    assert.equal(answer.header('x-other'), undefined);
    assert.equal(await read(answer), 'hello');
    const [{ method, target, headers, body } = assert.fail()] = server.requests;
    assert.deepEqual([method, target, body], ['POST', '/v3/p?q=1', '{}']);
    assert.deepEqual(headers, {
      host: new URL(server.url).host,
      connection: 'keep-alive',
      'content-type': 'application/json',
      'content-length': '2',
    });
  });

  it('does not follow a redirect', async () => {
    const other = await startServer([{}]);
    for (const status of [301, 302, 303, 307, 308]) {
      const server = await startServer([{ status, headers: { location: `${other.url}/` } }]);
      const answer = await get(create(server.url));
      assert.equal(answer.status, status);
      answer.discard();
    }
    assert.equal(other.requests.length, 0);
  });

  it('keeps a connection for the next request', async () => {
    const ports = new Set<number | undefined>();
    const server = await startServer([
      (response) => {
        ports.add(response.socket?.remotePort);
        response.end('x');
      },
    ]);
    const client = create(server.url);
    for (let n = 0; n < 3; n += 1) {
      await read(await get(client));
      await settle();
    }
    assert.equal(ports.size, 1);
  });

  it('has no use for headers that stand twice, or that shadow what objects have', async () => {
    const address = await startTcpServer((socket) =>
      socket.once('data', () =>
        socket.end(
          'HTTP/1.1 200 OK\r\nRetry-After: 1\r\nRetry-After: 2\r\n__proto__: x\r\nContent-Length: 0\r\n\r\n',
        ),
      ),
    );
    const answer = await get(create(`http://${address}`));
    assert.equal(answer.header('retry-after'), undefined);
    assert.equal(answer.header('constructor'), undefined);
    answer.discard();
  });

  describe('tells the log, at debug,', () => {
    const REQUEST =
      'debug request project=production operation=wait method=GET server=the API path=/a attempt=2 ';

    it('of a request once its answer was read', async () => {
      const server = await startServer([{ headers: { 'X-Request-Id': 'r-1' }, body: 'hello' }]);
      const answer = await get(create(server.url));
      assert.deepEqual(log.lines, []);
      await clock.advance(1_234);
      await read(answer);
      answer.discard();
      assert.deepEqual(log.lines, [`${REQUEST}status=200 request_id=r-1 bytes=5 duration_seconds=1.234`]);
    });

    it('of one whose answer was dropped', async () => {
      const server = await startServer([{ status: 503, body: 'busy' }]);
      (await get(create(server.url))).discard();
      assert.deepEqual(log.lines, [`${REQUEST}status=503 request_id=undefined bytes=0 duration_seconds=0`]);
    });

    it('of one that was not answered, or not to the end', async () => {
      await failure(get(create(`http://${await closedPort()}`)));
      const server = await startServer([(response) => response.write('a', () => response.destroy())]);
      await failure(read(await get(create(server.url))));
      assert.match(
        log.lines[0] ?? '',
        / reason=network error=wait: got ECONNREFUSED .* code=ECONNREFUSED bytes=0 /u,
      );
      assert.match(log.lines[1] ?? '', / status=200 .*reason=network error=wait: got .* bytes=1 /u);
      assert.equal(log.lines.length, 2);
    });

    it('of one that was called off', async () => {
      const stop = new AbortController();
      const server = await startServer([() => stop.abort()]);
      await assert.rejects(get(create(server.url), stop.signal));
      assert.match(log.lines.join(), / error=ended by the exporter before its answer was read .*bytes=0 /u);
    });

    it('nothing that it was sent with: no query, no header, no secret that the server repeats', async () => {
      const server = await startServer([{ headers: { 'X-Request-Id': 's3cret-of-it' }, body: 'b' }]);
      await read(await get(create(server.url)));
      assert.equal(log.lines.length, 1);
      assert.doesNotMatch(log.lines.join(), /b=c|x-a|s3cret/u);
    });
  });

  describe('below HTTP', () => {
    it('reports a port where nothing listens', async () => {
      const error = await failure(get(create(`http://${await closedPort()}`)));
      assert.equal(
        error.message,
        'wait: got ECONNREFUSED (nothing listens there), expected an answer (the API)',
      );
      assert.deepEqual(error.details, { operation: 'wait', code: 'ECONNREFUSED' });
      assert.equal(error.outcome.repeatable, 'any');
    });

    it('follows a name to its new address once the old one is gone', async () => {
      const { url } = await startServer([{ body: 'old' }]);
      const { port } = new URL(url);
      const client = create(`http://moving.invalid:${port}`);
      resolveAs('moving.invalid', ['127.0.0.1']);
      assert.equal(await read(await get(client)), 'old');
      await closeServers();

      await startServer([{ body: 'new' }], undefined, { host: '127.0.0.2', port: Number(port) });
      resolveAs('moving.invalid', ['127.0.0.2']);
      assert.equal(await read(await get(client)), 'new');
    });

    it('gives up what nobody answers, as behind a firewall that drops packets', async () => {
      const error = await failure(get(create(`http://${await openBlackHole()}`, { timeoutMs: 50 })));
      assert.match(error.message, /got UND_ERR_CONNECT_TIMEOUT \(no connection in time/u);
    });

    it('reports a server that lets connections hang', async () => {
      const address = await startTcpServer(() => {});
      const error = await failure(get(create(`https://${address}`, { timeoutMs: 50 })));
      assert.equal(error.reason, 'network');
      assert.match(error.message, /got UND_ERR_CONNECT_TIMEOUT \(no connection in time/u);
      assert.equal(error.outcome.repeatable, 'any');
    });

    it('reports a reset before the answer', async () => {
      const address = await startTcpServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
      const error = await failure(get(create(`http://${address}`)));
      assert.match(error.message, /got ECONNRESET \(the connection was reset\)/u);
      assert.equal(error.outcome.repeatable, 'reads');
    });

    it('reports a connection closed before the answer', async () => {
      const address = await startTcpServer((socket) => socket.once('data', () => socket.end()));
      const error = await failure(get(create(`http://${address}`)));
      assert.match(error.message, /got UND_ERR_SOCKET \(the connection was closed early\)/u);
      assert.equal(error.outcome.repeatable, 'reads');
    });

    for (const [what, answer, code] of [
      ['no HTTP at all', 'SSH-2.0-OpenSSH_9.6\r\n', 'HPE_INVALID'],
      [
        'a header of 20 kB',
        `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
        'UND_ERR_HEADERS_OVERFLOW',
      ],
      ['a header without an end', 'HTTP/1.1 200 OK\r\nX\r\n\r\n', 'HPE_INVALID'],
    ] as const) {
      it(`reports ${what}`, async () => {
        const address = await startTcpServer((socket) => socket.once('data', () => socket.end(answer)));
        const error = await failure(get(create(`http://${address}`)));
        assert.equal(error.reason, 'network');
        assert.equal(error.message, `wait: got ${code}, expected an answer (the API)`);
        assert.equal(error.outcome.repeatable, 'none');
      });
    }

    it("ends with the signal's reason while it connects", async () => {
      const address = await startTcpServer(() => {});
      const aborter = new AbortController();
      const sent = get(create(`https://${address}`), aborter.signal);
      await settle();
      aborter.abort(new Error('stopping'));
      await assert.rejects(sent, /stopping/u);
    });

    it("ends with the signal's reason while it waits for the answer", async () => {
      const server = await startServer([() => {}]);
      const aborter = new AbortController();
      const sent = get(create(server.url), aborter.signal);
      while (server.requests.length === 0) {
        await new Promise(setImmediate);
      }
      aborter.abort(new Error('stopping'));
      await assert.rejects(sent, /stopping/u);
    });
  });

  describe('reading a body', () => {
    for (const [what, answer] of [
      ['of two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd'],
      ['shorter than its Content-Length', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc'],
      ['chunked and without its end', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n'],
    ] as const) {
      it(`reports one that is ${what}`, async () => {
        const address = await startTcpServer((socket) => socket.once('data', () => socket.end(answer)));
        const error = await failure(get(create(`http://${address}`)).then(read));
        assert.equal(error.reason, 'network');
        assert.match(error.message, /closed early|not as long as its Content-Length/u);
        assert.equal(error.outcome.repeatable, 'reads');
      });
    }

    it('reports one that is reset before anybody reads it', async () => {
      let reset = (): void => {};
      const address = await startTcpServer((socket) => {
        reset = () => socket.resetAndDestroy();
        socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc'));
      });
      const answer = await get(create(`http://${address}`));
      const noticed = failureOfUndici();
      reset();
      await noticed;
      assert.match((await failure(read(answer))).message, /got (ECONNRESET|UND_ERR_SOCKET) /u);
    });

    it('reports one that stalls', async () => {
      const server = await startServer([(response) => response.write('a,b\n')]);
      const error = await failure(read(await get(create(server.url, { timeoutMs: 500 }))));
      assert.equal(error.reason, 'timeout');
      assert.match(error.message, /got no more data for too long, expected the rest of the body/u);
    });

    it("ends with the signal's reason", async () => {
      const server = await startServer([(response) => response.write('a,b\n')]);
      const aborter = new AbortController();
      const reading = read(await get(create(server.url), aborter.signal));
      aborter.abort(new Error('stopping'));
      await assert.rejects(reading, /stopping/u);
    });

    it('tells a body that only the end of the connection ends', async () => {
      const address = await startTcpServer((socket) =>
        socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\n\r\nabc')),
      );
      const answer = await get(create(`http://${address}`));
      assert.equal(answer.isDelimited, false);
      assert.equal(await read(answer), 'abc');
      const chunked = await startServer([(response) => response.write('a', () => response.end())]);
      assert.equal((await get(create(chunked.url))).isDelimited, true);
    });

    it('frees the connection of a body that nobody wants', async () => {
      const held: ServerResponse[] = [];
      const server = await startServer([(response) => held.push(response) && response.write('a')]);
      const answer = await get(create(server.url));
      const [response = assert.fail()] = held;
      answer.discard();
      await once(response, 'close');
    });

    it('ends when the client is closed', async () => {
      const server = await startServer([(response) => response.write('a')]);
      const client = create(server.url);
      const reading = failure(read(await get(client)));
      await client.close();
      assert.equal((await reading).reason, 'network');
    });
  });

  describe('over TLS', () => {
    let authority: Certificate;
    let good: Certificate;

    before(function () {
      requireProgram(this, 'openssl');
      authority = makeCertificate({ name: 'authority', isAuthority: true });
      good = makeCertificate({ issuer: authority });
    });

    it('trusts the configured authority', async () => {
      const server = await startServer([{ body: 'secure' }], good);
      assert.equal(await read(await get(create(server.url, { ca: authority.cert }))), 'secure');
    });

    it('resumes the TLS session of the connection before, which spares a handshake', async () => {
      const resumed: boolean[] = [];
      const closeAfter = (response: ServerResponse): void => {
        assert.ok(response.socket instanceof TLSSocket);
        resumed.push(response.socket.isSessionReused());
        sendAnswer(response, { headers: { connection: 'close' } });
      };
      const client = create((await startServer([closeAfter], good)).url, { ca: authority.cert });
      await read(await get(client));
      await read(await get(client));
      assert.deepEqual(resumed, [false, true]);
    });

    const refusals: [what: string, tls: () => object, isTrusted: boolean, code: RegExp][] = [
      [
        'an unknown authority',
        () => good,
        false,
        /UNABLE_TO_VERIFY_LEAF_SIGNATURE \(its authority is not known/u,
      ],
      [
        'a self-signed certificate',
        () => makeCertificate(),
        false,
        /DEPTH_ZERO_SELF_SIGNED_CERT \(its certificate is self-signed: set api\.ca_file/u,
      ],
      [
        'an expired certificate',
        () => makeCertificate({ issuer: authority, days: -1 }),
        true,
        /CERT_HAS_EXPIRED \(its certificate has expired\)/u,
      ],
      [
        'a certificate for another name',
        () => makeCertificate({ issuer: authority, altNames: ['DNS:other.example'] }),
        true,
        /ERR_TLS_CERT_ALTNAME_INVALID \(its certificate is for another name\)/u,
      ],
      [
        'TLS 1.1',
        () => ({ ...good, minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }),
        true,
        /\(no agreement on an encrypted connection\)/u,
      ],
    ];
    for (const [what, tls, isTrusted, message] of refusals) {
      it(`refuses ${what}, having sent nothing`, async () => {
        const server = await startServer([{}], tls());
        const error = await failure(get(create(server.url, isTrusted ? { ca: authority.cert } : {})));
        assert.equal(error.reason, 'network');
        assert.match(error.message, message);
        assert.equal(error.outcome.repeatable, 'none');
        assert.equal(server.requests.length, 0);
        assert.doesNotMatch(inspect(error, { depth: 9 }), /BEGIN CERTIFICATE|issuerCertificate/u);
      });
    }
  });

  describe('through a proxy', () => {
    const password = 'PROXYPASSWORD';
    const through = (address: string): string => `http://user:${password}@${address}`;

    interface TunnelProxy {
      readonly address: string;
      /** What it was asked for each tunnel. */
      readonly heads: string[];
      readonly tunnels: Set<Socket>;
    }
    const startProxy = async (): Promise<TunnelProxy> => {
      const heads: string[] = [];
      const tunnels = new Set<Socket>();
      const address = await startTcpServer((socket) =>
        socket.once('data', (data) => {
          const head = data.toString();
          heads.push(head);
          tunnels.add(socket.on('close', () => tunnels.delete(socket)));
          const [, port] = /^CONNECT 127\.0\.0\.1:(\d+) /u.exec(head) ?? [];
          const target = connect(Number(port), '127.0.0.1', () => {
            socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
            socket.pipe(target).pipe(socket);
          });
          target.on('error', () => {});
        }),
      );
      return { address, heads, tunnels };
    };

    it('asks for a tunnel with its credentials, and sends the request through it', async () => {
      const server = await startServer([{ body: 'tunnelled' }]);
      const { address, heads } = await startProxy();
      const client = create(server.url, { readProxyUrl: () => through(address) });
      assert.equal(client.proxyHost(), address);
      assert.equal(await read(await get(client)), 'tunnelled');
      assert.match(heads[0] ?? '', /^proxy-authorization: Basic dXNlcjpQUk9YWVBBU1NXT1JE\r$/imu);
      assert.equal(server.requests[0]?.headers['proxy-authorization'], undefined);
    });

    it('sends of user and password what curl sends', async function () {
      const curl = requireProgram(this, 'curl');
      const heads: string[] = [];
      const proxy = await startTcpServer((socket) =>
        socket.once('data', (data) => {
          heads.push(/^proxy-authorization: .*$/imu.exec(data.toString())?.[0].toLowerCase() ?? 'none');
          socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
        }),
      );
      const users = [
        '',
        '@',
        'user@',
        'user:@',
        ':pass@',
        'user:100%@',
        '50%off:%zz@',
        'user:%25%E4%ff@',
        'user:pä:%3A@',
      ];
      for (const user of users) {
        const url = `http://${user}${proxy}`;
        await failure(get(create('https://api.invalid', { readProxyUrl: () => url })));
        await promisify(execFile)(curl, ['-s', '-x', url, 'https://api.invalid/']).catch(() => {});
      }
      assert.equal(heads.length, 2 * users.length);
      for (const [index, user] of users.entries()) {
        assert.equal(heads[2 * index], heads[2 * index + 1], user);
      }
      assert.equal(heads[4], 'proxy-authorization: basic dxnlcjo=');
    });

    for (const [address, host] of [
      ['127.0.0.1', '127.0.0.1'],
      ['::1', '[::1]'],
    ] as const) {
      it(`knows an https proxy by its address ${address}, and names no server`, async function () {
        requireProgram(this, 'openssl');
        if (!(await canListen(address)) || !knowsAddresses(address)) {
          this.skip();
        }
        const authority = makeCertificate({ isAuthority: true });
        const certificate = makeCertificate({ issuer: authority, altNames: [`IP:${address}`] });
        const names: unknown[] = [];
        const noTunnels = (_request: unknown, socket: Duplex) => {
          names.push(socket instanceof TLSSocket && socket.servername);
          socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
        };
        const proxy = createSecureServer(certificate).on('connect', noTunnels).listen(0, address);
        closeWithServers(() => proxy.close());
        await once(proxy, 'listening');
        const { port } = proxy.address() as AddressInfo;
        const client = create('https://api.invalid', {
          ca: authority.cert,
          readProxyUrl: () => `https://${host}:${port}`,
        });
        assert.match((await failure(get(client))).message, /got 403 from the proxy/u);
        assert.deepEqual(names, [false]);
      });
    }

    it('goes through another one once its URL changes, and ends with the old one what began there', async () => {
      let finish = (): void => {};
      const server = await startServer([
        (response) => {
          response.write('begun, ');
          finish = () => response.end('ended');
        },
        { body: 'second' },
      ]);
      const [first, second] = [await startProxy(), await startProxy()];
      let proxyUrl = through(first.address);
      const client = create(server.url, { readProxyUrl: () => proxyUrl });
      const begun = await get(client);

      proxyUrl = through(second.address);
      assert.equal(client.proxyHost(), second.address);
      assert.equal(await read(await get(client)), 'second');
      await settle();
      assert.equal(await read(await get(client)), 'second');
      assert.deepEqual([first.heads.length, second.heads.length], [1, 1]);
      assert.equal(first.tunnels.size, 1);

      finish();
      assert.equal(await read(begun), 'begun, ended');
      while (first.tunnels.size > 0) {
        await new Promise(setImmediate);
      }
      assert.equal(second.tunnels.size, 1);
    });

    for (const text of ['', 'half', 'socks5://proxy.example', 'http://us#er:password@proxy.example']) {
      it(`stays with the one it has when the text becomes ${JSON.stringify(text)}`, async () => {
        const server = await startServer([{ body: 'tunnelled' }]);
        const { address, heads } = await startProxy();
        let proxyUrl = through(address);
        const client = create(server.url, { readProxyUrl: () => proxyUrl });
        await read(await get(client));
        await settle();
        proxyUrl = text;
        assert.equal(await read(await get(client)), 'tunnelled');
        assert.equal(client.proxyHost(), address);
        assert.equal(heads.length, 1);
      });
    }

    it('sends nothing, least of all straight, where it never had a usable URL', async () => {
      const server = await startServer([{}]);
      const client = create(server.url, { readProxyUrl: () => `socks5://user:${password}@proxy.example` });
      await assert.rejects(get(client), (error) => {
        assert.ok(error instanceof CollectionError);
        assert.equal(error.reason, 'network');
        assert.doesNotMatch(inspect(error, { depth: 9, showHidden: true }), /PROXYPASSWORD/u);
        return true;
      });
      assert.equal(server.requests.length, 0);
    });

    it('ends with the old one, too, when it is closed', async () => {
      const server = await startServer([(response) => response.write('begun, '), { body: 'second' }]);
      const [first, second] = [await startProxy(), await startProxy()];
      let proxyUrl = through(first.address);
      const client = create(server.url, { readProxyUrl: () => proxyUrl });
      const cut = failure(read(await get(client)));
      proxyUrl = through(second.address);
      await read(await get(client));
      await client.close();
      assert.equal((await cut).reason, 'network');
      proxyUrl = through(first.address);
      await failure(get(client));
      assert.deepEqual([first.heads.length, second.heads.length], [1, 1]);
    });

    for (const [what, answer, message] of [
      [
        'asks for a password',
        'HTTP/1.1 407 Proxy Authentication Required\r\n\r\n',
        /got 407 from the proxy/u,
      ],
      ['refuses', 'HTTP/1.1 403 Forbidden\r\n\r\n', /got 403 from the proxy/u],
      ['hangs up', '', /got no tunnel from the proxy/u],
    ] as const) {
      it(`reports a proxy that ${what}`, async () => {
        let connections = 0;
        const proxy = await startTcpServer((socket) => {
          connections += 1;
          socket.once('data', () => socket.end(answer));
        });
        const error = await failure(
          get(create('https://api.invalid', { readProxyUrl: () => through(proxy) })),
        );
        assert.equal(error.reason, 'network');
        assert.match(error.message, message);
        assert.equal(connections, 1);
        assert.doesNotMatch(inspect(error, { depth: 9, showHidden: true }), /PROXYPASSWORD|dXNlcjpQ/u);
      });
    }

    it('reports a proxy that never answers', async () => {
      const proxy = await startTcpServer(() => {});
      const client = create('https://api.invalid', { readProxyUrl: () => through(proxy), timeoutMs: 500 });
      assert.match((await failure(get(client))).message, /got no tunnel from the proxy/u);
    });

    it('reports a proxy that is down', async () => {
      const proxy = await closedPort();
      const error = await failure(get(create('https://api.invalid', { readProxyUrl: () => through(proxy) })));
      assert.match(error.message, /got ECONNREFUSED/u);
      assert.equal(error.outcome.repeatable, 'any');
      assert.doesNotMatch(inspect(error, { depth: 9, showHidden: true }), /PROXYPASSWORD|dXNlcjpQ/u);
    });
  });
});

/** Node 22.23 finds no IPv6 address in any certificate. */
function knowsAddresses(address: string): boolean {
  const subjectaltname = `IP Address:${address.replace('::', '0:0:0:0:0:0:0:')}`;
  return checkServerIdentity(address, { subject: {}, subjectaltname } as PeerCertificate) === undefined;
}
