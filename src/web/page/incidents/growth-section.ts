// What grew, of each dimension: a bar for now and a darker one over it for before, and each value's share of the growth.

import type { GrownPair, GrownStatement, GrownValue, IncidentRecord } from '../../../incidents/record.js';
import { DIMENSIONS, type Dimension } from '../../../sessions/dimensions.js';
import { percent } from '../../../visible-text.js';
import { type Html, html, number } from '../html.js';
import { statementName } from './session-sections.js';

type Grown = Pick<GrownValue, 'before' | 'now' | 'share'>;

/** Of the sections, in the order of importance: who, from where, then what. */
const ORDER: readonly Dimension[] = ['user', 'host', 'database', 'state', 'command'];

const NOT_KNOWN = 'What there was before is not known.';
const NOTHING_GREW = 'Nothing grew.';
const NOT_COUNTED = 'Which users, hosts and others grew is not counted (metrics.dimensions).';

export function growthSection({ growth, growth_of: measure, sessions, active }: IncidentRecord): Html {
  const { before, now } = measure === 'active' ? active : sessions;
  const parts = [
    ...ORDER.slice(0, 2).map((name) => values(titleOf(name), growth[name])),
    list('By user and host', growth.pairs, pairName),
    ...ORDER.slice(2).map((name) => values(titleOf(name), growth[name])),
  ].filter(({ text }) => text !== '');
  const statements = list('Statements of active sessions', growth.statement, statementName, 'wide');
  const isEmpty = parts.length === 0 && growth.statement.length === 0;
  return html`<section class="growth" aria-labelledby="growth"><h2 id="growth">What grew <small>${measure === 'active' ? 'active sessions' : 'sessions'}, ${number(before)} before → ${number(now)} now</small></h2>
<div class="card">${
    isEmpty
      ? html`<p>${nothingShown(before, now)}</p>`
      : html`<p class="note">Before is the median of the five collections before it began (the dark part of a bar), now its largest snapshot; the share is that of the growth.</p>
<div class="charts">${parts}</div>${statements}`
  }</div></section>
`;
}

function nothingShown(before: number | null, now: number | null): string {
  if (before === null || now === null) {
    return NOT_KNOWN;
  }
  return now > before ? NOT_COUNTED : NOTHING_GREW;
}

function titleOf(name: Dimension): string {
  return DIMENSIONS.find((dimension) => dimension.name === name)?.title ?? name;
}

function values(title: string, grown: readonly GrownValue[]): Html {
  return list(title, grown, ({ value }) => html`<bdi>${value}</bdi>`);
}

function pairName({ user, host }: GrownPair): Html {
  return html`<span><bdi>${user}</bdi> <small>from</small> <bdi>${host}</bdi></span>`;
}

function list<One extends Grown | GrownStatement>(
  title: string,
  grown: readonly One[],
  nameOf: (one: One) => Html,
  kind = '',
): Html {
  if (grown.length === 0) {
    return html``;
  }
  const most = grown.reduce((sum, { before, now }) => Math.max(sum, before, now), 1);
  return html`<section class="grown ${kind}"><h3>${title}</h3>
<ul>${grown.map((one) => item(one, nameOf(one), most))}</ul></section>
`;
}

function item({ before, now, share }: Grown, name: Html, most: number): Html {
  const kind = share < 0 ? ' rest' : '';
  return html`<li class="bar ${width(now, most)}${kind}"><i class="${width(before, most)}"></i>${name} <b>${number(before)} → ${number(now)} <small>${shareText(share)}</small></b></li>
`;
}

/** A class, since the security policy allows no inline styles. */
function width(sessions: number, most: number): string {
  return `w${Math.min(100, Math.max(0, Math.round((sessions / most) * 100)))}`;
}

function shareText(share: number): string {
  return share < 0 ? `−${percent(-share)}` : percent(share);
}
