import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { html } from '../../../src/web/page/html.js';
import { renderIncident } from '../../../src/web/page/incidents/incident-page.js';
import { INCIDENTS_PAGE, renderNoIncident } from '../../../src/web/page/incidents/incidents-page.js';
import { pageStart } from '../../../src/web/page/layout.js';
import { linksFrom } from '../../../src/web/page/links.js';
import { NODES_PAGE } from '../../../src/web/page/nodes-page.js';
import { NO_QUERY, pathWith } from '../../../src/web/page/page-query.js';
import { PAGE_SCRIPT } from '../../../src/web/page/page-script.js';
import { PAGES } from '../../../src/web/pages.js';
import { INCIDENTS_PATH, incidentJson, incidentPage, OWN_PATHS } from '../../../src/web/paths.js';
import { FakeClock } from '../../support/fake-clock.js';
import { INCIDENT_ID, INCIDENT_RECORD, INCIDENT_SUMMARY } from '../../support/incident-record-fixture.js';
import { fleetOf, NODE_STATUS, NOW } from '../../support/node-status-fixture.js';
import { linksOf } from '../../support/page-links.js';

const PREFIXES = ['', '/taurusdb', '/monitoring/db/taurusdb'];
const PAGE_PATHS = ['/', '/incidents', '/incidents/', '/incidents/0a1bno07-1767323103', '/a/b/c/d'];
const TELEMETRY_PATHS = ['/metrics', '/metrics/', '/a/b/metrics', '//metrics', '/~team/x.y/-/m'];

/** Where a browser goes from a page behind a proxy that serves the server's paths under the prefix. */
function followed(link: string, page: string, prefix: string): string {
  const { origin, href } = new URL(link, `https://proxy.example${prefix}${page}`);
  assert.equal(origin, 'https://proxy.example', link);
  const target = href.slice(origin.length);
  assert.ok(target.startsWith(`${prefix}/`), `${link} on ${page} leads to ${target}, out of ${prefix}/`);
  return target.slice(prefix.length);
}

describe('linksFrom', () => {
  it('leads from every page to every path, behind any prefix', () => {
    const targets = [
      ...PAGE_PATHS,
      ...TELEMETRY_PATHS,
      ...Object.values(OWN_PATHS),
      '/?open=1&x=%2F#node-1',
      '/a:b',
    ];
    for (const prefix of PREFIXES) {
      for (const page of PAGE_PATHS) {
        for (const target of targets) {
          assert.equal(followed(linksFrom(page)(target), page, prefix), target);
          assert.equal(followed(linksFrom(page)(target), `${page}?refresh=off#x`, prefix), target);
        }
      }
    }
  });
});

describe('the pages', () => {
  for (const telemetryPath of TELEMETRY_PATHS) {
    it(`link what there is behind any prefix, with the metrics at ${telemetryPath}`, async () => {
      const { nodeId } = NODE_STATUS.node;
      for (const { path: page, render } of [NODES_PAGE]) {
        for (const [open, paused, q] of [
          ['', false, ''],
          ['', true, ''],
          [nodeId, false, ''],
          [nodeId, true, 'AP-southeast-3 orders'],
          ['', false, '+ ../%2f'],
        ] as const) {
          const query = { ...NO_QUERY, open, paused, q };
          const options = { version: '1', telemetryPath, query, pages: PAGES };
          const content = { ...options, fleet: fleetOf([NODE_STATUS]), clock: new FakeClock(NOW) };
          const shown = q.startsWith('+') ? [] : [nodeId];
          const links = linksOf(Buffer.concat([...(await render(content))]).toString());
          for (const prefix of PREFIXES) {
            assert.deepEqual(
              new Set(links.map((link) => followed(link, page, prefix))),
              new Set([
                telemetryPath,
                OWN_PATHS.nodes,
                OWN_PATHS.ready,
                OWN_PATHS.healthy,
                '/',
                INCIDENTS_PATH,
                ...shown.map((id) => `${pathWith('/', { ...query, open: id })}#node-${id}`),
                ...(q === '' ? [] : [pathWith('/', { ...query, q: '' })]),
                pathWith('/', { ...query, paused: !paused }),
                ...(paused ? [] : [OWN_PATHS.pageScript, pathWith('/', query)]),
              ]),
            );
          }
        }
      }
    });
  }

  it('of incidents lead to each other, to their nodes and to their data, from any depth', async () => {
    const { nodeId } = NODE_STATUS.node;
    const options = { version: '1', telemetryPath: '/a/metrics', pages: PAGES };
    const fleet = { ...fleetOf([NODE_STATUS]), incidents: [INCIDENT_SUMMARY] };
    const query = { ...NO_QUERY, node: nodeId };
    const content = { ...options, query, fleet, clock: new FakeClock(NOW) };
    const always = ['/', INCIDENTS_PATH, '/a/metrics', OWN_PATHS.ready, OWN_PATHS.healthy];
    const ofNode = [`${INCIDENTS_PATH}?node_id=${nodeId}`, `/?open=${nodeId}#node-${nodeId}`];
    const listJson = `${OWN_PATHS.incidents}?node_id=${nodeId}`;
    const [onlyNode = ''] = ofNode.slice(1);
    for (const [page, rendered, links] of [
      [
        INCIDENTS_PATH,
        Buffer.concat([...(await INCIDENTS_PAGE.render(content))]),
        [listJson, onlyNode, incidentPage(INCIDENT_ID)],
      ],
      [
        incidentPage(INCIDENT_ID),
        renderIncident(INCIDENT_RECORD, 'shown', false, options),
        [incidentJson(INCIDENT_ID), ...ofNode],
      ],
      [
        incidentPage('gone'),
        renderNoIncident([INCIDENT_SUMMARY], new Set(), options),
        [listJson, incidentPage(INCIDENT_ID)],
      ],
    ] as const) {
      for (const prefix of PREFIXES) {
        assert.deepEqual(
          new Set(linksOf(rendered.toString()).map((link) => followed(link, page, prefix))),
          new Set([...always, ...links]),
        );
      }
    }
  });

  for (const page of PAGE_PATHS) {
    it(`have a head that links what there is, also one at ${page}`, () => {
      const head = { path: page, alarms: [], subject: 'x', tools: html`` };
      const options = {
        version: '1',
        telemetryPath: '/a/metrics',
        query: { ...NO_QUERY, open: '7' },
        pages: [...PAGES, { path: page, name: 'x' }],
      };
      for (const prefix of PREFIXES) {
        assert.deepEqual(
          linksOf(pageStart(head, options).text).map((link) => followed(link, page, prefix)),
          [
            `${page}?open=7`,
            OWN_PATHS.pageScript,
            ...PAGES.map((one) => one.path),
            page,
            '/a/metrics',
            OWN_PATHS.nodes,
            OWN_PATHS.ready,
            OWN_PATHS.healthy,
            `${page}?open=7&refresh=off`,
          ],
        );
      }
    });
  }

  it('have no link that is written in any other way', () => {
    const folder = path.resolve(import.meta.dirname, '../../../src/web/page');
    let found = 0;
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((one) =>
      one.endsWith('.ts'),
    )) {
      const source = readFileSync(path.join(folder, name), 'utf8');
      const written = /(?:\b(?:href|src|srcset|action|formaction|poster|ping|data)="|\burl=)(.{0,12})/gu;
      for (const [start, value = ''] of source.matchAll(written)) {
        assert.match(value, /^(?:#|\$\{link\(|\$\{icon\()/u, `${name}: ${start}: use linksFrom`);
        found++;
      }
    }
    assert.ok(found > 8);
  });

  it('have a script that asks for its own page alone, at the address that the browser knows', () => {
    assert.deepEqual(PAGE_SCRIPT.match(/\bfetch\([^,)]*/gu), [
      'fetch(location.origin + location.pathname + location.search',
    ]);
    assert.doesNotMatch(
      PAGE_SCRIPT,
      /XMLHttpRequest|EventSource|WebSocket|import\(|sendBeacon|location\s*=|\.open\(|'\//u,
    );
  });
});
