// The page of the nodes: their state, the age of their figures, the sources of their sessions.
import { type EpochMs, elapsedMs, type Moment, momentOf, TimeSlice } from '../../clock.js';
import type { NodeStatus } from '../../collect/node-store.js';
import { type FleetSummary, groupByState, viewFleetInSlices } from './fleet-view.js';
import { duration, type Html, html, moment, number, UNKNOWN } from './html.js';
import { PAGE_END, PAUSED, type Page, type PageContent, pageStart } from './layout.js';
import { NODES_PATH, type NodeAges, nodeDetails, openNode, openNodePath } from './node-details.js';
import { NODE_STATES, type NodeState } from './node-view.js';

/** Up to this many nodes, all are shown open. */
const MAX_OPEN = 8;

export const NODES_PAGE: Page = {
  path: NODES_PATH,
  name: 'Nodes',
  normalize: normalizeQuery,
  render: renderNodes,
};

function normalizeQuery(query: string, statuses: readonly NodeStatus[]): string {
  const wanted = wantedNode(query);
  const isKnown = wanted !== null && statuses.some(({ node }) => node.nodeId === wanted);
  return isKnown ? openNode(wanted) : query === PAUSED ? PAUSED : '';
}

function wantedNode(query: string): string | null {
  return new URLSearchParams(query).get('open');
}

/** Some megabytes at a thousand nodes: rendered in time slices, mostly from cached pieces. */
async function renderNodes({ statuses, clock, ...options }: PageContent): Promise<readonly Buffer[]> {
  const now = momentOf(clock);
  const slice = new TimeSlice(clock);
  const { summary, nodes } = await viewFleetInSlices(statuses, now.monotonic, slice);
  const statusOf = new Map(nodes.map((node, index) => [node, statuses[index]]));
  const wanted = wantedNode(options.query);
  const opened = nodes.find(({ node_id: id }) => id === wanted);
  const allOpen = nodes.length <= MAX_OPEN;
  const head = {
    path: NODES_PATH,
    alarms: alarmsOf(summary),
    subject: 'nodes',
    reloadPath: opened === undefined ? NODES_PATH : openNodePath(opened),
  };
  const pieces = [
    pageStart(head, options).bytes(),
    summarySection(summary, oldestAgeMs(statuses, now)).bytes(),
  ];
  for (const [state, members] of groupByState(nodes)) {
    pieces.push(sectionStart(state, members.length).bytes());
    for (const node of members) {
      pieces.push(
        ...nodeDetails(node, agesOf(statusOf.get(node), now), now.wall, allOpen || node === opened),
      );
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

function oldestAgeMs(statuses: readonly NodeStatus[], now: Moment): number | undefined {
  const ages = statuses.flatMap((status) => agesOf(status, now).successMs ?? []);
  return ages.length === 0 ? undefined : ages.reduce((oldest, age) => Math.max(oldest, age));
}

function alarmsOf({ states: { down, stale } }: FleetSummary): readonly string[] {
  return [...(down > 0 ? [`${down} down`] : []), ...(stale > 0 ? [`${stale} stale`] : [])];
}

function summarySection(summary: FleetSummary, oldestMs: number | undefined): Html {
  const { states } = summary;
  return html`<section class="overview" aria-labelledby="overview">
<h2 id="overview">${verdict(summary)}</h2>
<ul class="states">${NODE_STATES.toReversed().map((state) => stateCount(state, states[state]))}</ul>
<ul class="totals">
${total(number(summary.sessions), 'sessions')}
${total(number(summary.active), 'active')}
${total(number(summary.lock_waiting), 'waiting for locks')}
${total(oldestMs === undefined ? UNKNOWN : duration(oldestMs / 1000), 'age of the oldest data')}
</ul>
</section>
`;
}

function verdict({ nodes, states: { up, pending } }: FleetSummary): string {
  const unwell = nodes - up - pending;
  if (nodes === 0) {
    return 'No nodes: none is configured, and none was found yet';
  }
  if (unwell > 0) {
    return `${number(unwell)} of ${number(nodes)} ${plural(nodes)} not collected`;
  }
  if (pending > 0) {
    return `${number(pending)} of ${number(nodes)} ${plural(nodes)} not tried yet`;
  }
  return nodes === 1 ? 'The node is up' : `All ${number(nodes)} nodes are up`;
}

function plural(nodes: number): string {
  return nodes === 1 ? 'node' : 'nodes';
}

function stateCount(state: NodeState, count: number): Html {
  const text = html`<b>${number(count)}</b> ${state}`;
  return count === 0
    ? html`<li><span class="state zero">${text}</span></li>`
    : html`<li><a class="state ${state}" href="#${state}">${text}</a></li>`;
}

function total(value: string, label: string): Html {
  return html`<li><b>${value}</b> <small>${label}</small></li>`;
}

function sectionStart(state: NodeState, nodes: number): Html {
  return html`<section aria-labelledby="${state}">
<h2 id="${state}">${state} <small>${number(nodes)} ${plural(nodes)}</small></h2>`;
}

function footnote(now: EpochMs): Html {
  return html`
<p class="made">As of ${moment(new Date(now).toISOString())}. Figures are of each node’s last good collection; a bar is a value’s share of the node’s sessions.</p>
`;
}

const SECTION_END = Buffer.from('\n</section>\n');
