import assert from 'node:assert/strict';
import type { NodeStatus } from '../../src/collect/node-store.js';
import type { Log } from '../../src/log.js';
import { plainWebAccess } from '../../src/web/access/web-access.js';
import type { HttpServer } from '../../src/web/http-server.js';
import { OWN_PATHS } from '../../src/web/paths.js';
import type { RoutesOptions } from '../../src/web/routes.js';
import { startWebServer, type WebServerOptions } from '../../src/web/web-server.js';
import { FakeClock } from '../support/fake-clock.js';
import { NODE_STATUS, NOW } from '../support/node-status-fixture.js';
import { wireNodes } from '../support/wired-nodes.js';
import { rawConnection, rawRequest, statusOf } from './raw-request.js';

const OPENMETRICS = 'application/openmetrics-text;version=1.0.0';

describe('startWebServer', () => {
  const servers: HttpServer[] = [];
  let logged: unknown[] = [];

  async function start(
    changes: Partial<RoutesOptions> = {},
    access: WebServerOptions['access'] = plainWebAccess,
  ): Promise<{ port: number; url: string }> {
    const clock = new FakeClock(NOW);
    const nodes = (): readonly NodeStatus[] => [NODE_STATUS];
    const { exposition } = wireNodes(nodes(), clock);
    const log: Log = { debug() {}, info() {}, warn() {}, error: (...entry) => logged.push(entry) };
    const server = await startWebServer({
      listenAddress: { host: '127.0.0.1', port: 0 },
      access,
      telemetryPath: '/metrics',
      version: '1.2.3',
      // The agent's own series would differ from scrape to scrape.
      exposition: { scrape: (format, compressed) => exposition.nodeSeries(format, compressed) },
      nodes,
      ready: () => true,
      reload: undefined,
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
    assert.match(await (await fetch(url)).text(), /<a href="\/custom\/metrics">/);
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
    let ready = false;
    const { url } = await start({ ready: () => ready });
    assert.equal((await fetch(`${url}/-/healthy`)).status, 200);
    assert.equal((await fetch(`${url}/-/ready`)).status, 503);
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
      'POST /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000\r\n\r\n',
    );
    assert.equal(statusOf(answer), 405);
    assert.match(answer, /^Connection: close\r$/m);
  });

  for (const target of [
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
    'http://evil.example/metrics',
    'http://[::1',
    '*',
  ]) {
    it(`answers 404 to ${target} and repeats nothing of it`, async () => {
      const { port } = await start();
      const answer = await rawRequest(
        port,
        `GET ${target} HTTP/1.1\r\nHost: evil.example\r\nHost: other.example\r\nReferer: marker\r\nConnection: close\r\n\r\n`,
      );
      assert.equal(statusOf(answer), 404);
      assert.ok(answer.endsWith('\r\n\r\nnot found\n'));
      assert.doesNotMatch(answer, /evil|other\.example|marker|script/);
      assert.deepEqual(logged, []);
    });
  }

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

    it('tells why it failed', async () => {
      const reload = () =>
        Promise.reject(new Error('config.yaml:3: projects: got a number, expected a list'));
      const { url } = await start({ reload });
      const answer = await fetch(`${url}/-/reload`, { method: 'POST' });
      assert.equal(answer.status, 500);
      assert.equal(await answer.text(), 'config.yaml:3: projects: got a number, expected a list\n');
    });
  });

  it('puts at most 40 answers to scrapes together at once', async () => {
    const release: (() => void)[] = [];
    const scrape = () =>
      new Promise<readonly Buffer[]>((resolve) => {
        release.push(() => resolve([Buffer.from('a 1\n')]));
      });
    const { url } = await start({ exposition: { scrape } });
    const waiting = Array.from({ length: 40 }, () => fetch(`${url}/metrics`));
    while (release.length < 40) {
      await new Promise((resolve) => setImmediate(resolve));
    }

    const refused = await fetch(`${url}/metrics`);
    assert.equal(refused.status, 503);
    assert.equal(refused.headers.get('retry-after'), '1');
    assert.equal((await fetch(`${url}/-/healthy`)).status, 200);

    for (const answer of release) {
      answer();
    }
    assert.deepEqual([...new Set((await Promise.all(waiting)).map(({ status }) => status))], [200]);
    const next = fetch(`${url}/metrics`);
    while (release.length < 41) {
      await new Promise((resolve) => setImmediate(resolve));
    }
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
      socket.write('GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n', () => socket.resetAndDestroy());
    }
    assert.equal((await fetch(`${url}/metrics`)).status, 200);
    assert.deepEqual(logged, []);
  });

  it('refuses whom it is told to refuse, everywhere but at /-/healthy', async () => {
    const { url } = await start(
      {},
      {
        ...plainWebAccess,
        authorize: async () => 'refused',
        headers: () => ({ 'X-Frame-Options': 'deny' }),
        challenge: 'Basic realm="x"',
      },
    );
    for (const path of ['/', '/metrics', '/-/ready', '/-/reload', '/api/v1/nodes', '/nowhere']) {
      const answer = await fetch(`${url}${path}`);
      assert.equal(answer.status, 401, path);
      assert.equal(answer.headers.get('www-authenticate'), 'Basic realm="x"');
      assert.equal(answer.headers.get('x-frame-options'), 'deny');
      assert.equal(await answer.text(), 'unauthorized\n');
    }
    assert.equal((await fetch(`${url}/-/healthy`)).status, 200);
  });

  it('tells whom it throttles', async () => {
    const { url } = await start({}, { ...plainWebAccess, authorize: async () => 'throttled' });
    assert.equal((await fetch(`${url}/metrics`)).status, 429);
  });
});
