// The page of incidents, the newest first: of the fleet or of one node. And what is shown in place of one that is not there.

import { summaryForReader } from '../../../incidents/for-reader.js';
import type { IncidentSummary } from '../../../incidents/record.js';
import { INCIDENTS_PATH, incidentPage, OWN_PATHS } from '../../paths.js';
import type { FleetStatus } from '../../view/fleet-view.js';
import { kindsText, lastingIncidents, secondsOf } from '../../view/incident-view.js';
import { counted } from '../headline.js';
import { duration, type Html, html, isolated, moment, number } from '../html.js';
import { PAGE_END, type Page, type PageContent, type PageOptions, pageStart } from '../layout.js';
import { type Linker, linksFrom } from '../links.js';
import { NODES_PATH } from '../node-details.js';
import { NO_QUERY, pathWith } from '../page-query.js';
import { textsNote } from '../statements-section.js';

/** The API has the others. */
const MOST_SHOWN = 200;
/** In place of a node that nobody knows: no id of a node reads so. */
const UNKNOWN_NODE = 'unknown';
/** At the depth of the page of an incident, whose own address is not repeated. */
const ANY_INCIDENT = incidentPage('');

export const INCIDENTS_PAGE: Page = {
  path: INCIDENTS_PATH,
  name: 'Incidents',
  isStill: true,
  readQuery: (text, fleet) => {
    const nodeId = new URLSearchParams(text).get('node_id') ?? '';
    const isKnown = nodeId === '' || nameOf(nodeId, fleet) !== undefined;
    return { ...NO_QUERY, node: isKnown ? nodeId : UNKNOWN_NODE };
  },
  render: async (content) => render(content),
};

function render({ fleet, ...options }: PageContent): readonly Buffer[] {
  const { node } = options.query;
  const link = linksFrom(INCIDENTS_PATH);
  const all = fleet.incidents ?? [];
  const listed = node === '' ? all : all.filter((one) => one.node_id === node);
  const lastingIds = lastingIncidents(fleet.nodes);
  const lasting = listed.filter(({ id }) => lastingIds.has(id)).length;
  const head = {
    path: INCIDENTS_PATH,
    title: 'Incidents',
    json: jsonPath(node),
    isStill: true,
    alarms: lasting === 0 ? [] : [`${counted(lasting, 'incident')} ${lasting === 1 ? 'lasts' : 'last'}`],
    subject: 'incidents',
    tools: nodeForm(fleet, node, link),
  } as const;
  const verdict =
    node === UNKNOWN_NODE
      ? html`No node of this id is known`
      : verdictOf(listed, lasting, nameOf(node, fleet));
  const shown = listed.slice(0, MOST_SHOWN).map((one) => summaryForReader(one, fleet.statementTexts));
  return [
    pageStart(head, options),
    html`<section class="overview" aria-labelledby="overview"><h2 id="overview">${verdict}</h2></section>
`,
    textsNote(fleet.statementTexts),
    incidentList(shown, lastingIds, link),
    listed.length > shown.length
      ? html`<p class="made">The newest ${number(shown.length)} of ${number(listed.length)}. <a href="${link(OWN_PATHS.incidents)}">JSON</a> has all of them, by node_id, since and limit.</p>
`
      : html``,
    PAGE_END,
  ].map((part) => part.bytes());
}

/** Of an id that no record has: what there is of its node. */
export function renderNoIncident(
  ofNode: readonly IncidentSummary[],
  lasting: ReadonlySet<string>,
  options: Omit<PageOptions, 'query'>,
): Buffer {
  const link = linksFrom(ANY_INCIDENT);
  const [newest] = ofNode;
  const head = {
    path: ANY_INCIDENT,
    title: 'No such incident',
    json: jsonPath(newest?.node_id ?? ''),
    isStill: true,
    alarms: [],
    subject: 'incidents',
    tools: html``,
  } as const;
  const others =
    newest === undefined
      ? html`Nor is there another one of its node: records are kept for as long as incidents.max_age, max_records and max_bytes allow. `
      : html`Of its node <b><bdi>${newest.node_name || newest.node_id}</bdi></b> there ${ofNode.length === 1 ? 'is this one' : `are these ${number(ofNode.length)}`}. `;
  return html`${pageStart(head, { ...options, query: NO_QUERY })}<section class="overview" aria-labelledby="overview"><h2 id="overview">No incident of this id is kept <small>${others}<a href="${link(INCIDENTS_PATH)}">All incidents</a></small></h2></section>
${incidentList(ofNode.slice(0, MOST_SHOWN), lasting, link)}${PAGE_END}`.bytes();
}

function verdictOf(listed: readonly IncidentSummary[], lasting: number, name: string | undefined): Html {
  const ofNode = name === undefined ? html`` : html` of <bdi>${name}</bdi>`;
  if (listed.length === 0) {
    return html`No incident${ofNode} is kept`;
  }
  const { length } = listed;
  if (lasting > 0) {
    return html`${counted(lasting, 'incident')}${ofNode} ${lasting === 1 ? 'lasts' : 'last'}, of ${number(length)} kept`;
  }
  const are = html`${counted(length, 'incident')}${ofNode} ${length === 1 ? 'is kept' : 'are kept'}`;
  if (listed.some((one) => one.ended_at === null)) {
    return html`${are}, and none is known to last`;
  }
  return html`${are}, ${length === 1 ? 'and is over' : 'all over'}`;
}

function incidentList(listed: readonly IncidentSummary[], lasting: ReadonlySet<string>, link: Linker): Html {
  return listed.length === 0
    ? html``
    : html`<ol class="incidents">
${listed.map((one) => incidentItem(one, lasting.has(one.id), link))}</ol>
`;
}

function incidentItem(one: IncidentSummary, lasts: boolean, link: Linker): Html {
  const { id, node_id: nodeId, node_name: name, started_at: from, kinds, sessions, usual, headline } = one;
  return html`<li>
<p class="when">${howLong(one, lasts)} <small>${moment(from)}</small></p>
<p class="what"><a href="${link(incidentPage(id))}">${isolated(headline)}</a> <small>${kindsText(kinds)}</small></p>
<p class="where"><bdi>${name || nodeId}</bdi></p>
<p class="peak"><b>${number(sessions)}</b> <small>sessions at the peak, usual ${number(usual)}</small></p>
</li>
`;
}

/** Whether it lasts, else for how long it did. */
export function howLong(one: Pick<IncidentSummary, 'started_at' | 'ended_at'>, lasts: boolean): Html {
  if (lasts) {
    return html`<span class="state alarm">lasts</span>`;
  }
  return one.ended_at === null
    ? html`<span class="state warning">end not known</span>`
    : html`<span class="state idle">lasted ${duration(secondsOf(one) ?? null)}</span>`;
}

/** It works without scripts. */
function nodeForm(fleet: FleetStatus, chosen: string, link: Linker): Html {
  const names = new Map((fleet.incidents ?? []).map((one) => [one.node_id, one.node_name || one.node_id]));
  const chosenName = nameOf(chosen, fleet);
  if (chosenName !== undefined) {
    names.set(chosen, chosenName);
  }
  const nodes = [...names].toSorted(([, a], [, b]) => (a < b ? -1 : Number(a > b)));
  const all = html`<a href="${link(INCIDENTS_PATH)}">Show all</a> <a href="${link(`${pathWith(NODES_PATH, { ...NO_QUERY, open: chosen })}#node-${chosen}`)}">Sessions of the node</a>`;
  return html`<form class="filter" role="search" method="get" action="${link(INCIDENTS_PATH)}">
<label for="node_id">Node</label>
<select id="node_id" name="node_id"><option value="">all nodes</option>
${nodes.map(
  ([id, name]) => html`<option value="${id}"${id === chosen ? html` selected` : ''}>${name}</option>
`,
)}</select>
<button>Apply</button>
${chosenName === undefined ? '' : all}
</form>
`;
}

/** Undefined where nobody knows the node. */
function nameOf(nodeId: string, { nodes, incidents = [] }: FleetStatus): string | undefined {
  const status = nodes.find(({ node }) => node.nodeId === nodeId);
  const name = status?.node.name ?? incidents.find((one) => one.node_id === nodeId)?.node_name;
  return name === '' ? nodeId : name;
}

function jsonPath(nodeId: string): string {
  return nodeId === '' || nodeId === UNKNOWN_NODE
    ? OWN_PATHS.incidents
    : `${OWN_PATHS.incidents}?node_id=${nodeId}`;
}
