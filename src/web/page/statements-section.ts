// What the active sessions of a node run, on the page: each statement without its values, how many sessions run it and for
// how long, and who. And why there are digests alone.
import type { ValueCount } from '../../sessions/snapshot.js';
import type { TextVisibility } from '../../statements/text-visibility.js';
import type { StatementsView, StatementView } from '../view/statement-view.js';
import { duration, type Html, html, number } from './html.js';

const NOTHING = html``;

/** Where the page would show texts if it knew who reads it. */
export function textsNote(texts: TextVisibility): Html {
  return texts === 'open_listener'
    ? html`<p class="note">Statements are shown by their digests alone, as anybody who reaches this page could read their texts. To show texts: ask for a password (basic_auth_users) or a verified client certificate in --web.config.file, listen on a loopback address, or set statements.mode: normalized.</p>
`
    : NOTHING;
}

export function statementsSection(statements: StatementsView | null): Html {
  if (statements === null || statements.sessions === 0) {
    return NOTHING;
  }
  const { sessions, distinct, top, error, rest } = statements;
  const count =
    distinct > top.length
      ? `${number(top.length)} of ${error > 0 ? 'at least ' : ''}${number(distinct)}`
      : '';
  return html`<section class="statements"><h3>Statements of active sessions <small>${count}</small></h3>
<ol>${top.map((one) => statementItem(one, sessions))}</ol>
${rest.sessions > 0 ? html`<p>All others: ${sessionsText(rest.sessions)}${rest.seconds === null ? '' : `, ${duration(rest.seconds)} in all`}</p>` : NOTHING}
${error > 0 ? html`<p>More statements than are counted apart (statements.shapes): one may have up to ${number(error)} more sessions than it says.</p>` : NOTHING}</section>
`;
}

function statementItem(one: StatementView, sessions: number): Html {
  const share = Math.min(100, Math.round((one.sessions / sessions) * 100));
  const flags = [one.cut && 'cut', one.ambiguous && 'ambiguous quotes', one.sensitive && 'about accounts'];
  const digest = html`<code>${one.digest}</code>`;
  return html`<li><p class="bar w${share}"><b>${sessionsText(one.sessions)}</b> <b>${timeText(one)}</b></p>
<p class="text">${one.text === null ? digest : html`<code><bdi>${one.text}</bdi></code>`}</p>
<p>${one.text === null ? NOTHING : html`${digest} `}${flags.filter((flag) => flag !== false).map((flag) => html`<small class="flag">${flag}</small> `)}${who('by', one.users)}${who('from', one.hosts)}</p></li>
`;
}

function sessionsText(sessions: number): string {
  return `${number(sessions)} session${sessions === 1 ? '' : 's'}`;
}

function timeText({ seconds: total, longest_seconds: longest }: StatementView): string {
  return total === null ? '' : `${duration(total)} in all, longest ${duration(longest)}`;
}

function who(word: string, values: readonly ValueCount[]): Html {
  return values.length === 0
    ? NOTHING
    : html`<small>${word} ${values.map(({ value, sessions }, index) => html`${index === 0 ? '' : ', '}<bdi>${value}</bdi> ${number(sessions)}`)}</small> `;
}
