// The nodes as JSON (docs/api.md), in chunks that are shared until a node changes.
import { type Clock, TimeSlice } from '../../clock.js';
import type { NodeStatus } from '../../collect/node-store.js';
import { viewFleetInSlices } from './fleet-view.js';
import type { NodeView } from './node-view.js';

const knownNodes = new WeakMap<NodeView, Buffer>();

/** To be sent one behind the other. */
export async function renderNodesJson(statuses: readonly NodeStatus[], clock: Clock): Promise<Buffer[]> {
  const slice = new TimeSlice(clock);
  const { summary, nodes } = await viewFleetInSlices(statuses, clock.monotonic(), slice);
  const chunks: Buffer[] = [Buffer.from(`{"summary":${JSON.stringify(summary)},"nodes":[`)];
  for (const [index, node] of nodes.entries()) {
    const text = nodeText(node);
    chunks.push(index === 0 ? text.subarray(1) : text);
    await slice.rest();
  }
  chunks.push(Buffer.from(']}\n'));
  return chunks;
}

/** Behind a comma. */
function nodeText(node: NodeView): Buffer {
  const text = knownNodes.get(node) ?? Buffer.from(`,${JSON.stringify(node)}`);
  knownNodes.set(node, text);
  return text;
}
