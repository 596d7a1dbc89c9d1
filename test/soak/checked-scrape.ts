// A scrape that checks what it gets: whole, well formed, and every dimension's sum the total.
import { parseSamples } from '../metrics/parse-exposition.js';

export interface ScrapeFigures {
  /** Mean over the nodes. */
  readonly seriesPerNode: number;
  readonly agentSeries: number;
  /** Of all nodes on show, by result. */
  readonly collections: Readonly<Record<string, number>>;
}

const DIMENSIONS = ['state', 'user', 'host', 'database', 'command'];

export async function checkedScrape(
  address: string,
  headers: Record<string, string> = {},
): Promise<ScrapeFigures> {
  const response = await fetch(`${address}/metrics`, { headers });
  if (!response.ok) {
    throw new Error(`scrape: got ${response.status}, expected 200`);
  }
  const samples = parseSamples(await response.text());

  const sessions = new Map<string, number>();
  const sums = new Map<string, number>();
  const collections: Record<string, number> = {};
  let nodes = 0;
  let nodeSeries = 0;
  for (const { name, labels, value } of samples) {
    const node = labels.node_id;
    if (node === undefined) {
      continue;
    }
    nodeSeries++;
    if (name === 'taurusdb_node_info') {
      nodes++;
    }
    if (name === 'taurusdb_sessions') {
      sessions.set(node, value);
    }
    const { result } = labels;
    if (result !== undefined) {
      collections[result] = (collections[result] ?? 0) + value;
    }
    const dimension = /^taurusdb_sessions_by_(.+)$/.exec(name)?.[1];
    if (dimension !== undefined) {
      const key = `${dimension} ${node}`;
      sums.set(key, (sums.get(key) ?? 0) + value);
    }
  }
  for (const [node, total] of sessions) {
    for (const dimension of DIMENSIONS) {
      const sum = sums.get(`${dimension} ${node}`) ?? 0;
      if (sum !== total) {
        throw new Error(`scrape: got ${sum} sessions by ${dimension}, expected ${total}`);
      }
    }
  }
  return { seriesPerNode: nodeSeries / nodes, agentSeries: samples.length - nodeSeries, collections };
}
