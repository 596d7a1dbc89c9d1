// Incidents over HTTP: what is asked for and what comes, as JSON and as pages, and what is refused.
import assert from 'node:assert/strict';
import { gunzipSync } from 'node:zlib';
import type { IncidentRecord, IncidentSummary } from '../../src/incidents/record.js';
import { summaryOf } from '../../src/incidents/record.js';
import type { IncidentRecords } from '../../src/incidents/records.js';
import type { TextVisibility } from '../../src/statements/text-visibility.js';
import { plainWebAccess } from '../../src/web/access/web-access.js';
import type { HttpServer } from '../../src/web/http-server.js';
import type { RoutesOptions } from '../../src/web/routes.js';
import { startWebServer } from '../../src/web/web-server.js';
import { FakeClock } from '../support/fake-clock.js';
import {
  GROWN_TEXT,
  INCIDENT_ID,
  INCIDENT_RECORD,
  INCIDENT_STARTED_AT,
  recordOf,
  recordsOf,
} from '../support/incident-record-fixture.js';
import {
  DATABASE_NODE,
  fleetOf,
  incidentStatus,
  NODE_STATUS,
  NOW,
  statusOf as nodeStatusOf,
} from '../support/node-status-fixture.js';
import { RecordedLog } from '../support/recorded-log.js';
import { rawRequest, statusOf } from './raw-request.js';

const { nodeId: NODE } = DATABASE_NODE;
const OTHER_NODE = nodeStatusOf(7).node.nodeId;
/** Of NODE at 300 s, of OTHER_NODE at 200 s, of NODE at the start. */
const RECORDS: readonly IncidentRecord[] = [
  recordOf(NODE, INCIDENT_STARTED_AT + 300_000, ['manual']),
  recordOf(OTHER_NODE, INCIDENT_STARTED_AT + 200_000, ['long_query']),
  INCIDENT_RECORD,
];
const [NEWEST, OTHERS, OLDEST] = RECORDS.map(({ id }) => id);

describe('incidents over HTTP', () => {
  const servers: HttpServer[] = [];
  const log = new RecordedLog();
  let texts: TextVisibility = 'shown';
  let nodeNow = NODE_STATUS;

  async function start(
    from: IncidentRecords | 'disabled' = recordsOf(RECORDS),
    reload: RoutesOptions['reload'] = undefined,
  ): Promise<{ port: number; url: string }> {
    const incidents = from === 'disabled' ? undefined : from;
    const server = await startWebServer({
      listenAddress: { host: '127.0.0.1', port: 0 },
      access: plainWebAccess,
      telemetryPath: '/metrics',
      version: '1.2.3',
      exposition: { scrape: async () => [] },
      fleet: () => ({ ...fleetOf([nodeNow]), statementTexts: texts, incidents: incidents?.list() }),
      ready: () => true,
      reload,
      incidents: () => incidents,
      clock: new FakeClock(NOW),
      log,
    });
    servers.push(server);
    return { port: server.address.port, url: `http://127.0.0.1:${server.address.port}` };
  }

  afterEach(async () => {
    texts = 'shown';
    nodeNow = NODE_STATUS;
    await Promise.all(servers.splice(0).map((server) => server.close(0)));
  });

  it('says on the page that an incident lasts for as long as its node says so', async () => {
    const { url } = await start(recordsOf([{ ...INCIDENT_RECORD, ended_at: null }]));
    const page = async (path: string) => (await fetch(`${url}${path}`)).text();
    const paths = [`/incidents/${INCIDENT_ID}`, `/incidents/${NODE}-7`];
    for (const path of paths) {
      assert.match(await page(path), /<span class="state warning">end not known</u);
    }
    const active = { id: INCIDENT_ID, kinds: INCIDENT_RECORD.kinds };
    nodeNow = { ...NODE_STATUS, incidents: incidentStatus({ active }) };
    for (const path of paths) {
      assert.match(await page(path), /<span class="state alarm">lasts</u);
    }
  });

  describe('GET /api/v1/incidents', () => {
    const listed = async (query: string) => {
      const { url } = await start();
      const answer = await fetch(`${url}/api/v1/incidents${query}`);
      assert.equal(answer.status, 200);
      assert.equal(answer.headers.get('content-type'), 'application/json');
      return ((await answer.json()) as { incidents: readonly IncidentSummary[] }).incidents;
    };

    it('lists what there is of each, the newest first', async () => {
      assert.deepEqual(await listed(''), RECORDS.map(summaryOf));
    });

    const since = INCIDENT_STARTED_AT / 1000 + 200;
    for (const [query, ids] of [
      [`?node_id=${NODE}`, [NEWEST, OLDEST]],
      [`?node_id=${nodeStatusOf(8).node.nodeId}`, []],
      ['?limit=2', [NEWEST, OTHERS]],
      ['?limit=1000', [NEWEST, OTHERS, OLDEST]],
      [`?since=${since}`, [NEWEST, OTHERS]],
      [`?since=${since}.5`, [NEWEST]],
      ['?since=2026-01-02T03:05:37Z', [NEWEST, OTHERS]],
      ['?since=2026-01-02T11:05:37%2B08:00', [NEWEST, OTHERS]],
      ['?since=2026-01-02T11:05:38+08:00', [NEWEST]],
      ['?since=2026-01-01T22:05:37.000-05:00', [NEWEST, OTHERS]],
      [`?node_id=${NODE}&since=0&limit=1`, [NEWEST]],
      ['?node_id=&since=&limit=&other=1', [NEWEST, OTHERS, OLDEST]],
    ] as const) {
      it(`takes ${query}`, async () => {
        assert.deepEqual(
          (await listed(query)).map(({ id }) => id),
          ids,
        );
      });
    }

    for (const [query, expected] of [
      ['?node_id=marker', 'node_id: expected 36 letters and digits that end in no07'],
      ['?node_id=%00', 'node_id: expected 36 letters and digits that end in no07'],
      ['?limit=0', 'limit: expected a number from 1 to 1000'],
      ['?limit=1001', 'limit: expected a number from 1 to 1000'],
      ['?limit=1e2', 'limit: expected a number from 1 to 1000'],
      ['?limit=-1', 'limit: expected a number from 1 to 1000'],
      ['?limit=5&limit=6', 'limit: expected it once'],
      ['?since=yesterday', 'since: expected seconds since 1970, or a time such as 2026-01-02T03:04:05Z'],
      ['?since=-5', 'since: expected seconds since 1970, or a time such as 2026-01-02T03:04:05Z'],
      [
        '?since=2026-02-30T00:00:00Z',
        'since: expected seconds since 1970, or a time such as 2026-01-02T03:04:05Z',
      ],
      ['?since=2026-01-02', 'since: expected seconds since 1970, or a time such as 2026-01-02T03:04:05Z'],
    ] as const) {
      it(`refuses ${query} in one line`, async () => {
        const { url } = await start();
        const answer = await fetch(`${url}/api/v1/incidents${query}`);
        assert.deepEqual([answer.status, await answer.text()], [400, `bad request: ${expected}\n`]);
      });
    }
  });

  describe('GET /api/v1/incidents/<id>', () => {
    it('answers with the record', async () => {
      const { url } = await start();
      const answer = await fetch(`${url}/api/v1/incidents/${INCIDENT_ID}`);
      assert.deepEqual([answer.status, answer.headers.get('content-type')], [200, 'application/json']);
      assert.equal(answer.headers.get('cache-control'), 'no-store');
      assert.deepEqual(await answer.json(), INCIDENT_RECORD);
    });

    it('names those that there are of the node of an id that is unknown', async () => {
      const { url } = await start();
      const answer = await fetch(`${url}/api/v1/incidents/${NODE}-7`);
      assert.deepEqual(
        [answer.status, await answer.text()],
        [404, `not found: no incident of this id; of its node there are ${NEWEST}, ${OLDEST}\n`],
      );
      const none = await fetch(`${url}/api/v1/incidents/${nodeStatusOf(8).node.nodeId}-7`);
      assert.deepEqual(
        [none.status, await none.text()],
        [404, 'not found: no incident of this id, and none of its node\n'],
      );
    });

    it('names the newest ten of many', async () => {
      const many = Array.from({ length: 13 }, (_, index) => recordOf(NODE, NOW - index * 1000, ['spike']));
      const { url } = await start(recordsOf(many));
      const text = await (await fetch(`${url}/api/v1/incidents/${NODE}-7`)).text();
      assert.equal(text.match(/no07-\d+/gu)?.length, 10);
      assert.match(text, / and 3 older ones\n$/u);
    });
  });

  for (const target of [
    `${NODE}-7%00`,
    `${NODE}%2D7`,
    `../${INCIDENT_ID}`,
    `./${INCIDENT_ID}`,
    `x/../${INCIDENT_ID}`,
    `/${INCIDENT_ID}`,
    `${INCIDENT_ID}/`,
    `${INCIDENT_ID}/x`,
    `..%2f..%2fetc%2fpasswd`,
    `${'marker'.repeat(1700)}`,
    `${NODE}-${'7'.repeat(10_000)}`,
    `${NODE}-`,
    '-7',
    '',
    '__proto__',
    '<script>marker</script>',
  ]) {
    it(`answers 404 to an id such as ${target.slice(0, 60)}, and asks for no record`, async () => {
      const records = { ...recordsOf(RECORDS), get: () => assert.fail('asked for a record') };
      const { port } = await start(records);
      for (const folder of ['/incidents/', '/api/v1/incidents/']) {
        const answer = await rawRequest(
          port,
          `GET ${folder}${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
        );
        assert.equal(statusOf(answer), 404);
        assert.match(answer, /\r\n\r\nnot found\n$/u);
      }
      assert.deepEqual(log.lines, []);
    });
  }

  describe('who has it already', () => {
    const PATHS = [
      '/api/v1/incidents',
      `/api/v1/incidents/${INCIDENT_ID}`,
      '/incidents',
      `/incidents?node_id=${NODE}`,
      `/incidents/${INCIDENT_ID}`,
    ];
    for (const path of PATHS) {
      it(`is told so at ${path}, compressed or not`, async () => {
        const { port } = await start();
        const ask = (headers: string, method = 'GET') =>
          rawRequest(
            port,
            `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${headers}\r\n`,
            'latin1',
          );
        const tagOf = (answer: string) => /^ETag: ("[^"]+")\r$/mu.exec(answer)?.[1] ?? '';
        const plain = await ask('');
        const gzip = await ask('Accept-Encoding: gzip\r\n');
        assert.equal(statusOf(plain), 200);
        assert.match(gzip, /^Content-Encoding: gzip\r$/mu);
        const bodyOf = (answer: string) =>
          Buffer.from(answer.slice(answer.indexOf('\r\n\r\n') + 4), 'latin1');
        assert.deepEqual(gunzipSync(bodyOf(gzip)), bodyOf(plain));
        assert.match(tagOf(plain), /^"[\w-]{22}"$/u);
        assert.notEqual(tagOf(plain), tagOf(gzip));
        for (const [headers, status] of [
          [`If-None-Match: ${tagOf(plain)}\r\n`, 304],
          [`If-None-Match: "a", W/${tagOf(plain)}\r\n`, 304],
          ['If-None-Match: *\r\n', 304],
          [`If-None-Match: ${tagOf(gzip)}\r\n`, 200],
          [`If-None-Match: ${tagOf(gzip)}\r\nAccept-Encoding: gzip\r\n`, 304],
          [`If-None-Match: ${tagOf(plain)}\r\nAccept-Encoding: gzip\r\n`, 200],
          [`If-None-Match: ${tagOf(plain).slice(1, -1)}\r\n`, 200],
        ] as const) {
          for (const method of ['GET', 'HEAD']) {
            const answer = await ask(headers, method);
            assert.equal(statusOf(answer), status, headers);
            if (status === 304) {
              assert.ok([tagOf(plain), tagOf(gzip)].includes(tagOf(answer)));
              assert.match(answer, /^Vary: Accept-Encoding\r$/mu);
              assert.match(answer, /^Cache-Control: no-store\r$/mu);
              assert.doesNotMatch(answer, /^Content-(?:Type|Encoding|Length):/mu);
              const policyOf = (from: string) => /^Content-Security-Policy: .*$/mu.exec(from)?.[0];
              assert.equal(policyOf(answer), policyOf(plain));
              assert.equal(bodyOf(answer).length, 0);
            }
          }
        }
      });
    }

    it('gets another tag once the record is another one, or is shown otherwise', async () => {
      const records = [INCIDENT_RECORD];
      const { url } = await start({ ...recordsOf(records), get: async () => records[0] });
      const tag = async () => (await fetch(`${url}/incidents/${INCIDENT_ID}`)).headers.get('etag');
      const first = await tag();
      assert.equal(await tag(), first);
      texts = 'digest';
      const second = await tag();
      records[0] = { ...INCIDENT_RECORD, ended_at: null };
      assert.equal(new Set([first, second, await tag()]).size, 3);
    });
  });

  for (const hidden of ['digest', 'open_listener', 'off'] as const) {
    it(`shows no text of a statement with ${hidden}, anywhere`, async () => {
      texts = hidden;
      const headline = 'statement 3f2a3f2a3f2a3f2a (SELECT invoices): 0 → 118 active sessions';
      const culprit = { ...INCIDENT_RECORD.culprit, headline };
      const told = recordOf(OTHER_NODE, NOW, ['spike'], { culprit });
      const { url } = await start(recordsOf([told, ...RECORDS]));
      for (const path of [
        '/incidents',
        `/incidents/${INCIDENT_ID}`,
        '/api/v1/incidents',
        `/api/v1/incidents/${INCIDENT_ID}`,
      ]) {
        const text = await (await fetch(`${url}${path}`)).text();
        assert.ok(text.includes('svc@billing'), path);
        assert.doesNotMatch(text, /invoices|audit|SELECT|INSERT|UPDATE invoices/u);
        assert.equal(text.includes('0123456789abcdef'), hidden !== 'off' && path.endsWith(INCIDENT_ID), path);
      }
      texts = 'shown';
      assert.ok((await (await fetch(`${url}/incidents/${INCIDENT_ID}`)).text()).includes(GROWN_TEXT));
    });
  }

  describe('POST /api/v1/incidents', () => {
    const reload = async (): Promise<void> => {};
    const manual = recordOf(NODE, NOW, ['manual']);
    const recorded: string[] = [];
    const records = recordsOf(RECORDS, async (nodeId) => {
      recorded.push(nodeId);
      return nodeId === NODE
        ? { record: manual }
        : { refused: nodeId === OTHER_NODE ? 'no snapshot' : 'unknown node' };
    });
    const post = async (query: string, headers: Record<string, string> = {}, mayRecord = true) => {
      const { url } = await start(records, mayRecord ? reload : undefined);
      recorded.length = 0;
      return fetch(`${url}/api/v1/incidents${query}`, { method: 'POST', headers });
    };

    it('records the node and says where its record is', async () => {
      const answer = await post(`?node_id=${NODE}`);
      assert.equal(answer.status, 201);
      assert.equal(
        new URL(answer.headers.get('location') ?? '', answer.url).pathname,
        `/api/v1/incidents/${manual.id}`,
      );
      assert.deepEqual(await answer.json(), summaryOf(manual));
      assert.deepEqual(recorded, [NODE]);
    });

    for (const [query, status, text] of [
      [`?node_id=${OTHER_NODE}`, 409, 'conflict: the node has no snapshot yet\n'],
      [`?node_id=${nodeStatusOf(8).node.nodeId}`, 404, 'not found: no such node is collected here\n'],
      ['', 400, 'bad request: node_id: expected 36 letters and digits that end in no07\n'],
      ['?node_id=marker', 400, 'bad request: node_id: expected 36 letters and digits that end in no07\n'],
    ] as const) {
      it(`answers ${status} to ${query}`, async () => {
        const answer = await post(query);
        assert.deepEqual([answer.status, await answer.text()], [status, text]);
      });
    }

    it('is refused without --web.enable-lifecycle, and to pages of other sites', async () => {
      assert.equal((await post(`?node_id=${NODE}`, {}, false)).status, 403);
      assert.equal((await post(`?node_id=${NODE}`, { Origin: 'https://evil.example' })).status, 403);
      assert.equal((await post(`?node_id=${NODE}`, { 'Sec-Fetch-Site': 'cross-site' })).status, 403);
      assert.deepEqual(recorded, []);
    });
  });

  for (const [method, path, allow] of [
    ['PUT', '/api/v1/incidents', 'GET, HEAD, POST'],
    ['DELETE', `/api/v1/incidents/${INCIDENT_ID}`, 'GET, HEAD'],
    ['POST', '/incidents', 'GET, HEAD'],
    ['POST', `/incidents/${INCIDENT_ID}`, 'GET, HEAD'],
  ] as const) {
    it(`answers 405 to ${method} ${path}`, async () => {
      const { port } = await start();
      const answer = await rawRequest(port, `${method} ${path} HTTP/1.0\r\n\r\n`);
      assert.equal(statusOf(answer), 405);
      assert.match(answer, new RegExp(`^Allow: ${allow}\r$`, 'mu'));
    });
  }

  it('answers at most 32 at a time', async () => {
    let answerAll = (): void => {};
    const waited = new Promise<undefined>((resolve) => {
      answerAll = () => resolve(undefined);
    });
    let asked = 0;
    const records: IncidentRecords = {
      ...recordsOf(RECORDS),
      get: () => {
        asked++;
        return waited;
      },
    };
    const { url } = await start(records);
    const ask = async () => (await fetch(`${url}/api/v1/incidents/${INCIDENT_ID}`)).status;
    const answers = Array.from({ length: 33 }, ask);
    assert.equal(await Promise.race(answers), 503);
    assert.equal(asked, 32);
    answerAll();
    assert.deepEqual(new Set(await Promise.all(answers)), new Set([404, 503]));
  });

  it('says where incidents are disabled that they are, and leads nobody there', async () => {
    const { url } = await start('disabled');
    for (const path of [
      '/api/v1/incidents',
      `/api/v1/incidents/${INCIDENT_ID}`,
      `/incidents/${INCIDENT_ID}`,
      '/incidents',
    ]) {
      const answer = await fetch(`${url}${path}`);
      assert.deepEqual(
        [answer.status, await answer.text()],
        [404, 'not found: incidents are disabled (incidents.enabled)\n'],
        path,
      );
    }
    assert.doesNotMatch(await (await fetch(url)).text(), />Incidents<|href="[^"]*incidents/u);
  });
});
