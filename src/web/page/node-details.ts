// One node on the page: a summary line and details that open below it. The line is rendered at each rendering, since it
// shows ages; the details are kept until the node changes. Renderings that read alike share both: slow readers hold old ones.
import type { EpochMs } from '../../clock.js';
import { DIMENSIONS } from '../../sessions/dimensions.js';
import { incidentPage } from '../paths.js';
import { CONDITION_TEXTS, FILLING_UP, LOCK_WAITS, NEARLY_FULL } from '../view/condition.js';
import type { IncidentMark } from '../view/incident-view.js';
import { type DimensionView, type LongestSession, type NodeView, roleName } from '../view/node-view.js';
import { change, duration, type Html, html, isolated, moment, number, percentUsed, UNKNOWN } from './html.js';
import { linksFrom } from './links.js';
import { type PageQuery, pathWith } from './page-query.js';
import { statementsSection } from './statements-section.js';

const NOTHING = html``;

/** How long ago its last success and its last failure were; undefined without one. */
export interface NodeAges {
  readonly successMs: number | undefined;
  readonly errorMs: number | undefined;
}

const knownLines = new WeakMap<NodeView, Buffer>();

/** In chunks to send in order. `query`: of the page that it stands on; `mark`: of its incident, where it has one. */
export function nodeDetails(
  node: NodeView,
  ages: NodeAges,
  now: EpochMs,
  open: boolean,
  query: PageQuery,
  mark: IncidentMark | undefined,
): readonly Buffer[] {
  const ownPath = pathWith(NODES_PATH, { ...query, open: node.node_id });
  const line = html`
${incidentMark(mark)}<details id="node-${node.node_id}"${open ? html` open` : ''}>
<summary>${summaryLine(node, ages, now)}</summary>
<div class="body"><a class="own" href="${link(`${ownPath}#node-${node.node_id}`)}">link to this node</a>
`.bytes();
  const known = knownLines.get(node);
  if (known?.equals(line)) {
    return [known, bodyOf(node)];
  }
  knownLines.set(node, line);
  return [line, bodyOf(node)];
}

function summaryLine(node: NodeView, { successMs, errorMs = 0 }: NodeAges, now: EpochMs): Html {
  const { last_error: error, next_run: next, saturation, condition } = node;
  const { label, level } = CONDITION_TEXTS[condition];
  return html`<span class="state ${level}">${label}</span>
<span class="name"><b><bdi>${node.node_name || node.node_id}</bdi></b><small>${placeOf(node)}</small></span>
${cell(html`${number(node.sessions)} <em>${change(node.sessions, node.previous_sessions)}</em>`, node.usual_sessions === null ? 'sessions' : `sessions, usual ${number(node.usual_sessions)}`, condition === 'spike' ? 'alarming' : '')}
${cell(saturation === null ? UNKNOWN : fullness(saturation), 'of max connections')}
${cell(number(node.active), 'active')}
${cell(number(node.lock_waiting), 'waiting for locks', lockLevel(node.lock_waiting ?? 0))}
${cell(duration(node.transaction_longest_seconds), 'longest transaction', (node.transactions_long ?? 0) > 0 ? 'alarming' : '')}
${cell(successMs === undefined ? 'never' : html`${duration(successMs / 1000)} ago`, next === null ? 'collected' : `next ${dueIn((Date.parse(next) - now) / 1000)}`)}
${error === null ? NOTHING : html`<span class="error"><b>${error.reason}</b> ${duration(errorMs / 1000)} ago: <bdi>${error.message}</bdi></span>`}`;
}

/** Above the line, which opens its details and so can hold no link. */
function incidentMark(mark: IncidentMark | undefined): Html {
  if (mark === undefined) {
    return NOTHING;
  }
  const { id, isActive, startedAt, endedAt, headline } = mark;
  const times = isActive
    ? `since ${moment(startedAt)}`
    : `${clockTime(startedAt)}${endedAt === null ? '' : ` to ${clockTime(endedAt)}`} UTC`;
  return html`<p class="mark${isActive ? ' critical' : ''}"><b>${isActive ? 'Incident' : 'Last incident'}</b> ${times}: <a href="${link(incidentPage(id))}">${isolated(headline)}</a></p>
`;
}

/** Of an RFC 3339 time in UTC. */
function clockTime(time: string): string {
  return time.slice(11, 16);
}

/** Each part by itself: a name that is read from the right turns none of the others around. */
function placeOf({ project, instance_name, role, cloud_region }: NodeView): Html[] {
  return [project, instance_name, roleName(role), cloud_region]
    .filter(Boolean)
    .map((part, index) => html`${index === 0 ? '' : ' · '}<bdi>${part}</bdi>`);
}

function cell(value: Html | string, label: string, level: 'alarming' | 'critical' | '' = ''): Html {
  return html`<span class="cell ${level}"><b>${value}</b><small>${label}</small></span>`;
}

function lockLevel(waiting: number): 'alarming' | 'critical' | '' {
  return waiting >= LOCK_WAITS ? 'critical' : waiting > 0 ? 'alarming' : '';
}

function fullness(saturation: number): Html {
  const level = saturation >= NEARLY_FULL ? ' full' : saturation >= FILLING_UP ? ' filling' : '';
  return html`<span class="meter ${barWidth(saturation)}${level}">${percentUsed(saturation)}</span>`;
}

function dueIn(seconds: number): string {
  return seconds < 1 ? 'due now' : `in ${duration(seconds)}`;
}

const knownBodies = new WeakMap<NodeView, Buffer>();

function bodyOf(node: NodeView): Buffer {
  const body = knownBodies.get(node) ?? nodeBody(node).bytes();
  knownBodies.set(node, body);
  return body;
}

/** The page of the nodes. */
export const NODES_PATH = '/';
const link = linksFrom(NODES_PATH);

function nodeBody(node: NodeView): Html {
  const { dimensions, sessions } = node;
  return html`${advice(node)}
<div class="charts">
${DIMENSIONS.map(({ name, title }) => sessionBars(title, dimensions[name], sessions ?? 0))}
${longestBars(node.longest_sessions)}
</div>
${statementsSection(node.statements)}<dl>
${isPart(node) ? figure('Session list', partText(node)) : NOTHING}
${figure('Slow sessions', number(node.slow))}
${figure('Idle in transaction', number(node.idle_in_transaction))}
${figure('Open transactions', number(node.transactions_open))}
${figure('Long transactions', number(node.transactions_long))}
${figure('Longest lock wait', duration(node.lock_wait_longest_seconds))}
${figure('Max connections', number(node.max_connections))}
${figure('Collections', `${number(node.collections.success)} succeeded, ${number(node.collections.error)} failed, ${number(node.collections.skipped)} skipped`)}
${node.last_success === null ? NOTHING : figure('Last success', moment(node.last_success))}
${node.stale_at === null ? NOTHING : figure('Figures vanish', moment(node.stale_at))}
${figure('Project', html`<bdi>${node.project}</bdi>`)}
${figure('Instance id', html`<code>${node.instance_id}</code>`)}
${figure('Node id', html`<code>${node.node_id}</code>`)}
</dl>
</div>
</details>`;
}

/** Whether the list has some sessions only. */
function isPart({ filter }: NodeView): boolean {
  return filter !== null && filter !== 'total';
}

function partText({ filter, sessions_listed: listed }: NodeView): string {
  return `${number(listed)} of collection.filter: ${filter}; figures that need all sessions are not known`;
}

function advice(node: NodeView): Html {
  const { state, last_error: error } = node;
  if (error !== null) {
    return html`<p class="advice"><b>What to do:</b> ${error.hint} ${figuresShown(node)}</p>`;
  }
  if (state === 'stale') {
    return html`<p class="advice"><b>What to do:</b> its last collection succeeded, but too long ago, and none has ended since. If runs are skipped, raise collection.max_concurrent or collect less often.</p>`;
  }
  return state === 'pending' ? html`<p>Its first collection has not ended yet.</p>` : NOTHING;
}

function figuresShown({ last_success: lastSuccess, sessions_listed: listed }: NodeView): string {
  if (lastSuccess === null) {
    return 'No collection of this node has succeeded since the exporter started.';
  }
  return listed === null
    ? 'The figures of its last success are too old to be shown.'
    : 'The figures below are of its last success.';
}

function sessionBars(title: string, dimension: DimensionView | undefined, sessions: number): Html {
  if (dimension === undefined) {
    return NOTHING;
  }
  const { distinct, top } = dimension;
  const rest = sessions - top.reduce((sum, { sessions: some }) => sum + some, 0);
  return html`<section><h3>${title} <small>${distinct > top.length ? `${top.length} of ${number(distinct)}` : ''}</small></h3>
<ul>${top.map((one) => bar(one.value, number(one.sessions), one.sessions / Math.max(1, sessions)))}${rest > 0 ? bar('all others', number(rest), rest / sessions, ' rest') : NOTHING}</ul></section>`;
}

function longestBars(longest: readonly LongestSession[]): Html {
  const [first] = longest;
  if (first === undefined) {
    return NOTHING;
  }
  return html`<section><h3>Longest sessions</h3>
<ul>${longest.map(({ command, seconds }) => bar(command ?? 'any command', duration(seconds), seconds / Math.max(1, first.seconds), isSleep(command) ? ' rest' : ''))}</ul></section>`;
}

/** Idle: grey, and no hint at a slow statement. */
function isSleep(command: string | null): boolean {
  return command?.toLowerCase() === 'sleep';
}

function bar(name: string, value: string, share: number, kind = ''): Html {
  return html`<li class="bar ${barWidth(share)}${kind}"><bdi>${name}</bdi> <b>${value}</b></li>`;
}

/** A class, since the security policy allows no inline styles. */
function barWidth(share: number): string {
  return `w${Math.min(100, Math.max(0, Math.round(share * 100)))}`;
}

function figure(name: string, value: Html | string): Html {
  return html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
}
