// The pages of incidents in a real browser: what they look like and whether people can use them, with the worst names that there are.
import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import type { IncidentRecord } from '../../src/incidents/record.js';
import { INCIDENT_KINDS } from '../../src/model/incident.js';
import { escapeControls } from '../../src/visible-text.js';
import type { HttpServer } from '../../src/web/http-server.js';
import {
  BARE_RECORD,
  INCIDENT_ID,
  INCIDENT_RECORD,
  recordOf,
  recordsOf,
} from '../support/incident-record-fixture.js';
import {
  DATABASE_NODE,
  fleetOf,
  incidentStatus,
  NODE_STATUS,
  NOW,
  statusOf,
} from '../support/node-status-fixture.js';
import { startPrefixProxy } from '../support/prefix-proxy.js';
import {
  accessibilityFaults,
  complaintsOf,
  HOSTILE_NAMES,
  startChromium,
  WIDER_THAN_THEY_MAY_BE,
} from './chromium.js';
import { servePage } from './page-server.js';

const [TAG = '', SCRIPT = '', , TURNED = '', , LONG = ''] = HOSTILE_NAMES;
const GROWN = HOSTILE_NAMES.map((value, index) => ({
  value,
  before: 1_111_111 * index,
  now: 9_876_543 - 7 * index,
  share: 0.3 - index * 0.1,
}));
const NAMES = HOSTILE_NAMES.map((name, index) => ({
  digest: String(index).repeat(16),
  text: `SELECT \`${name}\` FROM t WHERE id IN (...) …`,
}));
const ONE_OF_ALL = { digest: 'f'.repeat(16), text: `SELECT \`${LONG}\` …` };

/** All that others name is hostile, all that can be large is, and nothing is missing. */
const HOSTILE: IncidentRecord = recordOf(statusOf(7).node.nodeId, NOW - 30_000, INCIDENT_KINDS, {
  node_name: TURNED,
  project: TAG,
  role: SCRIPT,
  culprit: {
    verdict: 'several',
    share: 0.7,
    user: TAG,
    host: LONG,
    database: TURNED,
    statement: ONE_OF_ALL,
    headline: `${TURNED} from ${LONG}: 1,111,111 → 9,876,543 sessions`,
  },
  growth: {
    user: GROWN,
    host: GROWN,
    database: GROWN,
    state: GROWN,
    command: GROWN,
    statement: NAMES.map((name, index) => ({ ...name, before: index, now: 9_876_543, share: -0.1 })),
    pairs: GROWN.map(({ value, ...figures }) => ({ ...figures, user: value, host: LONG })),
  },
  statements: NAMES.map((name) => ({
    ...name,
    cut: true,
    ambiguous: true,
    sensitive: true,
    sessions: 9_876_543,
    seconds: 99_999_999,
    longest_seconds: 9_999_999,
  })),
  longest: HOSTILE_NAMES.map((name) => ({
    id: '9'.repeat(20),
    user: name,
    host: LONG,
    database: name,
    command: name,
    state: name,
    seconds: 99_999,
    transaction_seconds: 999_999,
    waits_for_lock: false,
    statement: ONE_OF_ALL,
  })),
  blockers: HOSTILE_NAMES.map((name, index) => ({
    id: `429496729${index}`,
    user: name,
    host: LONG,
    transaction_seconds: 99_999,
    rows_locked: 9_999_999,
    waiting: 9_999_999,
    confidence: 'possible',
    reasons: ['idle in transaction for 99999 s', '9999999 sessions began to wait after it'],
  })),
});
const BARE: IncidentRecord = {
  ...BARE_RECORD,
  id: `${DATABASE_NODE.nodeId}-7`,
  culprit: { ...BARE_RECORD.culprit },
};
const RECORDS = [HOSTILE, INCIDENT_RECORD, BARE];
const PATHS = {
  list: '/incidents',
  record: `/incidents/${INCIDENT_ID}`,
  hostile: `/incidents/${HOSTILE.id}`,
  bare: `/incidents/${BARE.id}`,
  gone: `/incidents/${HOSTILE.node_id}-8`,
  'nodes with marks': '/',
} as const;

const hostileNode = statusOf(7, {
  incidents: incidentStatus({ active: { id: HOSTILE.id, kinds: HOSTILE.kinds } }),
});

describe('the pages of incidents in Chromium', () => {
  let browser: Browser;
  let server: HttpServer;
  let url: string;

  before(async function () {
    browser = await startChromium(this);
  });

  beforeEach(async () => {
    const records = recordsOf(RECORDS);
    const nodes = [NODE_STATUS, hostileNode];
    server = await servePage(() => ({ ...fleetOf(nodes), incidents: records.list() }), records);
    url = `http://127.0.0.1:${server.address.port}`;
  });

  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
    await server.close(0);
  });

  after(() => browser?.close());

  for (const [name, path] of Object.entries(PATHS)) {
    for (const [colorScheme, width] of [
      ['light', 1280],
      ['dark', 1280],
      ['light', 320],
      ['dark', 320],
    ] as const) {
      it(`are accessible and not wider than the screen: ${name}, ${colorScheme}, ${width} pixels`, async () => {
        const page = await browser.newPage({ colorScheme, viewport: { width, height: 900 } });
        const complaints = complaintsOf(page);
        await page.goto(`${url}${path}`);
        await page.evaluate("document.querySelector('.as-table')?.setAttribute('open', '')");
        assert.deepEqual(await page.evaluate(WIDER_THAN_THEY_MAY_BE), []);
        assert.equal(await page.evaluate('document.scrollingElement.scrollWidth'), width);
        assert.deepEqual(await accessibilityFaults(page), []);
        assert.deepEqual(
          complaints.filter((one) => !(name === 'gone' && one.includes('status of 404'))),
          [],
        );
      });
    }
  }

  it('show hostile names as text', async () => {
    const page = await browser.newPage();
    for (const path of [PATHS.list, PATHS.hostile, PATHS.gone]) {
      await page.goto(`${url}${path}`);
      assert.equal(await page.locator('img, script').count(), 0);
      assert.match(await page.title(), /· TaurusDB sessions$/u);
    }
    await page.goto(`${url}${PATHS.hostile}`);
    const text = await page.locator('main').innerText();
    for (const name of HOSTILE_NAMES) {
      assert.ok(text.includes(escapeControls(name)), name);
    }
    assert.equal(await page.locator('main > section').count(), 8);
  });

  it('draw the timeline within its frame, and have it as a table too', async () => {
    const page = await browser.newPage({ viewport: { width: 390, height: 900 } });
    await page.goto(`${url}${PATHS.record}`);
    const box = await page.locator('svg').boundingBox();
    for (const line of ['sessions', 'active', 'lock_waiting', 'usual']) {
      const drawn = await page.locator(`svg path.${line}`).boundingBox();
      assert.ok(box && drawn && drawn.width > box.width - 8 && drawn.x >= box.x - 4, line);
      assert.ok(
        box && drawn && drawn.y >= box.y - 4 && drawn.y + drawn.height <= box.y + box.height + 4,
        line,
      );
    }
    assert.equal(await page.getByRole('img', { name: 'Sessions of the node before and during' }).count(), 1);
    await page.getByText('The same as a table').click();
    assert.equal(await page.locator('tbody tr').count(), INCIDENT_RECORD.timeline.length);
    assert.equal(await page.locator('tbody tr').last().innerText(), '01-02 03:06:17\t87\t0\t9\t88');
  });

  it('lead from the node to its incident and back, behind a prefix and without scripts', async () => {
    const proxy = await startPrefixProxy(`${url}/`, '/monitoring/taurusdb');
    try {
      const context = await browser.newContext({ javaScriptEnabled: false });
      const page = await context.newPage();
      await page.goto(proxy.url);
      await page.locator('.mark a').first().click();
      assert.equal(page.url(), `${proxy.url}incidents/${HOSTILE.id}`);
      await page.getByRole('link', { name: 'Incidents of this node' }).click();
      assert.equal(page.url(), `${proxy.url}incidents?node_id=${HOSTILE.node_id}`);
      assert.equal(await page.locator('.incidents li').count(), 1);
      await page.getByLabel('Node').selectOption(DATABASE_NODE.nodeId);
      await page.getByRole('button', { name: 'Apply' }).click();
      assert.equal(page.url(), `${proxy.url}incidents?node_id=${DATABASE_NODE.nodeId}`);
      assert.equal(await page.locator('.incidents li').count(), 2);
      await page.locator('.incidents a').first().click();
      await page.getByRole('link', { name: 'JSON' }).click();
      assert.equal(page.url(), `${proxy.url}api/v1/incidents/${INCIDENT_ID}`);
      await page.goto(`${proxy.url}incidents/${DATABASE_NODE.nodeId}-8`);
      await page.locator('.incidents a').last().click();
      assert.equal(page.url(), `${proxy.url}incidents/${BARE.id}`);
      await page.getByRole('link', { name: 'Its sessions now' }).click();
      assert.equal(page.url(), `${proxy.url}?open=${DATABASE_NODE.nodeId}#node-${DATABASE_NODE.nodeId}`);
      assert.deepEqual(
        proxy.strays.filter((target) => target !== '/favicon.ico'),
        [],
      );
    } finally {
      await proxy.close();
    }
  });
});
