// What /metrics would say of a board of nodes, for commands that print it.
import { systemClock } from '../clock.js';
import type { NodeBoard } from '../collect/node-store.js';
import { Exposition } from '../metrics/exposition.js';

export async function boardText(board: NodeBoard): Promise<string> {
  const exposition = new Exposition({
    nodes: () => board.list(),
    agentText: async () => '',
    clock: systemClock,
  });
  return Buffer.concat(await exposition.scrape('text', false)).toString('utf8');
}
