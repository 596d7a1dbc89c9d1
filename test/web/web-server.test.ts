import assert from 'node:assert/strict';
import type { Clock, MonotonicMs } from '../../src/clock.js';
import type { Log } from '../../src/log.js';
import { plainWebAccess } from '../../src/web/access/web-access.js';
import type { HttpServer } from '../../src/web/http-server.js';
import { OWN_PATHS } from '../../src/web/paths.js';
import type { RoutesOptions } from '../../src/web/routes.js';
import { startWebServer, type WebServerOptions } from '../../src/web/web-server.js';
import { FakeClock } from '../support/fake-clock.js';
import { fleetOf, NODE_STATUS, NOW, statusOf as nodeStatusOf } from '../support/node-status-fixture.js';
import { wireNodes } from '../support/wired-nodes.js';
import { rawConnection, rawRequest, statusOf } from './raw-request.js';

const OPENMETRICS = 'application/openmetrics-text;version=1.0.0';

describe('startWebServer', () => {
  const servers: HttpServer[] = [];
  let logged: unknown[] = [];

  async function start(
    changes: Partial<RoutesOptions> = {},
    access: WebServerOptions['access'] = plainWebAccess,
    host = '127.0.0.1',
  ): Promise<{ port: number; url: string }> {
    const clock = new FakeClock(NOW);
    const fleet = fleetOf([NODE_STATUS]);
    const { exposition } = wireNodes(fleet.nodes, clock);
    const log: Log = { debug() {}, info() {}, warn() {}, error: (...entry) => logged.push(entry) };
    const server = await startWebServer({
      listenAddress: { host, port: 0 },
      access,
      telemetryPath: '/metrics',
      version: '1.2.3',
      // The agent's own series would differ from scrape to scrape.
      exposition: { scrape: (format, compressed) => exposition.nodeSeries(format, compressed) },
      fleet: () => fleet,
      ready: () => true,
      reload: undefined,
      incidents: () => undefined,
      clock,
      log,
      ...changes,
    });
    servers.push(server);
    return { port: server.address.port, url: `http://127.0.0.1:${server.address.port}` };
  }

  afterEach(async () => {
    logged = [];
    await Promise.all(servers.splice(0).map((server) => server.close(0)));
  });

  it('serves the metrics as text', async () => {
    const { url } = await start();
    const answer = await fetch(`${url}/metrics`, { headers: { 'accept-encoding': 'identity' } });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
    assert.equal(answer.headers.get('content-encoding'), null);
    const body = await answer.text();
    assert.match(body, /^# HELP taurusdb_sessions /);
    assert.equal(Number(answer.headers.get('content-length')), Buffer.byteLength(body));
  });

  it('serves the metrics as compressed OpenMetrics to who asks for it', async () => {
    const { port } = await start();
    const answer = await rawRequest(
      port,
      `GET /metrics HTTP/1.0\r\nAccept: ${OPENMETRICS}\r\nAccept-Encoding: gzip\r\n\r\n`,
    );
    const head = answer.slice(0, answer.indexOf('\r\n\r\n'));
    assert.match(head, /^Content-Type: application\/openmetrics-text; version=1\.0\.0; charset=utf-8\r$/m);
    assert.match(head, /^Content-Encoding: gzip\r$/m);
    assert.match(head, /^Vary: Accept, Accept-Encoding\r$/m);
  });

  it('compresses what it would send otherwise', async () => {
    const { url } = await start();
    const headers = { accept: OPENMETRICS };
    const plain = await fetch(`${url}/metrics`, { headers: { ...headers, 'accept-encoding': 'identity' } });
    const gzip = await fetch(`${url}/metrics`, { headers: { ...headers, 'accept-encoding': 'gzip' } });
    assert.equal(gzip.headers.get('content-encoding'), 'gzip');
    assert.equal(await gzip.text(), await plain.text());
  });

  it('serves the metrics where it is told to, and not elsewhere', async () => {
    const { url } = await start({ telemetryPath: '/custom/metrics' });
    assert.equal((await fetch(`${url}/custom/metrics`)).status, 200);
    assert.equal((await fetch(`${url}/metrics`)).status, 404);
    assert.match(await (await fetch(url)).text(), /<a href="\.\/custom\/metrics">/);
  });

  it('serves its own paths also where the metrics are told to take one', async () => {
    const { url } = await start({ telemetryPath: OWN_PATHS.healthy });
    assert.equal(await (await fetch(`${url}${OWN_PATHS.healthy}`)).text(), 'healthy\n');
  });

  it('ignores a query', async () => {
    const { url } = await start();
    assert.equal((await fetch(`${url}/metrics?target=http://evil.example`)).status, 200);
    assert.equal((await fetch(`${url}/-/healthy?`)).status, 200);
  });

  it('tells that it works, and whether it is ready', async () => {
    let ready: true | string = 'waiting for 1 node';
    const { url } = await start({ ready: () => ready });
    assert.equal((await fetch(`${url}/-/healthy`)).status, 200);
    const notReady = await fetch(`${url}/-/ready`);
    assert.deepEqual([notReady.status, await notReady.text()], [503, 'not ready: waiting for 1 node\n']);
    ready = true;
    assert.equal((await fetch(`${url}/-/ready`)).status, 200);
  });

  it('serves the nodes as JSON', async () => {
    const { url } = await start();
    const answer = await fetch(`${url}/api/v1/nodes`);
    assert.equal(answer.headers.get('content-type'), 'application/json');
    const { nodes } = (await answer.json()) as { nodes: readonly { node_id: string; state: string }[] };
    assert.deepEqual(
      nodes.map(({ node_id, state }) => [node_id, state]),
      [[NODE_STATUS.node.nodeId, 'up']],
    );
  });

  it('compresses the page and the JSON for who asks for it', async () => {
    const { url } = await start();
    for (const path of ['/', '/api/v1/nodes']) {
      const plain = await fetch(`${url}${path}`, { headers: { 'accept-encoding': 'identity' } });
      const gzip = await fetch(`${url}${path}`, { headers: { 'accept-encoding': 'gzip' } });
      assert.equal(plain.headers.get('content-encoding'), null);
      assert.equal(gzip.headers.get('content-encoding'), 'gzip');
      assert.equal(gzip.headers.get('vary'), 'Accept-Encoding');
      assert.equal(await gzip.text(), await plain.text());
    }
  });

  it('serves a page that stays as it is to who asks for it, and takes no other query', async () => {
    const { url } = await start();
    const page = async (query: string) => (await fetch(`${url}/${query}`)).text();
    assert.doesNotMatch(await page('?refresh=off'), /http-equiv="refresh"|<script/);
    assert.equal(await page('?refresh=<b>'), await page(''));
  });

  it('serves the page to all while more filters are asked for than it renders at a time', async () => {
    const fleet = fleetOf(Array.from({ length: 100 }, (_, index) => nodeStatusOf(index)));
    // Time flies: a rendering gives way to the requests that come at each node.
    let elapsed = 0;
    const clock: Clock = {
      now: () => NOW,
      monotonic: () => {
        elapsed += 6;
        return elapsed as MonotonicMs;
      },
      sleep: () => new Promise(() => {}),
    };
    const { url } = await start({ fleet: () => fleet, clock });
    const ask = async (query: string) => {
      const answer = await fetch(`${url}/${query}`);
      return { status: answer.status, text: await answer.text() };
    };
    const asked = Array.from({ length: 20 }, (_, index) => ask(`?q=${index}`));
    const refused = await Promise.race(
      asked.map(async (answer) =>
        (await answer).status === 503 ? 'refused' : new Promise<string>(() => {}),
      ),
    );
    assert.equal(refused, 'refused');
    const whole = await ask('');
    assert.deepEqual([whole.status, /All 100 nodes are up/.test(whole.text)], [200, true]);
    const statuses = (await Promise.all(asked)).map(({ status }) => status);
    assert.deepEqual([...new Set(statuses)].sort(), [200, 503]);
  });

  it('serves the script of the page', async () => {
    const { url } = await start();
    const answer = await fetch(`${url}/page.js`);
    assert.equal(answer.headers.get('content-type'), 'text/javascript; charset=utf-8');
    assert.match(await answer.text(), /^'use strict';\n/);
  });

  it('answers HEAD as GET, without the body', async () => {
    const { port } = await start();
    const head = await rawRequest(port, 'HEAD /metrics HTTP/1.0\r\n\r\n');
    const get = await rawRequest(port, 'GET /metrics HTTP/1.0\r\n\r\n');
    const withoutDate = (text: string) => text.replace(/^Date: .*$/m, '');
    assert.equal(withoutDate(head), withoutDate(get.slice(0, get.indexOf('\r\n\r\n') + 4)));
  });

  it('protects every answer', async () => {
    const { port } = await start();
    for (const path of ['/metrics', '/', '/api/v1/nodes', '/nowhere']) {
      const answer = await rawRequest(port, `GET ${path} HTTP/1.0\r\n\r\n`);
      assert.match(answer, /^X-Content-Type-Options: nosniff\r$/m);
      assert.match(answer, /^Content-Security-Policy: default-src 'none'; .*frame-ancestors 'none'\r$/m);
      assert.match(answer, /^Cache-Control: no-store\r$/m);
      assert.doesNotMatch(answer, /^(Server|X-Powered-By):/im);
    }
  });

  for (const [method, path, allow] of [
    ['POST', '/metrics', 'GET, HEAD'],
    ['OPTIONS', '/metrics', 'GET, HEAD'],
    ['TRACE', '/', 'GET, HEAD'],
    ['DELETE', '/api/v1/nodes', 'GET, HEAD'],
    ['PUT', '/-/healthy', 'GET, HEAD'],
    ['GET', '/-/reload', 'POST, PUT'],
    ['HEAD', '/-/reload', 'POST, PUT'],
  ] as const) {
    it(`answers 405 to ${method} ${path}`, async () => {
      const { port } = await start();
      const answer = await rawRequest(port, `${method} ${path} HTTP/1.0\r\n\r\n`);
      assert.equal(statusOf(answer), 405);
      assert.match(answer, new RegExp(`^Allow: ${allow}\r$`, 'm'));
    });
  }

  it('answers a large upload at once, and reads none of it', async () => {
    const { port } = await start();
    const answer = await rawRequest(
      port,
      'POST /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000\r\n\r\n',
    );
    assert.equal(statusOf(answer), 405);
    assert.match(answer, /^Connection: close\r$/m);
  });

  for (const [target, status, body] of [
    ...[
      '//',
      '/%zz',
      '/../../etc/passwd',
      '/metrics/',
      '/metrics/x',
      '/METRICS',
      '/%6Detrics',
      '/metrics#',
      '/constructor',
      '/<script>alert(1)</script>',
      '*',
      'ftp://localhost/metrics',
      'http://localhost/marker',
    ].map((missing) => [missing, 404, /^not found\n$/] as const),
    ['http://user@localhost/metrics', 400, /^bad request/],
    ['http:///metrics', 400, /^bad request/],
    ['http://[::1', 400, /^bad request/],
  ] as const) {
    it(`answers ${status} to ${target} and repeats nothing of it`, async () => {
      const { port } = await start();
      const answer = await rawRequest(
        port,
        `GET ${target} HTTP/1.1\r\nHost: other.localhost\r\nReferer: marker\r\nConnection: close\r\n\r\n`,
      );
      assert.equal(statusOf(answer), status);
      assert.match(answer.slice(answer.indexOf('\r\n\r\n') + 4), body);
      assert.doesNotMatch(answer, /evil|other\.localhost|marker|script/);
      assert.deepEqual(logged, []);
    });
  }

  for (const target of [
    'http://localhost/metrics',
    'HTTP://127.0.0.1:10104/metrics?x=1',
    'https://[::1]:443/metrics',
    'http://evil.example/metrics',
  ]) {
    it(`answers ${target} as its path, whatever Host says`, async () => {
      const { port } = await start();
      const ask = (what: string) =>
        rawRequest(port, `GET ${what} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n`);
      assert.match(await ask(target), /\r\n# HELP taurusdb_sessions /);
      assert.equal(statusOf(await ask('/metrics')), 421);
    });
  }

  it('answers a whole URL without a path with the page, and takes its query', async () => {
    const { port } = await start();
    const page = await rawRequest(port, 'GET http://localhost?refresh=off HTTP/1.0\r\n\r\n');
    assert.match(page, />Resume updates</);
  });

  describe('on a loopback address', () => {
    for (const [host, status] of [
      ['localhost', 200],
      ['LocalHost:10104', 200],
      ['localhost.', 200],
      ['exporter.localhost', 200],
      ['127.0.0.1', 200],
      ['127.8.9.10:80', 200],
      ['[::1]:10104', 200],
      ['[0:0:0:0:0:0:0:1]', 200],
      ['evil.example', 421],
      ['evil.example:10104', 421],
      ['localhost.evil.example', 421],
      ['notlocalhost', 421],
      ['127.0.0.1.evil.example', 421],
      ['128.0.0.1', 421],
      ['[2001:db8::1]', 421],
      ['0.0.0.0', 421],
      ['localhost, evil.example', 400],
      ['evil.example localhost', 400],
      ['localhost/x', 400],
      ['user@localhost', 400],
      ['localhost:80:80', 400],
      ['localhost:http', 400],
      ['[localhost]', 400],
      ['', 400],
    ] as const) {
      it(`answers ${status} to Host: ${host}`, async () => {
        const { port } = await start();
        for (const path of ['/metrics', '/', '/api/v1/nodes', '/nowhere']) {
          const answer = await rawRequest(
            port,
            `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
          );
          assert.equal(statusOf(answer), status === 200 && path === '/nowhere' ? 404 : status, path);
        }
      });
    }

    it('answers probes whatever their Host, and clients of HTTP/1.0 without one', async () => {
      const { port } = await start();
      for (const path of ['/-/healthy', '/-/ready']) {
        const answer = await rawRequest(
          port,
          `GET ${path} HTTP/1.1\r\nHost: pod.example\r\nConnection: close\r\n\r\n`,
        );
        assert.equal(statusOf(answer), 200);
      }
      assert.equal(statusOf(await rawRequest(port, 'GET /metrics HTTP/1.0\r\n\r\n')), 200);
    });

    for (const second of ['Host: localhost', 'HOST: evil.example', 'hoST:']) {
      it(`answers 400 to a second header ${second}`, async () => {
        const { port } = await start();
        for (const path of ['/metrics', '/-/healthy']) {
          const answer = await rawRequest(
            port,
            `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${second}\r\nConnection: close\r\n\r\n`,
          );
          assert.equal(statusOf(answer), 400);
        }
      });
    }
  });

  it('takes any Host on other addresses', async () => {
    const { port } = await start({}, plainWebAccess, '0.0.0.0');
    const ask = (host: string) =>
      rawRequest(port, `GET /metrics HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    assert.equal(statusOf(await ask('exporter.example')), 200);
    assert.equal(statusOf(await ask('exporter.example, localhost')), 400);
  });

  it('answers HTTP/0.9', async () => {
    const { port } = await start();
    assert.match(await rawRequest(port, 'GET /nowhere\r\n\r\n'), /not found\n$/);
  });

  describe('/-/reload', () => {
    it('is forbidden unless it is enabled', async () => {
      const { url } = await start();
      assert.equal((await fetch(`${url}/-/reload`, { method: 'POST' })).status, 403);
    });

    it('reloads on POST and PUT', async () => {
      let reloads = 0;
      const reload = async () => {
        reloads++;
      };
      const { url } = await start({ reload });
      for (const method of ['POST', 'PUT']) {
        assert.equal((await fetch(`${url}/-/reload`, { method })).status, 200);
      }
      assert.equal(reloads, 2);
    });

    for (const [headers, status] of [
      ['', 200],
      ['Sec-Fetch-Site: none', 200],
      ['Sec-Fetch-Site: same-origin\r\nOrigin: http://localhost:10104', 200],
      ['Origin: http://LOCALHOST:10104', 200],
      // Behind a proxy that offers HTTPS.
      ['Origin: https://localhost:10104', 200],
      ['Sec-Fetch-Site: cross-site', 403],
      ['Sec-Fetch-Site: same-site', 403],
      ['Sec-Fetch-Site: other', 403],
      ['Sec-Fetch-Site: same-origin\r\nSec-Fetch-Site: cross-site', 403],
      ['Sec-Fetch-Site: cross-site\r\nOrigin: http://localhost:10104', 403],
      ['Sec-Fetch-Site: same-origin\r\nOrigin: http://evil.example', 403],
      ['Origin: http://evil.example', 403],
      ['Origin: http://localhost', 403],
      ['Origin: http://localhost:3000', 403],
      ['Origin: http://localhost:10104.evil.example', 403],
      ['Origin: http://evil.example?http://localhost:10104', 403],
      ['Origin: http://localhost:10104\r\nOrigin: http://evil.example', 403],
      ['Origin: chrome-extension://localhost:10104', 403],
      ['Origin: null', 403],
      ['Origin:', 403],
    ] as const) {
      it(`answers ${status} to ${headers.replaceAll('\r\n', ', ') || 'a client that is no browser'}`, async () => {
        let reloads = 0;
        const { port } = await start({
          reload: async () => {
            reloads++;
          },
        });
        for (const method of ['POST', 'PUT']) {
          const lines = `Host: localhost:10104\r\nConnection: close${headers && '\r\n'}${headers}`;
          const answer = await rawRequest(port, `${method} /-/reload HTTP/1.1\r\n${lines}\r\n\r\n`);
          assert.equal(statusOf(answer), status);
        }
        assert.equal(reloads, status === 200 ? 2 : 0);
      });
    }

    it('takes a port as that of the scheme where none is written', async () => {
      const { port } = await start({ reload: async () => {} });
      const ask = async (host: string, origin: string) =>
        statusOf(
          await rawRequest(
            port,
            `POST /-/reload HTTP/1.1\r\nHost: ${host}\r\nOrigin: ${origin}\r\nConnection: close\r\n\r\n`,
          ),
        );
      assert.equal(await ask('localhost', 'https://localhost:443'), 200);
      assert.equal(await ask('localhost:80', 'http://localhost'), 200);
      assert.equal(await ask('localhost:80', 'https://localhost'), 403);
    });

    it('is not for a page without TLS where the server speaks TLS', async () => {
      const { port } = await start({ reload: async () => {} }, { ...plainWebAccess, scheme: 'https' });
      const ask = async (origin: string) =>
        statusOf(
          await rawRequest(
            port,
            `POST /-/reload HTTP/1.1\r\nHost: localhost\r\nOrigin: ${origin}\r\nConnection: close\r\n\r\n`,
          ),
        );
      assert.equal(await ask('https://localhost'), 200);
      assert.equal(await ask('http://localhost'), 403);
    });

    it('tells why it failed', async () => {
      const reload = () =>
        Promise.reject(new Error('config.yaml:3: projects: got a number, expected a list'));
      const { url } = await start({ reload });
      const answer = await fetch(`${url}/-/reload`, { method: 'POST' });
      assert.equal(answer.status, 500);
      assert.equal(await answer.text(), 'config.yaml:3: projects: got a number, expected a list\n');
    });
  });

  it('makes at most 40 answers at once, of which the last eight are scrapes; probes are always answered', async () => {
    const release: (() => void)[] = [];
    const gated = <T>(result: T) =>
      new Promise<T>((resolve) => {
        release.push(() => resolve(result));
      });
    const scrape = () => gated([Buffer.from('a 1\n')]);
    const { url } = await start({ exposition: { scrape }, reload: () => gated(undefined) });
    const underWay = async (count: number) => {
      while (release.length < count) {
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    const refusal = async (path: string) => {
      const answer = await fetch(`${url}${path}`);
      assert.equal(answer.headers.get('retry-after'), answer.status === 503 ? '1' : null);
      return answer.status;
    };

    const reloads = Array.from({ length: 32 }, () => fetch(`${url}/-/reload`, { method: 'POST' }));
    await underWay(32);
    assert.deepEqual([await refusal('/'), await refusal('/api/v1/nodes')], [503, 503]);
    const scrapes = Array.from({ length: 8 }, () => fetch(`${url}/metrics`));
    await underWay(40);
    assert.equal(await refusal('/metrics'), 503);
    assert.deepEqual([await refusal('/-/healthy'), await refusal('/-/ready')], [200, 200]);
    assert.equal(await refusal('/nowhere'), 404);

    for (const answer of release) {
      answer();
    }
    const answers = await Promise.all([...reloads, ...scrapes]);
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
    assert.equal(await refusal('/'), 200);
    const next = fetch(`${url}/metrics`);
    await underWay(41);
    release[40]?.();
    assert.equal((await next).status, 200);
  });

  it('answers 500 when an answer cannot be put together, logs why, and tells the client nothing', async () => {
    const scrape = () => Promise.reject(new Error('inner workings'));
    const { url } = await start({ exposition: { scrape } });
    const answer = await fetch(`${url}/metrics`);
    assert.equal(answer.status, 500);
    assert.equal(await answer.text(), 'internal error\n');
    assert.deepEqual(logged, [['cannot answer a request', { error: 'inner workings' }]]);
  });

  it('survives clients that go away in the middle', async () => {
    const { port, url } = await start();
    for (let client = 0; client < 20; client++) {
      const socket = rawConnection(port);
      socket.write('GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n', () => socket.resetAndDestroy());
    }
    assert.equal((await fetch(`${url}/metrics`)).status, 200);
    assert.deepEqual(logged, []);
  });

  it('refuses whom it is told to refuse, everywhere but at /-/healthy and /-/ready', async () => {
    const { url } = await start(
      {},
      {
        ...plainWebAccess,
        authorize: async () => 'refused',
        headers: () => ({ 'X-Frame-Options': 'deny' }),
        challenge: 'Basic realm="x"',
      },
    );
    for (const path of ['/', '/metrics', '/-/reload', '/api/v1/nodes', '/nowhere']) {
      const answer = await fetch(`${url}${path}`);
      assert.equal(answer.status, 401, path);
      assert.equal(answer.headers.get('www-authenticate'), 'Basic realm="x"');
      assert.equal(answer.headers.get('x-frame-options'), 'deny');
      assert.equal(await answer.text(), 'unauthorized\n');
    }
    assert.equal((await fetch(`${url}/-/healthy`)).status, 200);
    assert.equal((await fetch(`${url}/-/ready`)).status, 200);
  });

  it('tells whom it throttles', async () => {
    const { url } = await start({}, { ...plainWebAccess, authorize: async () => 'throttled' });
    assert.equal((await fetch(`${url}/metrics`)).status, 429);
  });
});
