// Nodes and projects as JSON (docs/api.md), in chunks that are shared until a node changes.
import { type Clock, TimeSlice } from '../../clock.js';
import { type FleetStatus, viewFleetInSlices } from '../view/fleet-view.js';
import type { NodeView } from '../view/node-view.js';

const knownNodes = new WeakMap<NodeView, Buffer>();

/** To be sent one behind the other. */
export async function renderNodesJson(fleet: FleetStatus, clock: Clock): Promise<Buffer[]> {
  const slice = new TimeSlice(clock);
  const { summary, projects, nodes } = await viewFleetInSlices(fleet, clock.monotonic(), slice);
  const head = `{"summary":${JSON.stringify(summary)},"projects":${JSON.stringify(projects)},"nodes":[`;
  const chunks: Buffer[] = [Buffer.from(head)];
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
