// How the node's sessions went before and during an incident: lines in an inline SVG, which needs no script, and the same figures as a table.
import type { IncidentRecord, TimelinePoint } from '../../../incidents/record.js';
import { type Html, html, moment, number } from '../html.js';

/** Of the SVG, in units of its own: it is stretched to the page. */
const WIDTH = 1000;
const HEIGHT = 200;

/** Drawn in this order; each has a colour and a dash of its own in the style sheet. */
const LINES = [
  { name: 'usual', label: 'usual' },
  { name: 'lock_waiting', label: 'waiting for locks' },
  { name: 'active', label: 'active' },
  { name: 'sessions', label: 'sessions' },
] as const satisfies readonly { name: Exclude<keyof TimelinePoint, 'at'>; label: string }[];
type Line = (typeof LINES)[number]['name'];

export function timelineSection(record: IncidentRecord): Html {
  const { timeline } = record;
  const [first] = timeline;
  const last = timeline.at(-1);
  const lines = LINES.filter(({ name }) => timeline.some((point) => point[name] !== null));
  if (first === undefined || last === undefined || lines.length === 0) {
    return html``;
  }
  const top = roundedUp(highest(timeline));
  const scale = scaleOf(timeline, top);
  return html`<section aria-labelledby="timeline"><h2 id="timeline">Timeline</h2>
<div class="card timeline">
<ul class="legend">${lines.map(({ name, label }) => html`<li class="line ${name}">${label}</li>`)}<li class="line during">the incident</li></ul>
<small>${number(top)}</small>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-labelledby="timeline-title timeline-text">
<title id="timeline-title">Sessions of the node before and during the incident</title>
<desc id="timeline-text">${inWords(timeline, lines)} The table below has all figures.</desc>
${during(record, scale)}<path class="grid" d="M0 0H${WIDTH}M0 ${HEIGHT / 2}H${WIDTH}M0 ${HEIGHT}H${WIDTH}"/>
${lines.map(
  ({ name }) => html`<path class="${name}" d="${pathOf(timeline, name, scale)}"/>
`,
)}</svg>
<p class="span"><small>${moment(first.at)}</small> <small>${moment(last.at)}</small></p>
${asTable(timeline, lines)}</div></section>
`;
}

interface Scale {
  /** By time where the points come in its order, else one as far from the next as the other. */
  x(index: number): number;
  /** Of a time in between; undefined where the points do not come in order. */
  at(time: string): number | undefined;
  y(figure: number): number;
}

function scaleOf(timeline: readonly TimelinePoint[], top: number): Scale {
  const times = timeline.map(({ at }) => Date.parse(at));
  const from = times[0] ?? 0;
  const span = (times.at(-1) ?? 0) - from;
  const inOrder =
    span > 0 && times.every((time, index) => index === 0 || time >= (times[index - 1] ?? Number.NaN));
  const place = (time: number) => Math.min(WIDTH, Math.max(0, ((time - from) / span) * WIDTH));
  const steps = Math.max(1, timeline.length - 1);
  return {
    x: (index) => (inOrder ? place(times[index] ?? 0) : (index / steps) * WIDTH),
    at: (time) => (inOrder && !Number.isNaN(Date.parse(time)) ? place(Date.parse(time)) : undefined),
    y: (figure) => HEIGHT - (figure / top) * HEIGHT,
  };
}

/** A gap where the figure is not known; a point by itself is a dot. */
function pathOf(timeline: readonly TimelinePoint[], name: Line, { x, y }: Scale): string {
  let path = '';
  let isDrawing = false;
  timeline.forEach((point, index) => {
    const figure = point[name];
    if (figure !== null) {
      const place = `${short(x(index))} ${short(y(figure))}`;
      path += isDrawing ? `L${place}` : `M${place}h0`;
    }
    isDrawing = figure !== null;
  });
  return path;
}

function during({ started_at: from, ended_at: to, timeline }: IncidentRecord, scale: Scale): Html {
  const start = scale.at(from);
  const end = scale.at(to ?? timeline.at(-1)?.at ?? '');
  return start === undefined || end === undefined
    ? html``
    : html`<rect class="during" x="${short(start)}" y="0" width="${short(Math.max(2, end - start))}" height="${HEIGHT}"/>
`;
}

function highest(timeline: readonly TimelinePoint[]): number {
  return timeline.reduce(
    (most, point) => LINES.reduce((more, { name }) => Math.max(more, point[name] ?? 0), most),
    1,
  );
}

/** To 1, 2, 5 or a multiple of them by ten, so that it is read at a glance. */
function roundedUp(figure: number): number {
  const unit = 10 ** Math.floor(Math.log10(figure));
  return [1, 2, 2.5, 5, 10].map((step) => step * unit).find((step) => step >= figure) ?? figure;
}

function short(coordinate: number): string {
  return String(Math.round(coordinate * 10) / 10);
}

type Lines = readonly (typeof LINES)[number][];

/** From where to where each line goes, and how high. */
function inWords(timeline: readonly TimelinePoint[], lines: Lines): string {
  return lines
    .map(({ name, label }) => {
      const figures = timeline.flatMap((point) => point[name] ?? []);
      const most = figures.reduce((sum, figure) => Math.max(sum, figure), 0);
      return `${label}: ${number(figures[0] ?? null)} at first, ${number(most)} at most, ${number(figures.at(-1) ?? null)} at last.`;
    })
    .join(' ');
}

function asTable(timeline: readonly TimelinePoint[], lines: Lines): Html {
  return html`<details class="as-table" id="timeline-table"><summary>The same as a table</summary>
<table><thead><tr><th scope="col">UTC</th>${lines.map(({ label }) => html`<th scope="col">${label}</th>`)}</tr></thead>
<tbody>${timeline.map(
    (
      point,
    ) => html`<tr><th scope="row">${moment(point.at).slice(5, 19)}</th>${lines.map(({ name }) => html`<td>${number(point[name])}</td>`)}</tr>
`,
  )}</tbody></table></details>
`;
}
