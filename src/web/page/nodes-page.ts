// The page of the nodes: what is worst, their condition, the age of their figures, the sources of their sessions.
import { type EpochMs, elapsedMs, type Moment, momentOf, TimeSlice } from '../../clock.js';
import type { NodeStatus } from '../../collect/node-store.js';
import { CONDITION_TEXTS, CONDITIONS, type Condition, labelOf } from '../view/condition.js';
import {
  type FleetStatus,
  type FleetSummary,
  groupByCondition,
  viewFleetInSlices,
} from '../view/fleet-view.js';
import { markOf } from '../view/incident-view.js';
import { nodeFilter } from '../view/node-filter.js';
import { alarms, counted, headline } from './headline.js';
import { duration, type Html, html, moment, number, UNKNOWN } from './html.js';
import { PAGE_END, type Page, type PageContent, pageStart } from './layout.js';
import { linksFrom } from './links.js';
import { NODES_PATH, type NodeAges, nodeDetails } from './node-details.js';
import { MAX_FILTER_LENGTH, type PageQuery, pathWith, queryFields, readQuery } from './page-query.js';
import { projectsSection } from './projects-section.js';
import { textsNote } from './statements-section.js';

/** Up to this many nodes, all are shown open. */
const MAX_OPEN = 8;

export const NODES_PAGE: Page = {
  path: NODES_PATH,
  name: 'Nodes',
  readQuery: (text, { nodes }) => readQuery(text, (id) => nodes.some(({ node }) => node.nodeId === id)),
  render: renderNodes,
};

const link = linksFrom(NODES_PATH);

/** Some megabytes at a thousand nodes: rendered in time slices, mostly from cached pieces. */
async function renderNodes({ fleet, clock, ...options }: PageContent): Promise<readonly Buffer[]> {
  const { query } = options;
  const now = momentOf(clock);
  const slice = new TimeSlice(clock);
  const view = await viewFleetInSlices(fleet, now.monotonic, slice);
  const { nodes, summary } = view;
  const statusOf = new Map(nodes.map((node, index) => [node, fleet.nodes[index]]));
  const all = groupByCondition(nodes);
  const shown = nodes.filter(nodeFilter(query.q));
  const groups = shown.length === nodes.length ? all : groupByCondition(shown);
  const allOpen = shown.length <= MAX_OPEN;
  const head = {
    path: NODES_PATH,
    alarms: alarms(view, all),
    subject: 'nodes',
    tools: filterForm(query),
  };
  const pieces = [
    pageStart(head, options).bytes(),
    overview(headline(view, all), summary, conditionCounts(all, groups), oldestAgeMs(fleet, now)).bytes(),
    projectsSection(fleet.projects, now).bytes(),
    textsNote(fleet.statementTexts).bytes(),
    matches(query, shown.length, nodes.length).bytes(),
  ];
  for (const [condition, members] of groups) {
    pieces.push(sectionStart(condition, members.length).bytes());
    for (const node of members) {
      const status = statusOf.get(node);
      const isOpen = allOpen || node.node_id === query.open;
      const mark = status && markOf(status, fleet, now.wall);
      pieces.push(...nodeDetails(node, agesOf(status, now), now.wall, isOpen, query, mark));
      await slice.rest();
    }
    pieces.push(SECTION_END);
  }
  return [...pieces, footnote(now.wall).bytes(), PAGE_END.bytes()];
}

/** Of what a node's times are shown with: told by the monotonic clock, as the wall clock may have been set since. */
function agesOf(status: NodeStatus | undefined, now: Moment): NodeAges {
  const age = (moment: Moment | undefined) => moment && elapsedMs(moment.monotonic, now.monotonic);
  return { successMs: age(status?.lastSuccessAt), errorMs: age(status?.lastError?.at) };
}

function oldestAgeMs({ nodes }: FleetStatus, now: Moment): number | undefined {
  const ages = nodes.flatMap((status) => agesOf(status, now).successMs ?? []);
  return ages.length === 0 ? undefined : ages.reduce((oldest, age) => Math.max(oldest, age));
}

function overview(
  verdict: Html,
  summary: FleetSummary,
  counts: readonly Html[],
  oldestMs: number | undefined,
): Html {
  return html`<section class="overview" aria-labelledby="overview">
<h2 id="overview">${verdict}</h2>
<ul class="states">${counts}</ul>
<ul class="totals">
${total(number(summary.sessions), 'sessions')}
${total(number(summary.active), 'active')}
${total(number(summary.lock_waiting), 'waiting for locks')}
${total(oldestMs === undefined ? UNKNOWN : duration(oldestMs / 1000), 'age of the oldest data')}
</ul>
</section>
`;
}

/** Those that there are, of all nodes; a way to those that are shown. */
function conditionCounts(
  all: ReturnType<typeof groupByCondition>,
  shown: ReturnType<typeof groupByCondition>,
): Html[] {
  return CONDITIONS.flatMap((condition) => {
    const { length } = all.get(condition) ?? [];
    if (length === 0) {
      return [];
    }
    const { level } = CONDITION_TEXTS[condition];
    const text = html`<b>${number(length)}</b> ${labelOf(condition, length)}`;
    return shown.has(condition)
      ? html`<li><a class="state ${level}" href="#${condition}">${text}</a></li>`
      : html`<li><span class="state ${level}">${text}</span></li>`;
  });
}

/** It works without scripts; what else the address asks for stays. */
function filterForm(query: PageQuery): Html {
  const others = queryFields({ ...query, q: '' });
  const clear = html`<a href="${link(pathWith(NODES_PATH, { ...query, q: '' }))}">Show all</a>`;
  return html`<form class="filter" role="search" method="get" action="${link(NODES_PATH)}">
<label for="q">Filter</label>
<input id="q" name="q" type="search" value="${query.q}" maxlength="${MAX_FILTER_LENGTH}" dir="auto" autocomplete="off" spellcheck="false" placeholder="name, id, project, role, region, state">
${others.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}<button>Apply</button>
${query.q === '' ? '' : clear}
</form>
`;
}

function matches({ q }: PageQuery, shown: number, nodes: number): Html {
  return q === ''
    ? html``
    : html`<p class="matches"><b>${number(shown)} of ${counted(nodes, 'node') || 'no nodes'}</b> ${shown === 1 ? 'matches' : 'match'} <q><bdi>${q}</bdi></q></p>
`;
}

function total(value: string, label: string): Html {
  return html`<li><b>${value}</b> <small>${label}</small></li>`;
}

function sectionStart(condition: Condition, nodes: number): Html {
  return html`<section aria-labelledby="${condition}">
<h2 id="${condition}">${CONDITION_TEXTS[condition].label} <small>${counted(nodes, 'node')}</small></h2>`;
}

function footnote(now: EpochMs): Html {
  return html`
<p class="made">As of ${moment(new Date(now).toISOString())}. Figures are of each node’s last good collection; a bar is a value’s share of the node’s sessions, or a statement’s of the active ones that have one.</p>
`;
}

const SECTION_END = Buffer.from('\n</section>\n');
