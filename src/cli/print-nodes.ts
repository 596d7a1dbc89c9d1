// Nodes as a table for the terminal.

import { systemClock } from '../clock.js';
import type { NodeStatus, NodeStore } from '../collect/node-store.js';
import { Exposition } from '../metrics/exposition.js';
import { renderSnapshot, renderStatus } from '../metrics/render-node.js';
import type { ReadResult } from '../sessions/read-snapshot.js';
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

/** `read` is undefined where no file was read to its end. */
export function nodeReport(status: NodeStatus, read: ReadResult | undefined): string {
  const { node, lastError, snapshot } = status;
  const who = [node.project, node.name || node.instanceId, node.nodeId].join(' ');
  if (read === undefined || snapshot === undefined) {
    return `${who}: failed: ${lastError === undefined ? 'not tried' : `${lastError.reason}: ${lastError.message}`}`;
  }
  const unknown = read.unknownHeaders.map((name) => JSON.stringify(name)).join(', ') || 'none';
  return (
    `${who}: ok: ${snapshot.sessions} sessions, ${seriesOf(status)} series, ` +
    `columns ${read.columns.join(' ')}, headers not known: ${unknown}`
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

// What /metrics would say of a store of nodes, for commands that print it.

export async function storeText(store: NodeStore): Promise<string> {
  const exposition = new Exposition({
    nodes: () => store.list(),
    agentText: async () => '',
    clock: systemClock,
  });
  return Buffer.concat(await exposition.scrape('text', false)).toString('utf8');
}
