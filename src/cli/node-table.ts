// Nodes as a table for the terminal.
import type { NodeStatus } from '../collect/node-status.js';
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
