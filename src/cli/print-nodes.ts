// What commands print about nodes: a table, a report of one node in a line, and the metrics.
import stringWidth from 'string-width';
import type { Wiring } from '../agent/wire.js';
import { epochMs, systemClock } from '../clock.js';
import type { NodeStatus } from '../collect/node-store.js';
import { renderNode } from '../metrics/render-node.js';
import type { DatabaseNode } from '../model/node.js';
import type { ProjectStatus } from '../model/project-status.js';
import type { Snapshot, ValueCount } from '../sessions/snapshot.js';
import { flagsOf } from '../statements/statement.js';
import type { TextVisibility } from '../statements/text-visibility.js';
import { counted, oneLine } from '../visible-text.js';
import { viewFleet } from '../web/view/fleet-view.js';
import type { NodeView } from '../web/view/node-view.js';
import type { Output } from './flags.js';
import { print, printMetrics } from './terminal.js';

type Column = readonly [title: string, figure: (snapshot: Snapshot) => number | string | undefined];

const COLUMNS: readonly Column[] = [
  ['SESSIONS', (snapshot) => snapshot.sessions],
  ['ACTIVE', (snapshot) => snapshot.active],
  ['SLOW', (snapshot) => snapshot.slow],
  ['LOCK WAIT', (snapshot) => snapshot.lockWaiting],
  ['OPEN TRX', (snapshot) => snapshot.transactionsOpen],
  ['IDLE IN TRX', (snapshot) => snapshot.idleInTransaction],
];
/** Where lists have some sessions only, most of those are absent. */
const COLUMNS_OF_SOME: readonly Column[] = [
  ['LISTED', (snapshot) => snapshot.listed],
  ...COLUMNS,
  ['LONGEST TRX', ({ transactionLongestSeconds: seconds }) => seconds && `${seconds} s`],
];

/** Between two columns of the table. */
const GAP = '  ';

/** A line per node; a figure is `-` where the file lacks its column or sessions that it needs, the result is the reason where a node failed. */
export function nodeTable(statuses: readonly NodeStatus[]): string {
  const isOfSome = statuses.some(({ snapshot }) => snapshot !== undefined && snapshot.filter !== 'total');
  const columns = isOfSome ? COLUMNS_OF_SOME : COLUMNS;
  return tableText([
    ['PROJECT', 'NODE', 'NAME', 'RESULT', ...columns.map(([title]) => title)],
    ...statuses.map(({ node, up, snapshot, lastError }) => [
      oneLine(node.project) || '-',
      node.nodeId,
      oneLine(node.name) || '-',
      up === true ? 'ok' : (lastError?.reason ?? 'not tried'),
      ...columns.map(([, figure]) => String((snapshot && figure(snapshot)) ?? '-')),
    ]),
  ]);
}

/** Lines of columns. */
export function tableText(texts: readonly (readonly string[])[]): string {
  const rows = texts.map((cells) => cells.map((text) => ({ text, width: stringWidth(text) })));
  const widths = rows[0]?.map((_, column) =>
    rows.reduce((widest, cells) => Math.max(widest, cells[column]?.width ?? 0), 0),
  );
  const lines = rows.map((cells) =>
    cells
      .map(({ text, width }, column) => text + ' '.repeat((widths?.[column] ?? width) - width))
      .join(GAP)
      .trimEnd(),
  );
  return `${lines.join('\n')}\n`;
}

/** What the active sessions of the node run: a table, with who they are below each line. */
export function topStatements(node: NodeView, texts: TextVisibility): string {
  const name = oneLine(node.node_name || node.node_id);
  const { statements } = node;
  if (statements === null) {
    const why =
      texts === 'off'
        ? 'statements.mode is off'
        : 'not known: no fresh list, or one without active sessions (collection.filter) or without the columns info and command';
    return `${name}: statements: ${why}\n`;
  }
  const { sessions, distinct, error, top, rest } = statements;
  const atLeast = error > 0 ? 'at least ' : '';
  const head = `${name}: ${counted(sessions, 'active session')} with a statement, ${atLeast}${counted(distinct, 'distinct statement')}\n`;
  const table = tableText([
    ['SESSIONS', 'SECONDS', 'LONGEST', 'DIGEST', 'FLAGS', 'STATEMENT'],
    ...top.map((one) => [
      String(one.sessions),
      String(one.seconds ?? '-'),
      String(one.longest_seconds ?? '-'),
      one.digest,
      flagsOf({ isCut: one.cut, isAmbiguous: one.ambiguous, isSensitive: one.sensitive }),
      [oneLine(one.text ?? '-'), whoText('by', one.users), whoText('from', one.hosts)]
        .filter(Boolean)
        .join('  '),
    ]),
    ...(rest.sessions > 0 ? [[String(rest.sessions), String(rest.seconds ?? '-'), '-', 'all others']] : []),
  ]);
  const doubt =
    error > 0 ? `up to ${counted(error, 'session')} of each may be missing (statements.shapes)\n` : '';
  return head + (sessions > 0 ? table : '') + doubt;
}

function whoText(word: string, values: readonly ValueCount[]): string {
  const shown = values.map(({ value, sessions }) => `${oneLine(value)} ${sessions}`).join(', ');
  return shown === '' ? '' : `[${word} ${shown}]`;
}

/** One line: what the collection of a node found, or why it failed. */
export function nodeReport(status: NodeStatus): string {
  const { node, lastError, snapshot, header } = status;
  const name = nameOf(node);
  if (header === undefined || snapshot === undefined) {
    const reason = lastError === undefined ? 'not tried' : `${lastError.reason}: ${lastError.message}`;
    return oneLine(`${name}: failed: ${reason}`);
  }
  const unknown = header.unknownHeaders.map((title) => JSON.stringify(title)).join(', ') || 'none';
  return oneLine(
    `${name}: ok: ${listedText(snapshot)}, ${seriesOf(status)} series, ` +
      `columns ${header.columns.join(' ')}, headers not known: ${unknown}${unreadOf(status)}`,
  );
}

/** A list of some sessions only is not passed off as one of all. */
function listedText({ filter, listed }: Snapshot): string {
  const sessions = counted(listed, 'session');
  return filter === 'total' ? sessions : `${sessions} listed (collection.filter: ${filter})`;
}

function unreadOf({ csvUnreadableNumbers }: NodeStatus): string {
  const columns = Object.entries(csvUnreadableNumbers).filter(([, cells]) => cells > 0);
  return columns.length === 0
    ? ''
    : `, numbers not read: ${columns.map(([column, cells]) => `${column} ${cells}`).join(', ')}`;
}

export function firstLineReport(node: DatabaseNode, line: string): string {
  return `${oneLine(nameOf(node))}: first line: ${line}`;
}

function nameOf({ project, name, instanceId, nodeId }: DatabaseNode): string {
  return [project, name || instanceId, nodeId].join(' ');
}

/** How many series the agent publishes of the node. */
function seriesOf(status: NodeStatus): number {
  // The agent also publishes the next run, which a command does not have.
  const shown = { status: { ...status, nextRunAt: epochMs(0) }, snapshot: status.snapshot };
  return renderNode(shown).join('').split('\n').length - 1;
}

/** All nodes of the wiring, as `--output` asks; what is known of their projects is in the JSON. */
export async function printNodes(
  wiring: Pick<Wiring, 'exposition' | 'store' | 'statementTexts'>,
  output: Output,
  projects: readonly ProjectStatus[],
): Promise<void> {
  const { store, statementTexts } = wiring;
  const nodes = store.list();
  const fleet = () =>
    viewFleet({ nodes, projects, statementTexts: statementTexts() }, systemClock.monotonic());
  if (output === 'json') {
    print(`${JSON.stringify(fleet(), undefined, 2)}\n`);
  } else if (output === 'prometheus') {
    printMetrics(await nodeSeriesText(wiring));
  } else {
    print(nodeTable(nodes));
  }
  if (output === 'top') {
    for (const node of fleet().nodes) {
      print(`\n${topStatements(node, statementTexts())}`);
    }
  }
}

/** The nodes' part of /metrics. */
async function nodeSeriesText({ exposition }: Pick<Wiring, 'exposition'>): Promise<string> {
  return Buffer.concat(await exposition.nodeSeries('text', false)).toString('utf8');
}
