// Whatever bytes come over a connection: an answer that repeats none of them, or none, and the server lives on.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { systemClock } from '../../src/clock.js';
import { plainWebAccess } from '../../src/web/access/web-access.js';
import type { HttpServer } from '../../src/web/http-server.js';
import { startWebServer } from '../../src/web/web-server.js';
import { INCIDENT_ID, INCIDENT_RECORD, recordsOf } from '../support/incident-record-fixture.js';
import { fleetOf, NODE_STATUS } from '../support/node-status-fixture.js';
import { RecordedLog } from '../support/recorded-log.js';
import { rawConnection, rawRequest, statusOf } from '../web/raw-request.js';
import { fuzzRuns } from './fuzz-runs.js';

const MARKER = 'm4rk3r';
const STATUSES = [100, 200, 400, 403, 404, 405, 408, 413, 414, 417, 421, 431];

const fragment = fc.oneof(
  fc.constantFrom('GET', 'HEAD', 'POST', 'TRACE', 'OPTIONS', 'CONNECT', 'PRI', MARKER),
  fc.constantFrom(
    '/',
    '/metrics',
    '/-/healthy',
    '/-/reload',
    '//',
    '/%zz',
    '*',
    `/${MARKER}`,
    `http://${MARKER}/`,
    `http://${MARKER}.localhost/metrics`,
  ),
  fc.constantFrom(
    'HTTP/1.1',
    'HTTP/1.0',
    'HTTP/2.0',
    'HTTP/9',
    '\r\n',
    '\n',
    '\r\n\r\n',
    ' ',
    '\t',
    ':',
    '\0',
  ),
  fc.constantFrom(
    'Host: localhost\r\n',
    `Host: ${MARKER}\r\n`,
    'Content-Length: 5\r\n',
    'Content-Length: -1\r\n',
  ),
  fc.constantFrom(
    'Transfer-Encoding: chunked\r\n',
    '5\r\nhello\r\n',
    '0\r\n\r\n',
    'Expect: 100-continue\r\n',
  ),
  fc.constantFrom(
    'Connection: Upgrade\r\nUpgrade: websocket\r\n',
    'Upgrade: h2c\r\n',
    'Connection: close\r\n',
  ),
  fc.constantFrom(
    'Accept: */*;q=x\r\n',
    'Accept-Encoding: gzip;q=9, *;q=0\r\n',
    `X: ${'x'.repeat(20_000)}\r\n`,
  ),
  fc.string({ unit: 'binary', maxLength: 5 }),
);
const request = fc
  .tuple(
    fc.constantFrom('GET', 'HEAD', 'POST', 'TRACE', MARKER),
    fc.constantFrom(
      '/',
      '/metrics',
      '/-/reload',
      '/api/v1/nodes',
      `/${MARKER}`,
      `/metrics?${MARKER}`,
      `/incidents?node_id=${MARKER}`,
      `/incidents/${MARKER}`,
      `/incidents/${INCIDENT_ID}?${MARKER}`,
      `/api/v1/incidents?since=${MARKER}`,
      `/api/v1/incidents/${INCIDENT_ID}`,
      `/api/v1/incidents/${INCIDENT_ID}${MARKER}`,
    ),
    fc.constantFrom('HTTP/1.1\r\n', `HTTP/1.1\r\nHost: ${MARKER}.localhost\r\n`, 'HTTP/1.0\r\n'),
    fc.array(fragment, { maxLength: 3 }),
    fc.constantFrom('\r\n', `Referer: ${MARKER}\r\n\r\n`, ''),
  )
  .map(([method, target, start, rest, end]) => `${method} ${target} ${start}${rest.join('')}${end}`);
const bytes = fc.oneof(
  fc.array(fragment, { maxLength: 10 }).map((fragments) => fragments.join('')),
  fc.array(request, { minLength: 1, maxLength: 3 }).map((requests) => requests.join('')),
);

describe('any bytes over HTTP', () => {
  const log = new RecordedLog();
  let server: HttpServer;

  before(async () => {
    const fleet = fleetOf([NODE_STATUS]);
    server = await startWebServer({
      listenAddress: { host: '127.0.0.1', port: 0 },
      access: plainWebAccess,
      telemetryPath: '/metrics',
      version: '1.2.3',
      exposition: { scrape: async () => [Buffer.from('a 1\n')] },
      fleet: () => fleet,
      ready: () => true,
      reload: undefined,
      incidents: () => recordsOf([INCIDENT_RECORD]),
      clock: systemClock,
      log,
    });
  });

  after(() => server.close(0));

  it('are answered without repeating them, and harm nobody', async () => {
    await fc.assert(
      fc.asyncProperty(bytes, async (sent) => {
        const answer = await exchange(server.address.port, sent);
        assert.ok(!answer.includes(MARKER), answer);
        if (answer !== '') {
          assert.ok(STATUSES.includes(statusOf(answer)) || !sent.includes('HTTP/'), answer);
        }
        assert.deepEqual(log.lines, []);
      }),
      fuzzRuns(300),
    );
    assert.equal(statusOf(await rawRequest(server.address.port, 'GET /metrics HTTP/1.0\r\n\r\n')), 200);
  });

  /** Sends all, says that no more will come, and reads to the end. */
  function exchange(port: number, sent: string): Promise<string> {
    return new Promise((resolve) => {
      const socket = rawConnection(port).setEncoding('latin1');
      let answer = '';
      socket.on('data', (text: string) => {
        answer += text;
      });
      socket.once('close', () => resolve(answer));
      socket.end(sent);
    });
  }
});
