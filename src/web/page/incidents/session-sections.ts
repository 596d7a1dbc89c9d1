// The sessions and statements of an incident's largest snapshot: who holds others up, what ran, and who was at it the longest.
import type {
  Blocker,
  IncidentRecord,
  RecordedSession,
  RecordedStatement,
  StatementName,
} from '../../../incidents/record.js';
import { isOnlyOldest } from '../../view/incident-view.js';
import { counted } from '../headline.js';
import { duration, type Html, html } from '../html.js';

const NOTHING = html``;

/** Its text, where that may be shown, and its digest. */
export function statementName({ digest, text }: StatementName): Html {
  return text === null
    ? html`<code>${digest}</code>`
    : html`<span class="statement"><code><bdi>${text}</bdi></code> <small>${digest}</small></span>`;
}

/** Inferred, which is said: nobody asked the database. */
export function blockersSection(record: IncidentRecord): Html {
  const { blockers, kinds } = record;
  if (blockers.length === 0) {
    return kinds.includes('lock_waiting')
      ? html`<section aria-labelledby="blockers"><h2 id="blockers">Who holds the locks</h2>
<div class="card"><p>The session list does not give that away.${isOnlyOldest(record) ? ' Who is named above may hold them, as the oldest that does not wait: nothing else points there.' : ''} On the server, <code>sys.innodb_lock_waits</code> knows.</p></div></section>
`
      : NOTHING;
  }
  return html`<section aria-labelledby="blockers"><h2 id="blockers">Who holds the locks <small>inferred from the session list alone</small></h2>
<ol class="card cards">${blockers.map(blockerItem)}</ol></section>
`;
}

function blockerItem(blocker: Blocker): Html {
  const { transaction_seconds: seconds, rows_locked: rows, waiting, confidence, reasons } = blocker;
  const figures = [
    `${counted(waiting, 'session') || 'no session'} waiting`,
    ...(seconds === null ? [] : [`transaction open for ${duration(seconds)}`]),
    ...(rows === null
      ? []
      : [counted(rows, 'row') === '' ? 'no row locked' : `${counted(rows, 'row')} locked`]),
  ];
  return html`<li><p><span class="state ${confidence === 'likely' ? 'alarm' : 'warning'}">${confidence}</span> ${who(blocker)}</p>
<p>${figures.join(' · ')}</p>
${reasons.length === 0 ? NOTHING : html`<ul class="reasons">${reasons.map((reason) => html`<li>${reason}</li>`)}</ul>`}</li>
`;
}

export function statementsSection({ statements }: IncidentRecord): Html {
  const [first] = statements;
  if (first === undefined) {
    return NOTHING;
  }
  const most = statements.reduce((sum, { sessions }) => Math.max(sum, sessions), 1);
  return html`<section aria-labelledby="statements"><h2 id="statements">Statements <small>of active sessions, by their number</small></h2>
<div class="card statements"><ol>${statements.map((one) => statementItem(one, most))}</ol></div></section>
`;
}

function statementItem(one: RecordedStatement, most: number): Html {
  const { sessions, seconds, longest_seconds: longest } = one;
  const flags = [one.cut && 'cut', one.ambiguous && 'ambiguous quotes', one.sensitive && 'about accounts'];
  const times = seconds === null ? '' : `${duration(seconds)} in all, longest ${duration(longest)}`;
  return html`<li><p class="bar w${Math.round((sessions / most) * 100)}"><b>${counted(sessions, 'session')}</b> <b>${times}</b></p>
<p class="text">${statementName(one)} ${flags.filter((flag) => flag !== false).map((flag) => html`<small class="flag">${flag}</small> `)}</p></li>
`;
}

export function longestSection(longest: readonly RecordedSession[]): Html {
  return longest.length === 0
    ? NOTHING
    : html`<section aria-labelledby="longest"><h2 id="longest">Longest sessions</h2>
<ol class="card cards">${longest.map(sessionItem)}</ol></section>
`;
}

function sessionItem(session: RecordedSession): Html {
  const { seconds, transaction_seconds: transaction, waits_for_lock: waits, statement } = session;
  const named = [session.database, session.command, session.state].flatMap((part) =>
    part === null || part === '' ? [] : [html`<bdi>${part}</bdi>`],
  );
  const place = [
    ...named,
    ...(transaction === null ? [] : [html`transaction open for ${duration(transaction)}`]),
    ...(waits ? [html`waits for a lock`] : []),
  ];
  return html`<li><p><b>${duration(seconds)}</b> ${who(session)}</p>
<p><small>${place.map((part, index) => html`${index === 0 ? '' : ' · '}${part}`)}</small></p>
${statement === null ? NOTHING : html`<p class="text">${statementName(statement)}</p>`}</li>
`;
}

/** What is not known is left out. */
function who({ id, user, host }: Pick<RecordedSession, 'id' | 'user' | 'host'>): Html {
  return html`${user === null ? 'a session' : html`<b><bdi>${user}</bdi></b>`}${host === null ? '' : html` from <bdi>${host}</bdi>`}${id === null ? '' : html` <small>session <code>${id}</code></small>`}`;
}
