// The discovery part of the API on 127.0.0.1, with answers as the tests write them, and a client of it.
import { systemClock } from '../../src/clock.js';
import type { DiscoveredNode, SearchEnd } from '../../src/discover/discovery-api.js';
import { KnownNodes } from '../../src/discover/known-nodes.js';
import { startDeadline } from '../../src/model/deadline.js';
import type { NodeSelection } from '../../src/taurusdb/selection.js';
import { type PlainAnswer, type ScriptedServer, startServer } from '../support/scripted-server.js';
import { closeClients, sampleClient } from './sample-client.js';

const number = (index: number): string => String(index).padStart(32, '0');
export const instanceId = (index: number): string => `${number(index)}in07`;
export const nodeId = (index: number): string => `${number(index)}no07`;

export function instance(index: number, change: object = {}): object {
  return { id: instanceId(index), name: `orders-${index}`, status: 'ACTIVE', tags: [], ...change };
}

export function node(index: number, change: object = {}): object {
  return {
    id: nodeId(index),
    name: `node-${index}`,
    type: index % 2 === 0 ? 'master' : 'slave',
    status: 'ACTIVE',
    max_connections: '2500',
    ...change,
  };
}

/** What a search finds, and how it ends. */
export interface Found extends SearchEnd {
  readonly nodes: readonly DiscoveredNode[];
  /** All that was odd, as people are told. */
  readonly told: string;
}

export interface InstanceServer extends ScriptedServer {
  /** Finds all nodes unless `selection` says otherwise. */
  discover(selection?: Partial<NodeSelection>, known?: KnownNodes, limitMs?: number): Promise<Found>;
}

/** `list` answers a page by its offset and limit, `show` an instance; by default each has the node of its own number. */
export async function startInstanceServer(
  list: (offset: number, limit: number) => PlainAnswer | Promise<PlainAnswer>,
  show: (index: number) => PlainAnswer | Promise<PlainAnswer> = (index) => ({
    body: { instance: { id: instanceId(index), nodes: [node(index)] } },
  }),
): Promise<InstanceServer> {
  const server = await startServer([
    async (response, { target }) => {
      const url = new URL(target, 'http://x');
      const shown = /instances\/(\d+)in07$/u.exec(url.pathname)?.[1];
      const [offset, limit] = ['offset', 'limit'].map((name) => Number(url.searchParams.get(name)));
      const {
        status = 200,
        headers = {},
        body,
      } = await (shown === undefined ? list(offset ?? 0, limit ?? 0) : show(Number(shown)));
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    },
  ]);
  return {
    ...server,
    discover: (selection = {}, known = new KnownNodes(), limitMs = 60_000) =>
      discover(server.url, selection, known, limitMs),
  };
}

async function discover(
  endpoint: string,
  selection: Partial<NodeSelection>,
  known: KnownNodes,
  limitMs: number,
): Promise<Found> {
  const { client } = sampleClient(endpoint, { clock: systemClock, maxRetries: 0 });
  const deadline = startDeadline(systemClock, limitMs);
  const wanted = { instanceName: '*', tags: {}, statuses: [], role: 'both', ...selection } as const;
  try {
    const end = await client.discoverNodes(wanted, known, deadline);
    known.end(end);
    const { nodes, odd } = known.summary();
    return { ...end, nodes, told: String(odd) };
  } finally {
    deadline.clear();
    await closeClients();
  }
}

/** A whole project, correctly paged. */
export function pagesOf(instances: readonly unknown[]): (offset: number, limit: number) => PlainAnswer {
  return (offset, limit) => ({
    body: { instances: instances.slice(offset, offset + limit), total_count: instances.length },
  });
}
