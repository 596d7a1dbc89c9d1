// The page of one incident: who or what is behind it first, then what grew against what, who holds others up, what to do, and what ran.
import type { IncidentRecord, RecordedFigure } from '../../../incidents/record.js';
import type { TextVisibility } from '../../../statements/text-visibility.js';
import { percent } from '../../../visible-text.js';
import { INCIDENTS_PATH, incidentJson, incidentPage } from '../../paths.js';
import { isOnlyOldest, kindsText } from '../../view/incident-view.js';
import { roleName } from '../../view/node-view.js';
import { duration, type Html, html, isolated, moment, number, UNKNOWN } from '../html.js';
import { PAGE_END, type PageOptions, pageStart } from '../layout.js';
import { linksFrom } from '../links.js';
import { NODES_PATH } from '../node-details.js';
import { NO_QUERY, pathWith } from '../page-query.js';
import { textsNote } from '../statements-section.js';
import { adviceSection } from './advice-section.js';
import { growthSection } from './growth-section.js';
import { howLong } from './incidents-page.js';
import { blockersSection, longestSection, statementName, statementsSection } from './session-sections.js';
import { timelineSection } from './timeline-section.js';

/** `texts`: as the record was made for its reader. `lasts`: as its node says. */
export function renderIncident(
  record: IncidentRecord,
  texts: TextVisibility,
  lasts: boolean,
  options: Omit<PageOptions, 'query'>,
): Buffer {
  const { id, node_id: nodeId, node_name: name, started_at: from } = record;
  const path = incidentPage(id);
  const link = linksFrom(path);
  const head = {
    path,
    title: `Incident of ${name || nodeId}, ${moment(from)}`,
    json: incidentJson(id),
    isStill: true,
    alarms: lasts ? ['lasts'] : [],
    subject: 'incident',
    tools: html`<p class="back"><a href="${link(pathWith(INCIDENTS_PATH, { ...NO_QUERY, node: nodeId }))}">Incidents of this node</a> <a href="${link(`${pathWith(NODES_PATH, { ...NO_QUERY, open: nodeId })}#node-${nodeId}`)}">Its sessions now</a>${lasts ? html` <a href="${link(path)}">Look again</a>` : ''}</p>
`,
  } as const;
  return html`${pageStart(head, { ...options, query: NO_QUERY })}${overview(record, lasts)}${textsNote(texts)}${growthSection(record)}${blockersSection(record)}${adviceSection(record)}${timelineSection(record)}${statementsSection(record)}${longestSection(record.longest)}${facts(record, lasts)}${PAGE_END}`.bytes();
}

function overview(record: IncidentRecord, lasts: boolean): Html {
  const { node_id: nodeId, node_name: name, kinds, culprit, sessions, active, started_at: from } = record;
  return html`<section class="overview incident" aria-labelledby="overview">
<h2 id="overview">${isolated(culprit.headline)} <small>${howLong(record, lasts)} <b><bdi>${name || nodeId}</bdi></b> · ${kindsText(kinds)} · began ${moment(from)}</small></h2>
${culpritList(record)}
<ul class="totals">
${figureItem('sessions', sessions)}
${figureItem('active', active)}
${record.lock_waiting === null ? '' : html`<li><b>${number(record.lock_waiting)}</b> <small>waiting for locks</small></li>`}
</ul>
</section>
`;
}

const VERDICTS: Readonly<Record<IncidentRecord['culprit']['verdict'], string>> = {
  one: 'one explains it',
  several: 'several together explain it',
  none: 'none alone explains it',
};

function verdictText(record: IncidentRecord): string {
  const { verdict, share } = record.culprit;
  if (share !== null) {
    return verdict === 'none' ? VERDICTS.none : `${VERDICTS[verdict]}, ${percent(share)} of the growth`;
  }
  if (verdict === 'none') {
    return 'nobody can be named';
  }
  return isOnlyOldest(record) ? 'one may hold the locks, as the oldest that does not wait' : 'one stands out';
}

function culpritList(record: IncidentRecord): Html {
  const { user, host, database, statement } = record.culprit;
  const named = [
    ['User', user],
    ['Client host', host],
    ['Database', database],
  ] as const;
  return html`<dl class="culprit">
<div><dt>Verdict</dt><dd>${verdictText(record)}</dd></div>
${named.map(([title, value]) =>
  value === null
    ? html``
    : html`<div><dt>${title}</dt><dd><b><bdi>${value}</bdi></b></dd></div>
`,
)}${
  statement === null
    ? ''
    : html`<div class="wide"><dt>Statement</dt><dd>${statementName(statement)}</dd></div>
`
}</dl>`;
}

function figureItem(noun: string, { usual, before, now, peak }: RecordedFigure): Html {
  return html`<li><b>${number(before)} → ${number(now)}</b> <small>${noun}, usual ${number(usual)}, peak ${number(peak)}</small></li>`;
}

function facts(record: IncidentRecord, lasts: boolean): Html {
  const { ended_at: ended, role, max_connections: limit, sessions } = record;
  const use =
    limit === null || limit <= 0 || sessions.now === null ? '' : `, ${percent(sessions.now / limit)} in use`;
  const rows: readonly (readonly [string, Html | string])[] = [
    ['Began', moment(record.started_at)],
    ['Ended', ended === null ? (lasts ? 'not yet' : UNKNOWN) : moment(ended)],
    ['Its largest snapshot', moment(record.recorded_at)],
    ['Longest query', duration(record.longest_query_seconds)],
    ['Longest transaction', duration(record.longest_transaction_seconds)],
    ['Max connections', `${number(limit)}${use}`],
    ['Role', role === '' ? UNKNOWN : roleName(role)],
    ['Project', html`<bdi>${record.project}</bdi>`],
    ['Instance id', html`<code>${record.instance_id}</code>`],
    ['Node id', html`<code>${record.node_id}</code>`],
    ['Incident id', html`<code>${record.id}</code>`],
  ];
  return html`<section aria-labelledby="facts"><h2 id="facts">The incident</h2>
<div class="card"><dl>
${rows.map(
  ([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>
`,
)}</dl></div></section>
`;
}
