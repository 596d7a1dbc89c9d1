import assert from 'node:assert/strict';
import { type IncidentSummary, summaryOf } from '../../../../src/incidents/record.js';
import { INCIDENTS_PAGE, renderNoIncident } from '../../../../src/web/page/incidents/incidents-page.js';
import { PAGES } from '../../../../src/web/pages.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { INCIDENT_ID, INCIDENT_SUMMARY, recordOf } from '../../../support/incident-record-fixture.js';
import {
  DATABASE_NODE,
  fleetOf,
  incidentStatus,
  NODE_STATUS,
  NOW,
  statusOf,
} from '../../../support/node-status-fixture.js';

const OPTIONS = { version: '1.2.3', telemetryPath: '/metrics', pages: PAGES };
const GONE_NODE = statusOf(7).node.nodeId;
const LASTING = summaryOf(recordOf(GONE_NODE, NOW, ['long_query'], { node_name: '' }));

const LASTING_STATUS = statusOf(7, {
  incidents: incidentStatus({ active: { id: LASTING.id, kinds: LASTING.kinds } }),
});

async function pageOf(
  incidents: readonly IncidentSummary[],
  search = '',
  nodes = [NODE_STATUS, LASTING_STATUS],
): Promise<string> {
  const fleet = { ...fleetOf(nodes), incidents };
  const query = INCIDENTS_PAGE.readQuery(search, fleet);
  const content = { ...OPTIONS, query, fleet, clock: new FakeClock(NOW) };
  return String(Buffer.concat([...(await INCIDENTS_PAGE.render(content))]));
}

function visible(page: string): string {
  return page
    .slice(page.indexOf('<main'))
    .replace(/<[^>]*>/g, '\n')
    .replace(/\s*\n\s*/g, '\n');
}

describe('INCIDENTS_PAGE', () => {
  it('lists each with its times, node, kinds, peak, and who is behind it', async () => {
    const page = await pageOf([LASTING, INCIDENT_SUMMARY]);
    assert.ok(
      visible(page).includes(
        [
          '1 incident lasts, of 2 kept',
          'lasts',
          '2026-01-02 03:04:17 UTC',
          'svc@billing from billing-1.internal: 7 → 129 sessions, 84 % of the growth',
          'long query',
          GONE_NODE,
          '241',
          'sessions at the peak, usual 86',
          'lasted 4 min',
          '2026-01-02 03:02:17 UTC',
          'svc@billing from billing-1.internal: 7 → 129 sessions, 84 % of the growth',
          'spike of sessions, spike of active sessions, waiting for locks',
          'orders-primary',
        ].join('\n'),
      ),
      visible(page),
    );
    assert.match(page, /<title>1 incident lasts · Incidents · TaurusDB sessions<\/title>/u);
    assert.match(await pageOf([INCIDENT_SUMMARY]), /<title>Incidents · TaurusDB sessions<\/title>/u);
  });

  it('says of one without an end that it is not known where its node has none that lasts', async () => {
    for (const nodes of [[NODE_STATUS], [NODE_STATUS, statusOf(7, { incidents: incidentStatus() })]]) {
      const page = await pageOf([LASTING, INCIDENT_SUMMARY], '', nodes);
      assert.match(visible(page), /\n2 incidents are kept, and none is known to last\nend not known\n/u);
      assert.doesNotMatch(page, />lasts</u);
      assert.match(page, /<title>Incidents · TaurusDB sessions<\/title>/u);
    }
    assert.match(visible(await pageOf([INCIDENT_SUMMARY])), /\n1 incident is kept, and is over\n/u);
  });

  it('shows those of one node, known by its records or as it is collected', async () => {
    const all = [LASTING, INCIDENT_SUMMARY];
    const count = (page: string) => page.match(/class="when"/gu)?.length ?? 0;
    assert.equal(count(await pageOf(all, `node_id=${GONE_NODE}`)), 1);
    assert.match(
      visible(await pageOf([], `node_id=${DATABASE_NODE.nodeId}`)),
      /\nNo incident of\norders-primary\nis kept\n/u,
    );
    assert.match(visible(await pageOf([])), /\nNo incident is kept\n/u);
    const unknown = await pageOf(all, 'node_id=<x4f9z>');
    assert.match(visible(unknown), /\nNo node of this id is known\n/u);
    assert.equal(count(unknown), 0);
    assert.doesNotMatch(unknown, /x4f9z/u);
  });

  it('shows the newest 200, and says where the others are', async () => {
    const many = Array.from({ length: 1_234 }, (_, index) => ({ ...INCIDENT_SUMMARY, id: `${index}` }));
    const page = await pageOf(many);
    assert.equal(page.match(/class="when"/gu)?.length, 200);
    assert.match(visible(page), /\nThe newest 200 of 1,234\.\nJSON\nhas all of them/u);
  });
});

describe('renderNoIncident', () => {
  it('says what there is of the node', () => {
    const page = renderNoIncident([INCIDENT_SUMMARY], new Set(), OPTIONS).toString();
    assert.match(
      visible(page),
      /\nNo incident of this id is kept\nOf its node\norders-primary\nthere is this one\.\nAll incidents\n/u,
    );
    assert.ok(page.includes(`<a href="../incidents/${INCIDENT_ID}">`));
    assert.match(
      visible(renderNoIncident([], new Set(), OPTIONS).toString()),
      /\nNor is there another one of its node: /u,
    );
  });
});
