// The page in a real browser: what it looks like and whether people can use it, with the worst names that there are.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Route } from 'playwright-core';
import type { NodeStatus } from '../../src/collect/node-store.js';
import type { ProjectStatus } from '../../src/model/project-status.js';
import type { Dimension } from '../../src/sessions/dimensions.js';
import type { StatementCounts } from '../../src/sessions/snapshot.js';
import { escapeControls } from '../../src/visible-text.js';
import type { HttpServer } from '../../src/web/http-server.js';
import {
  counts,
  DATABASE_NODE,
  fleetOf,
  momentAt,
  NODE_STATUS,
  NOW,
  PROJECT_STATUS,
  SNAPSHOT,
  STATEMENT,
  spiking,
  statusOf,
  UNTRIED_STATUS,
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

const DIMENSION_OF_ALL = counts(Object.fromEntries(HOSTILE_NAMES.map((name, index) => [name, 6 - index])));

/** What a name in backticks may hold, and who may have such a name. */
const STATEMENTS_OF_ALL: StatementCounts = {
  sessions: 21,
  shown: HOSTILE_NAMES.map((name, index) => ({
    ...STATEMENT,
    statement: {
      ...STATEMENT.statement,
      digest: String(index).repeat(16),
      text: `SELECT \`${name}\` FROM t WHERE id IN (...) …`,
      isCut: true,
      isAmbiguous: true,
      isSensitive: true,
    },
    sessions: 6 - index,
    users: [{ value: name, sessions: 6 - index }],
    hosts: [{ value: name, sessions: 6 - index }],
  })),
  rest: { sessions: 3, totalSeconds: 4 },
  distinct: 300,
  error: 1,
};

/** One for each state and each hostile name. */
const FLEET: readonly NodeStatus[] = [
  NODE_STATUS,
  named(1, 'filling-up', { snapshot: { ...SNAPSHOT, sessions: 4_900 } }),
  named(2, 'stale', { freshForMs: 0 }),
  { ...UNTRIED_STATUS, node: named(3, 'pending').node },
  ...HOSTILE_NAMES.slice(0, 3).map((name, index) =>
    named(4 + index, name, {
      up: index > 0,
      lastError:
        index > 0
          ? undefined
          : { reason: 'csv', message: `result: got ${name}`, details: {}, at: momentAt(NOW - 5_000) },
      snapshot: {
        ...SNAPSHOT,
        sessions: 21,
        dimensions: new Map<Dimension, typeof DIMENSION_OF_ALL>([
          ['user', DIMENSION_OF_ALL],
          ['database', DIMENSION_OF_ALL],
        ]),
        statements: STATEMENTS_OF_ALL,
      },
    }),
  ),
  {
    ...UNTRIED_STATUS,
    node: named(7, HOSTILE_NAMES[5] ?? '').node,
    up: false,
    lastError: { reason: 'auth', message: `got ${'y'.repeat(900)}`, details: {}, at: momentAt(NOW - 5_000) },
  },
];

/** The longest names and numbers that there can be. */
const WIDE = '\u8ba2'.repeat(64);
const WIDEST: readonly NodeStatus[] = [
  ...FLEET.slice(0, 6),
  named(9, 'waiting', { snapshot: { ...SNAPSHOT, lockWaiting: 7_654_321 } }),
  {
    ...named(8, WIDE, {
      previousSessions: 1_111_111,
      incidents: spiking({ sessions: 1_111_111 }),
      snapshot: {
        ...SNAPSHOT,
        sessions: 9_876_543,
        active: 7_654_321,
        lockWaiting: 7_654_321,
        transactionLongestSeconds: 99_999_999,
        dimensions: new Map<Dimension, typeof DIMENSION_OF_ALL>([
          ['user', counts({ ['W'.repeat(128)]: 9_000_000 })],
          ['host', counts({ ['W'.repeat(128)]: 9_000_000 })],
        ]),
      },
    }),
  },
];
const WIDE_PROJECTS: readonly ProjectStatus[] = [
  {
    name: 'P'.repeat(128),
    nodes: 8,
    nodesOfAllShards: 8,
    discovery: {
      up: false,
      lastSuccessAt: momentAt(NOW - 600_000),
      lastError: { reason: 'api', message: `got ${'z'.repeat(900)}`, details: {}, at: momentAt(NOW) },
    },
  },
  {
    ...PROJECT_STATUS,
    name: WIDE,
    nodes: 0,
    nodesOfAllShards: 0,
    discovery: {
      up: true,
      lastSuccessAt: momentAt(NOW),
      found: 0,
      whyNone: `1 instance seen, 0 match instance_name "${'w'.repeat(900)}"`,
      lastError: undefined,
    },
  },
];

function named(number: number, name: string, changes: Partial<NodeStatus> = {}): NodeStatus {
  const status = statusOf(number, changes);
  return { ...status, node: { ...status.node, name, instanceName: name, role: 'slave' } };
}

describe('the page in Chromium', () => {
  let browser: Browser;
  let server: HttpServer;
  let url: string;
  let nodes: readonly NodeStatus[] = FLEET;
  let projects: readonly ProjectStatus[] = [PROJECT_STATUS];

  before(async function () {
    browser = await startChromium(this);
  });

  beforeEach(async () => {
    nodes = FLEET;
    projects = [PROJECT_STATUS];
    server = await servePage(() => fleetOf(nodes, projects));
    url = `http://127.0.0.1:${server.address.port}/`;
  });

  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
    await server.close(0);
  });

  after(() => browser?.close());

  const schemes = { light: 'rgb(243, 245, 248)', dark: 'rgb(14, 18, 24)' } as const;
  for (const [colorScheme, background] of Object.entries(schemes) as ['light' | 'dark', string][]) {
    for (const width of [1280, 390, 320]) {
      it(`is accessible, in order and not wider than the screen: ${colorScheme}, ${width} pixels`, async () => {
        const page = await browser.newPage({ colorScheme, viewport: { width, height: 900 } });
        const complaints = complaintsOf(page);
        await page.goto(`${url}?q=${'%E8%AE%A2'.repeat(100)}`);
        assert.equal(await page.evaluate('document.scrollingElement.scrollWidth'), width);
        nodes = WIDEST;
        projects = WIDE_PROJECTS;
        await page.goto(url);
        assert.equal(await page.locator('details[open]').count(), nodes.length);
        assert.deepEqual(await page.evaluate(WIDER_THAN_THEY_MAY_BE), []);
        assert.equal(await page.evaluate('document.scrollingElement.scrollWidth'), width);
        nodes = FLEET;
        await page.goto(url);
        assert.equal(await page.evaluate('getComputedStyle(document.body).backgroundColor'), background);
        assert.equal(await page.evaluate('document.documentElement.scrollWidth'), width);
        assert.deepEqual(await accessibilityFaults(page), []);
        assert.deepEqual(complaints, []);
      });
    }
  }

  it('shows hostile names as text', async () => {
    const page = await browser.newPage();
    const complaints = complaintsOf(page);
    await page.goto(url);
    const text = await page.locator('main').innerText();
    for (const name of HOSTILE_NAMES) {
      assert.ok(text.includes(escapeControls(name)), name);
    }
    assert.equal(await page.locator('img, script:not([src="./page.js"])').count(), 0);
    assert.equal(await page.locator('main > section').count(), 7);
    assert.equal(
      await page.title(),
      '1 never collected · 1 stale · 1 nearly full · 1 down · TaurusDB sessions',
    );
    assert.deepEqual(complaints, []);
  });

  it('can be used with the keyboard alone', async () => {
    const page = await browser.newPage();
    await page.goto(url);
    const focused = (property: string) => page.evaluate(`document.activeElement.${property}`);
    await page.keyboard.press('Tab');
    assert.equal(await focused('textContent'), 'Skip to the nodes');
    await page.keyboard.press('Enter');
    assert.equal(await focused('id'), 'nodes');
    const first = page.locator('details').first();
    while ((await focused('localName')) !== 'summary') {
      await page.keyboard.press('Tab');
    }
    assert.equal(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle'), 'solid');
    assert.equal(await first.getAttribute('open'), '');
    await page.keyboard.press('Enter');
    assert.equal(await first.getAttribute('open'), null);
  });

  it('stays usable with 400 nodes: closed, the worst first, and a way to each state', async () => {
    nodes = Array.from({ length: 400 }, (_, index) => named(index, `node-${index}`, { up: index !== 250 }));
    const page = await browser.newPage();
    await page.goto(url);
    assert.equal(await page.locator('details').count(), 400);
    assert.equal(await page.locator('details[open]').count(), 0);
    assert.match(await page.locator('summary').first().innerText(), /^down\s+node-250\b/u);
    await page.getByRole('link', { name: '399 up' }).click();
    assert.equal(await page.evaluate('document.querySelector(":target").textContent'), 'up 399 nodes');
  });

  it('takes new figures in without closing, opening or losing what a person looks at', async () => {
    const page = await browser.newPage();
    const complaints = complaintsOf(page);
    await page.clock.install();
    await page.goto(url);
    const node = page.locator(`#node-${DATABASE_NODE.nodeId}`);
    await node.locator('summary').click();
    nodes = [{ ...NODE_STATUS, snapshot: { ...SNAPSHOT, sessions: 777 } }, ...FLEET.slice(1)];
    await page.clock.fastForward(10_000);
    await node.getByText('777').waitFor();
    assert.equal(await node.getAttribute('open'), null);
    assert.equal(
      await page.evaluate('document.activeElement.parentElement.id'),
      await node.getAttribute('id'),
    );
    assert.equal(await page.locator('details[open]').count(), FLEET.length - 1);
    assert.deepEqual(complaints, []);
  });

  it('filters without losing what is being typed, in either way of updating', async () => {
    nodes = Array.from({ length: 30 }, (_, index) => named(index, `node-${index}`));
    const page = await browser.newPage();
    const complaints = complaintsOf(page);
    await page.clock.install();
    await page.goto(`${url}?refresh=off`);
    await page.getByLabel('Filter').fill('NODE-2');
    await page.getByRole('button', { name: 'Apply' }).click();
    await page.getByText('11 of 30 nodes').waitFor();
    await page.getByText('Resume updates').click();
    assert.equal(page.url(), `${url}?q=NODE-2`);
    await page.getByLabel('Filter').fill('node-29 and');
    nodes = [...nodes.slice(0, 29), named(29, 'node-29', { snapshot: { ...SNAPSHOT, sessions: 777 } })];
    await page.clock.fastForward(10_000);
    await page.locator('summary').getByText('777').waitFor();
    assert.equal(await page.locator('details').count(), 11);
    assert.equal(await page.getByLabel('Filter').inputValue(), 'node-29 and');
    assert.equal(await page.evaluate('document.activeElement.id'), 'q');
    await page.getByRole('link', { name: 'Show all' }).click();
    assert.equal(page.url(), url);
    assert.deepEqual(complaints, []);
  });

  it('works behind a proxy that serves it under a prefix', async () => {
    const proxy = await startPrefixProxy(url, '/monitoring/taurusdb');
    try {
      const page = await browser.newPage();
      const complaints = complaintsOf(page);
      await page.clock.install();
      await page.goto(proxy.url);
      const links = await page.evaluate<readonly string[]>('Array.from(document.links, ({ href }) => href)');
      assert.ok(links.length > FLEET.length);
      for (const link of new Set(links)) {
        assert.equal((await page.request.get(link)).status(), 200, link);
      }
      nodes = [{ ...NODE_STATUS, snapshot: { ...SNAPSHOT, sessions: 777 } }, ...FLEET.slice(1)];
      await page.clock.fastForward(10_000);
      const node = page.locator(`#node-${DATABASE_NODE.nodeId}`);
      await node.locator('summary').getByText('777').waitFor();
      await node.getByText('link to this node').click();
      await page.getByText('Pause updates').click();
      await page.getByText('Resume updates').click();
      await page.getByText('Pause updates').waitFor();
      assert.equal(page.url(), `${proxy.url}?open=${DATABASE_NODE.nodeId}`);
      await page.getByLabel('Filter').fill('orders-primary');
      await page.keyboard.press('Enter');
      await page.getByText('1 of 8 nodes').waitFor();
      assert.equal(page.url(), `${proxy.url}?q=orders-primary&open=${DATABASE_NODE.nodeId}`);
      await page.getByText('JSON').click();
      assert.equal(page.url(), `${proxy.url}api/v1/nodes`);
      assert.deepEqual(complaints, []);
      assert.deepEqual(
        proxy.strays.filter((target) => target !== '/favicon.ico'),
        [],
      );
    } finally {
      await proxy.close();
    }
  });

  it('stays as it is and says so while something else than the exporter answers, or nothing', async () => {
    const page = await browser.newPage();
    await page.clock.install();
    await page.goto(url);
    const lost = page.getByRole('status').getByText('The exporter has not answered since');
    const shown = () => page.evaluate<string>('document.title + document.querySelector("main").innerHTML');
    const before = await shown();
    const login = (main = '') =>
      `<!DOCTYPE html><title>Login</title><link rel="icon" href="data:,"><p id="lost"></p>${main}`;
    const exporters = await (await page.request.get(url)).text();
    const redirecting = createServer((request, response) => {
      const isFirst = request.url === '/';
      response.writeHead(isFirst ? 302 : 200, { location: '/login', 'content-type': 'text/html' });
      response.end(isFirst ? undefined : exporters);
    });
    await once(redirecting.listen(0, '127.0.0.1'), 'listening');
    const { port } = redirecting.address() as AddressInfo;
    const html = { status: 200, contentType: 'text/html' };
    const answers: readonly ((route: Route) => Promise<void>)[] = [
      (route) => route.abort(),
      (route) => route.fulfill({ status: 503 }),
      (route) => route.fulfill({ ...html, body: login() }),
      (route) => route.fulfill({ ...html, body: login('<main id="login">Log in</main>') }),
      (route) => route.fulfill({ ...html, body: exporters.replace(/<link rel="icon"[^>]*>/u, '') }),
      (route) => route.fulfill({ ...html, contentType: 'text/plain', body: exporters }),
      (route) => route.fulfill({ ...html, body: exporters.slice(0, -20) }),
      // As a proxy would that sends to its own page: the browser follows.
      (route) => route.continue({ url: `http://127.0.0.1:${port}/` }),
    ];
    try {
      for (const answer of answers) {
        await page.route('**/*', answer);
        await page.clock.fastForward(10_000);
        await lost.waitFor();
        assert.equal(await shown(), before);
        await page.unroute('**/*');
        await page.route('**/*', (route) =>
          route.fulfill({ ...html, contentType: 'Text/HTML', body: exporters }),
        );
        await page.clock.fastForward(10_000);
        await lost.waitFor({ state: 'detached' });
        await page.unroute('**/*');
      }
    } finally {
      redirecting.close();
      redirecting.closeAllConnections();
    }
  });

  it('keeps itself fresh where its address has a user and a password', async () => {
    const page = await browser.newPage();
    const complaints = complaintsOf(page);
    await page.clock.install();
    await page.goto(`${url.replace('//', '//user:secret@')}?q=primary`);
    nodes = [{ ...NODE_STATUS, snapshot: { ...SNAPSHOT, sessions: 777 } }];
    await page.clock.fastForward(10_000);
    await page.locator('summary').getByText('777').waitFor();
    assert.equal(await page.locator('#lost').innerText(), '');
    await page.getByLabel('Filter').fill('orders');
    await page.getByRole('button', { name: 'Apply' }).click();
    await page.getByText('matches orders').waitFor();
    await page.getByRole('link', { name: 'Show all' }).click();
    await page.getByText('Pause updates').click();
    await page.getByText('Resume updates').waitFor();
    assert.deepEqual(complaints, []);
  });

  it('without scripts, reloads itself and keeps the node of its address open', async () => {
    nodes = Array.from({ length: 20 }, (_, index) => statusOf(index));
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.route('**/*', async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: (await response.text()).replace('content="30;', 'content="1;') });
    });
    await page.goto(url);
    const node = page.locator('details').nth(7);
    await node.locator('summary').click();
    await node.getByText('link to this node').click();
    nodes = nodes.map((status) => ({ ...status, snapshot: { ...SNAPSHOT, sessions: 777 } }));
    await node.locator('summary').getByText('777').waitFor();
    assert.equal(await node.getAttribute('open'), '');
    assert.equal(await page.locator('details[open]').count(), 1);
  });
});
