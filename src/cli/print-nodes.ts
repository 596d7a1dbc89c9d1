import type { Wiring } from '../agent/wire.js';
import type { NodeStatus } from '../collect/node-store.js';
import { renderSnapshot, renderStatus } from '../metrics/render-node.js';
import type { Snapshot } from '../sessions/snapshot.js';

const COLUMNS: readonly (readonly [title: string, figure: (snapshot: Snapshot) => number | undefined])[] = [
  ['SESSIONS', (snapshot) => snapshot.sessions],
  ['ACTIVE', (snapshot) => snapshot.active],
  ['SLOW', (snapshot) => snapshot.slow],
  ['LOCK WAIT', (snapshot) => snapshot.lockWaiting],
  ['OPEN TRX', (snapshot) => snapshot.transactionsOpen],
  ['IDLE IN TRX', (snapshot) => snapshot.idleInTransaction],
];

/** A line per node; a figure that the file has no column for is `-`, and the reason stands where a node failed. */
export function nodeTable(statuses: readonly NodeStatus[]): string {
  const head = ['PROJECT', 'NODE', 'NAME', 'RESULT', ...COLUMNS.map(([title]) => title)];
  const rows = statuses.map(({ node, up, snapshot, lastError }) => [
    node.project,
    node.nodeId,
    node.name || '-',
    up === true ? 'ok' : (lastError?.reason ?? 'not tried'),
    ...COLUMNS.map(([, figure]) => String((snapshot && figure(snapshot)) ?? '-')),
  ]);
  const lines = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const text = lines.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return `${text.join('\n')}\n`;
}

// What one collection of a node showed, in one line for people.

export function nodeReport(status: NodeStatus): string {
  const { node, lastError, snapshot, header } = status;
  const who = [node.project, node.name || node.instanceId, node.nodeId].join(' ');
  if (header === undefined || snapshot === undefined) {
    return `${who}: failed: ${lastError === undefined ? 'not tried' : `${lastError.reason}: ${lastError.message}`}`;
  }
  const unknown = header.unknownHeaders.map((name) => JSON.stringify(name)).join(', ') || 'none';
  return (
    `${who}: ok: ${snapshot.sessions} sessions, ${seriesOf(status)} series, ` +
    `columns ${header.columns.join(' ')}, headers not known: ${unknown}`
  );
}

/** How many the agent would publish. */
function seriesOf(status: NodeStatus): number {
  const { node, snapshot } = status;
  // The agent would know its next run.
  const chunks = renderStatus({ ...status, nextRunAt: 0 });
  const texts = [...chunks, ...(snapshot === undefined ? [] : renderSnapshot(node, snapshot))].map(String);
  return texts.join('').split('\n').length - 1;
}

/** What /metrics would say of the nodes. */
export async function nodeSeriesText({ exposition }: Pick<Wiring, 'exposition'>): Promise<string> {
  return Buffer.concat(await exposition.nodeSeries('text', false)).toString('utf8');
}
