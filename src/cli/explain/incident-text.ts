// An incident as people read it in a terminal: what it is first, then who grew, what runs, who blocks, how it came, and what to do.
import { adviceOn, endingsOf, HOW_TO_END_A_SESSION } from '../../incidents/advice.js';
import {
  type Blocker,
  firstOfLongest,
  type GrownValue,
  type IncidentRecord,
  type RecordedFigure,
  type RecordedSession,
  type RecordedStatement,
  type StatementName,
  type TimelinePoint,
} from '../../incidents/record.js';
import { counted, percent } from '../../visible-text.js';
import { column, growthBar, shown, sparkline, thinned, wrapped } from './plain-lines.js';

/** Of each dimension. */
const MOST_GROWN = 5;
const MOST_STATEMENTS = 5;
const MOST_SESSIONS = 5;
const STATEMENT_LINES = 3;
const VALUE_COLUMNS = 30;
const BAR_COLUMNS = 24;
const CHART_COLUMNS = 56;
const LABEL_COLUMNS = 14;

type Lines = readonly string[];

/** Ends in a line feed; no line is wider than a terminal. */
export function incidentText(record: IncidentRecord): string {
  const sections: readonly Lines[] = [
    wrapped(shown(record.culprit.headline), 0),
    factLines(record),
    growthLines(record),
    statementLines(record),
    blockerLines(record),
    sessionLines(record),
    timelineLines(record),
    adviceLines(record),
  ];
  const text = sections.filter((lines) => lines.length > 0).map((lines) => lines.join('\n'));
  return `${text.join('\n\n')}\n`;
}

function factLines(record: IncidentRecord): Lines {
  const { node_name, node_id, role, project, kinds, sessions, active, max_connections: most } = record;
  const name = node_name === '' ? node_id : `${node_name} (${[role, node_id].filter(Boolean).join(', ')})`;
  const others = [
    record.lock_waiting === null ? '' : `${counted(record.lock_waiting, 'session')} waiting for a lock`,
    secondsText('longest query', record.longest_query_seconds),
    secondsText('longest transaction', record.longest_transaction_seconds),
    most === null || sessions.now === null ? '' : `${percent(sessions.now / most)} of ${most} connections`,
  ].filter(Boolean);
  return [
    ...wrapped(`Node ${shown(name)} of ${shown(project)}`, 0),
    ...wrapped(`Incident ${record.id}: ${kinds.join(', ')}`, 0),
    ...wrapped(`${spanText(record)}; the figures are of ${timeText(record.recorded_at)}`, 0),
    ...figureLines('Sessions', sessions),
    ...figureLines('Active', active),
    ...(others.length === 0 ? [] : wrapped(others.join(', '), 0)),
  ];
}

/** `2026-01-02 03:04:00 UTC`. */
export function timeText(instant: string): string {
  return `${instant.slice(0, 10)} ${instant.slice(11, 19)} UTC`;
}

function spanText({ started_at, ended_at }: IncidentRecord): string {
  return ended_at === null
    ? `Began ${timeText(started_at)}, no end recorded`
    : `Began ${timeText(started_at)}, ended after ${lastedText(started_at, ended_at)}`;
}

/** `45 s`, `12 min`, `3 h 5 min`. */
export function lastedText(from: string, to: string): string {
  const seconds = Math.max(0, Math.round((Date.parse(to) - Date.parse(from)) / 1_000));
  const minutes = Math.round(seconds / 60);
  if (minutes < 2) {
    return `${seconds} s`;
  }
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function figureLines(name: string, { usual, before, now, peak }: RecordedFigure): Lines {
  const parts = [
    now === null ? '' : `${now}`,
    usual === null ? '' : `usual ${round(usual)}`,
    before === null ? '' : `before ${round(before)}`,
    peak === null ? '' : `highest ${peak}`,
  ].filter(Boolean);
  return parts.length === 0 ? [] : wrapped(`${name}: ${parts.join(', ')}`, 0);
}

function growthLines({ growth, growth_of }: IncidentRecord): Lines {
  const { statement, pairs, user, host, database, state, command } = growth;
  const named = <T extends Pick<GrownValue, 'before' | 'now' | 'share'>>(
    values: readonly T[],
    nameOf: (one: T) => string,
  ) => values.map((one) => ({ ...one, name: shown(nameOf(one)) }));
  const dimensions = [
    ['Users', named(user, ({ value }) => value)],
    ['Hosts', named(host, ({ value }) => value)],
    ['Users from hosts', named(pairs, (pair) => `${pair.user} from ${pair.host}`)],
    ['Databases', named(database, ({ value }) => value)],
    ['Statements', named(statement, ({ digest, text }) => text ?? digest)],
    ['States', named(state, ({ value }) => value)],
    ['Commands', named(command, ({ value }) => value)],
  ] as const;
  const grown = dimensions
    .map(([title, values]) => ({
      title,
      values: values.filter(({ before, now }) => now > before).slice(0, MOST_GROWN),
    }))
    .filter(({ values }) => values.length > 0);
  if (grown.length === 0) {
    return [];
  }
  const most = Math.max(...grown.flatMap(({ values }) => values.map(({ now }) => now)));
  return [
    `WHAT GREW (${growth_of === 'active' ? 'active sessions' : 'sessions'}: before, now, share of the growth)`,
    ...grown.flatMap(({ title, values }) => [
      title,
      ...values.map(({ name, before, now, share }) =>
        [
          ' ',
          column(name, VALUE_COLUMNS),
          column(growthBar(before, now, most, BAR_COLUMNS), BAR_COLUMNS),
          countColumn(before),
          countColumn(now),
          percent(share).padStart(5),
        ].join(' '),
      ),
    ]),
  ];
}

function statementLines({ statements }: IncidentRecord): Lines {
  return statements.length === 0
    ? []
    : [
        `STATEMENTS of active sessions${moreText(statements.length, MOST_STATEMENTS)}`,
        ...statements.slice(0, MOST_STATEMENTS).flatMap(oneStatement),
      ];
}

function oneStatement(one: RecordedStatement): Lines {
  const notes = [one.cut && 'cut', one.ambiguous && 'ambiguous quotes', one.sensitive && 'about accounts'];
  const facts = [
    counted(one.sessions, 'session'),
    one.seconds === null ? '' : `${round(one.seconds)} s in all`,
    secondsText('longest', one.longest_seconds),
    ...notes,
  ].filter(Boolean);
  return [...wrapped(facts.join(', '), 2), ...namedStatement(one, 4)];
}

function namedStatement({ digest, text }: StatementName, indent: number): Lines {
  return wrapped(text === null ? digest : `${digest} ${shown(text)}`, indent, STATEMENT_LINES);
}

function blockerLines({ blockers }: IncidentRecord): Lines {
  return blockers.length === 0
    ? []
    : ['WHO SEEMS TO BLOCK (from the session list alone)', ...blockers.flatMap(oneBlocker)];
}

function oneBlocker(one: Blocker): Lines {
  const facts = [
    `${whoText(one)}: ${one.confidence}`,
    `${counted(one.waiting, 'session')} waiting`,
    secondsText('transaction', one.transaction_seconds),
    one.rows_locked === null ? '' : `${counted(one.rows_locked, 'row')} locked`,
  ].filter(Boolean);
  return [
    ...wrapped(facts.join(', '), 2),
    ...one.reasons.flatMap((reason) => wrapped(`- ${shown(reason)}`, 4)),
  ];
}

function sessionLines(record: IncidentRecord): Lines {
  const { longest } = record;
  return longest.length === 0
    ? []
    : [
        `LONGEST SESSIONS${moreText(longest.length, MOST_SESSIONS)}`,
        ...firstOfLongest(record, MOST_SESSIONS).flatMap(oneSession),
      ];
}

function oneSession(one: RecordedSession): Lines {
  const facts = [
    whoText(one),
    ...[one.database, one.command, one.state].map((cell) => (cell === null ? '' : shown(cell))),
    one.seconds === null ? '' : `${round(one.seconds)} s`,
    secondsText('transaction', one.transaction_seconds),
    one.waits_for_lock ? 'waits for a lock' : '',
  ].filter(Boolean);
  return [
    ...wrapped(facts.join(', '), 2),
    ...(one.statement === null ? [] : namedStatement(one.statement, 4)),
  ];
}

function whoText({ id, user, host }: Pick<Blocker, 'id' | 'user' | 'host'>): string {
  return [
    id === null ? '' : `id ${shown(id)}`,
    user === null ? '' : `user ${shown(user)}`,
    host === null ? '' : `from ${shown(host)}`,
  ]
    .filter(Boolean)
    .join(' ');
}

function timelineLines({ timeline, started_at }: IncidentRecord): Lines {
  const [first] = timeline;
  const last = timeline.at(-1);
  if (first === undefined || last === undefined || first === last) {
    return [];
  }
  const charts = CHARTS.flatMap(([title, figure, scale]) => {
    const values = timeline.map((point) => point[figure]);
    return values.some((value) => value !== null)
      ? [chartLine(title, values, highestOf(timeline, scale))]
      : [];
  });
  const begun = timeline.findIndex(({ at }) => Date.parse(at) >= Date.parse(started_at));
  const width = Math.min(timeline.length, CHART_COLUMNS);
  const mark =
    begun === -1
      ? []
      : [`${' '.repeat(LABEL_COLUMNS + Math.floor((begun * width) / timeline.length))}^ began`];
  return [
    `TIMELINE, ${timeText(first.at)} to ${timeText(last.at)}`,
    ...charts,
    ...(charts.length === 0 ? [] : mark),
  ];
}

type Figure = Exclude<keyof TimelinePoint, 'at'>;

/** Each with the figures to whose highest it is drawn: one scale for sessions and what is usual of them. */
const CHARTS: readonly (readonly [title: string, figure: Figure, scale: readonly Figure[]])[] = [
  ['sessions', 'sessions', ['sessions', 'usual']],
  ['usual', 'usual', ['sessions', 'usual']],
  ['active', 'active', ['active']],
  ['lock waits', 'lock_waiting', ['lock_waiting']],
];

function highestOf(timeline: readonly TimelinePoint[], figures: readonly Figure[]): number {
  return Math.max(...timeline.flatMap((point) => figures.map((figure) => point[figure] ?? 0)));
}

function chartLine(title: string, values: readonly (number | null)[], scale: number): string {
  const chart = sparkline(thinned(values, CHART_COLUMNS), scale);
  const highest = Math.max(...values.map((value) => value ?? 0));
  return `  ${column(title, LABEL_COLUMNS - 2)}${chart} ≤ ${round(highest)}`;
}

function adviceLines(record: IncidentRecord): Lines {
  const advice = adviceOn(record);
  const endings = endingsOf(record);
  if (advice.length === 0 && endings.length === 0) {
    return [];
  }
  return [
    'WHAT TO DO',
    ...advice.flatMap(({ section, paragraphs }) => [
      ...paragraphs.flatMap((paragraph) => wrapped(paragraph, 2)),
      ...wrapped(`(docs/alerts.md, ${section})`, 2),
    ]),
    ...(endings.length === 0
      ? []
      : [
          '',
          ...endings.flatMap(({ command, why }) => wrapped(`${command}  -- ${why}`, 4)),
          ...wrapped(HOW_TO_END_A_SESSION, 2),
        ]),
  ];
}

function moreText(count: number, most: number): string {
  return count > most ? ` (${most} of ${count}; --output=json has all)` : '';
}

function secondsText(what: string, seconds: number | null): string {
  return seconds === null ? '' : `${what} ${round(seconds)} s`;
}

function countColumn(count: number): string {
  return String(round(count)).padStart(6);
}

function round(figure: number): number {
  return Math.round(figure * 10) / 10;
}
