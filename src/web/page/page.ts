// The page for people: which nodes are well, how old their figures are, where their sessions come from. It works
// without scripts and takes nothing from elsewhere.
import { createHash } from 'node:crypto';
import { type Clock, TimeSlice } from '../../clock.js';
import type { NodeStatus } from '../../collect/node-store.js';
import { OWN_PATHS } from '../paths.js';
import { type FleetSummary, groupByState, viewFleet } from './fleet-view.js';
import { duration, Html, html, moment, number, UNKNOWN } from './html.js';
import { NODE_STATES, type NodeState, type NodeView } from './node-view.js';
import { PAGE_CSS } from './page.css.js';
import { nodeDetails, openNodePath } from './page-node.js';

const PAGE_CSS_HASH = createHash('sha256').update(PAGE_CSS).digest('base64');

export const PAGE_HEADERS = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy': `default-src 'none'; style-src 'sha256-${PAGE_CSS_HASH}'; script-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
};

const REFRESH_SECONDS = 30;
/** So many nodes are shown open; of more, people open those that they want to see. */
const MAX_OPEN = 8;

export interface PageOptions {
  readonly version: string;
  readonly telemetryPath: string;
  /** What follows the `?` of its address; what it does not know it ignores. */
  readonly query: string;
}

/** The query of a page that stays as it is. */
const PAUSED = 'refresh=off';

/** In UTF-8. Of a thousand nodes it is some megabytes, put together in slices and mostly from pieces of the view before. */
export async function renderPage(
  statuses: readonly NodeStatus[],
  clock: Clock,
  options: PageOptions,
): Promise<Buffer> {
  const now = clock.now();
  const slice = new TimeSlice(clock);
  const { summary, nodes } = viewFleet(statuses, now);
  const wanted = new URLSearchParams(options.query).get('open');
  const opened = nodes.find(({ node_id: id }) => id === wanted);
  const allOpen = nodes.length <= MAX_OPEN;
  const pieces = [pageStart(summary, opened, now, options).bytes()];
  for (const [state, members] of groupByState(nodes)) {
    pieces.push(sectionStart(state, members.length).bytes());
    for (const node of members) {
      pieces.push(...nodeDetails(node, now, allOpen || node === opened));
      await slice.rest();
    }
    pieces.push(SECTION_END);
  }
  return Buffer.concat([...pieces, pageEnd(now).bytes()]);
}

function pageStart(
  summary: FleetSummary,
  opened: NodeView | undefined,
  now: number,
  options: PageOptions,
): Html {
  const live = options.query !== PAUSED;
  return html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${tabTitle(summary)}</title>
<link rel="icon" href="${icon(summary)}">
${live ? keepFresh(opened) : ''}
<style>${new Html(PAGE_CSS)}</style>
</head>
<body>
<a class="skip" href="#nodes">Skip to the nodes</a>
<header>
<h1>TaurusDB sessions <small>exporter ${options.version}</small></h1>
<nav aria-label="Pages">
<a href="${options.telemetryPath}">Metrics</a>
<a href="${OWN_PATHS.nodes}">JSON</a>
<a href="${OWN_PATHS.ready}">Ready?</a>
<a href="${OWN_PATHS.healthy}">Healthy?</a>
${live ? html`<a href="${OWN_PATHS.page}?${PAUSED}">Pause updates</a>` : html`<a href="${OWN_PATHS.page}">Resume updates</a>`}
</nav>
<p id="lost" role="status"></p>
</header>
<main id="nodes" tabindex="-1">
${summarySection(summary, now)}
`;
}

function pageEnd(now: number): Html {
  return html`
<p class="made">As of ${moment(new Date(now).toISOString())}. Figures are of each node’s last good collection; a bar is a value’s share of the node’s sessions.</p>
</main>
</body>
</html>
`;
}

/** A reload throws people back, so whoever runs scripts gets the gentler way. */
function keepFresh(opened: NodeView | undefined): Html {
  // With its address spelt out: a page whose own has a fragment would only scroll to it.
  const address = opened === undefined ? OWN_PATHS.page : openNodePath(opened);
  return html`<noscript><meta http-equiv="refresh" content="${REFRESH_SECONDS}; url=${address}"></noscript>
<script src="${OWN_PATHS.pageScript}" defer></script>`;
}

function tabTitle({ states: { down, stale } }: FleetSummary): string {
  const unwell = [...(down > 0 ? [`${down} down`] : []), ...(stale > 0 ? [`${stale} stale`] : [])];
  return [...unwell, 'TaurusDB sessions'].join(' · ');
}

const ICON_COLOURS = { well: '%231a7f37', unwell: '%23cf222e' };

function icon({ states: { down, stale } }: FleetSummary): string {
  const colour = down + stale > 0 ? ICON_COLOURS.unwell : ICON_COLOURS.well;
  return `data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7" fill="${colour}"/></svg>`;
}

function summarySection(summary: FleetSummary, now: number): Html {
  const { oldest_success: oldest, states } = summary;
  return html`<section class="overview" aria-labelledby="overview">
<h2 id="overview">${verdict(summary)}</h2>
<ul class="states">${NODE_STATES.toReversed().map((state) => stateCount(state, states[state]))}</ul>
<ul class="totals">
${total(number(summary.sessions), 'sessions')}
${total(number(summary.active), 'active')}
${total(number(summary.lock_waiting), 'waiting for locks')}
${total(oldest === null ? UNKNOWN : duration((now - Date.parse(oldest)) / 1000), 'age of the oldest data')}
</ul>
</section>`;
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

const SECTION_END = Buffer.from('\n</section>\n');
