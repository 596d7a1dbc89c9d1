// What a page of another site can make a browser on the agent's machine ask for, against the built program.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { addressOf, type Program, startProgram } from '../support/program.js';
import { rawRequest, statusOf } from '../web/raw-request.js';

describe('pages of other sites', () => {
  let agent: Program;
  let port: number;

  async function start(address: string): Promise<void> {
    agent = startProgram(['demo', `--web.listen-address=${address}`, '--web.enable-lifecycle']);
    port = Number(new URL(await addressOf(agent)).port);
  }

  afterEach(async () => {
    agent.child.kill('SIGKILL');
    await agent.ended;
  });

  const ask = (request: string, ...headers: string[]) =>
    rawRequest(port, `${[`${request} HTTP/1.1`, 'Connection: close', ...headers].join('\r\n')}\r\n\r\n`);
  const statusFor = async (...request: Parameters<typeof ask>) => statusOf(await ask(...request));

  it('get nothing of a loopback listener by a name that has come to mean it', async () => {
    await start('localhost:0');
    for (const path of ['/', '/metrics', '/api/v1/nodes', '/page.js']) {
      const refused = await ask(`GET ${path}`, 'Host: evil.example');
      assert.equal(statusOf(refused), 421, path);
      assert.doesNotMatch(refused, /evil|taurusdb/);
      // A browser sends a whole URL to proxies alone.
      assert.equal(await statusFor(`GET http://evil.example:${port}${path}`, 'Host: localhost'), 200);
      assert.equal(await statusFor(`GET ${path}`, 'Host: evil.example', 'Host: localhost'), 400);
      assert.equal(await statusFor(`GET ${path}`, 'Host: localhost', 'hOST: localhost'), 400);
      assert.equal(await statusFor(`GET ${path}`, 'Host: localhost, evil.example'), 400);
      assert.equal(await statusFor(`GET ${path}`, `Host: localhost:${port}`), 200);
      assert.equal(await statusFor(`GET http://127.0.0.1:${port}${path}`, 'Host: evil.example'), 200);
    }
    assert.equal(await statusFor('POST /-/reload', 'Host: evil.example'), 421);
    assert.equal(await statusFor('GET /-/healthy', 'Host: evil.example'), 200);
    for (const malformed of [['Host: '], ['Host: evil example'], ['Host: a', 'Host: a'], []]) {
      assert.equal(await statusFor('GET /-/healthy', ...malformed), 400);
    }
  });

  it('reload nothing', async () => {
    await start('127.0.0.1:0');
    const host = `Host: localhost:${port}`;
    for (const method of ['POST', 'PUT']) {
      const reload = (...headers: string[]) => statusFor(`${method} /-/reload`, host, ...headers);
      assert.equal(await reload('Sec-Fetch-Site: cross-site'), 403);
      assert.equal(await reload('Sec-Fetch-Site: same-site'), 403);
      assert.equal(await reload('Origin: https://evil.example'), 403);
      assert.equal(await reload('Origin: http://localhost:1'), 403);
      assert.equal(await reload('Origin: null'), 403);
      assert.equal(await reload('Content-Length: 5', 'Origin: null'), 403);
    }
    assert.doesNotMatch(agent.stderr(), /configuration reloaded|evil/);
    assert.equal(
      await statusFor(
        'POST /-/reload',
        host,
        `Origin: http://localhost:${port}`,
        'Sec-Fetch-Site: same-origin',
      ),
      200,
    );
    assert.equal(await statusFor('POST /-/reload', host), 200);
    await agent.says(/configuration reloaded/u);
  });

  it('are not told from others where the listener is meant for other hosts, named by a header or a whole URL', async () => {
    await start('0.0.0.0:0');
    assert.equal(await statusFor('GET /metrics', 'Host: exporter.example'), 200);
    assert.equal(await statusFor('GET /metrics', 'Host: exporter.example', 'Host: exporter.example'), 400);
    assert.equal(
      await statusFor('POST /-/reload', 'Host: exporter.example', 'Origin: http://evil.example'),
      403,
    );
    // Whole URLs, as proxies and some clients send them (RFC 9112, 3.2.2), are answered like their path alone.
    const fixture = new URL('../fixtures/requests/absolute-form.http', import.meta.url);
    const metrics = /\r\n\r\n# HELP taurusdb_/;
    assert.match(await rawRequest(port, readFileSync(fixture, 'latin1')), metrics);
    for (const [request, status, body] of [
      ['GET https://exporter.example/metrics', 200, metrics],
      ['GET HTTP://other.example:80/metrics?x=1', 200, metrics],
      ['GET http://[2001:db8::1]:10104/metrics', 200, metrics],
      ['GET http://exporter.example', 200, />Pause updates</],
      ['GET https://exporter.example:443?refresh=off', 200, />Resume updates</],
      ['GET http://exporter.example/?refresh=off', 200, />Resume updates</],
      ['GET http://exporter.example/-/healthy', 200, /healthy\n$/],
      ['HEAD http://exporter.example/metrics', 200, /\r\n\r\n$/],
      ['GET http://exporter.example/nowhere', 404, /not found\n$/],
      ['GET http://exporter.example//metrics', 404, /not found\n$/],
      ['GET http://exporter.example/http://exporter.example/metrics', 404, /not found\n$/],
      ['GET ftp://exporter.example/metrics', 404, /not found\n$/],
      ['GET http://user:secret@exporter.example/metrics', 400, /bad request/],
      ['POST http://exporter.example/metrics', 405, /method not allowed\n$/],
      ['GET http://exporter.example/-/reload', 405, /method not allowed\n$/],
      ['OPTIONS http://exporter.example', 405, /method not allowed\n$/],
      ['OPTIONS *', 404, /not found\n$/],
    ] as const) {
      const answer = await ask(request, 'Host: exporter.example:10104');
      assert.equal(statusOf(answer), status, request);
      assert.match(answer, body, request);
    }
  });
});
