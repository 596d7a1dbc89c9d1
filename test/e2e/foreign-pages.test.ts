// What a page of another site can make a browser on the agent's machine ask for, against the built program.
import assert from 'node:assert/strict';
import { addressOf, type Program, startProgram } from '../support/program.js';
import { rawRequest, statusOf } from '../web/raw-request.js';

describe('pages of other sites', function () {
  this.timeout(60_000);

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
      assert.equal(await statusFor(`GET http://evil.example:${port}${path}`, 'Host: localhost'), 421);
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

  it('are not told from others where the listener is meant for other hosts', async () => {
    await start('0.0.0.0:0');
    assert.equal(await statusFor('GET /metrics', 'Host: exporter.example'), 200);
    assert.equal(await statusFor('GET /metrics', 'Host: exporter.example', 'Host: exporter.example'), 400);
    assert.equal(
      await statusFor('POST /-/reload', 'Host: exporter.example', 'Origin: http://evil.example'),
      403,
    );
  });
});
