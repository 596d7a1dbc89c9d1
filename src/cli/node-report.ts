// What one collection of a node showed, in one line for people.
import type { NodeStatus } from '../collect/node-status.js';
import { renderSnapshot, renderStatus } from '../metrics/render-node.js';
import type { ReadResult } from '../sessions/read-snapshot.js';

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
