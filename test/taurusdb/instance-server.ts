// The discovery part of the API on 127.0.0.1, with answers as the tests write them, and a client of it.
import { systemClock } from '../../src/clock.js';
import type { DiscoveryResult } from '../../src/discover/discovery-api.js';
import { startDeadline } from '../../src/model/deadline.js';
import type { NodeSelection } from '../../src/taurusdb/discover-nodes.js';
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

export interface InstanceServer extends ScriptedServer {
  /** Finds all nodes unless `selection` says otherwise. */
  discover(selection?: Partial<NodeSelection>): Promise<DiscoveryResult>;
}

/** `list` answers a page by its offset, `show` an instance; by default each has the node of its own number. */
export async function startInstanceServer(
  list: (offset: number) => PlainAnswer,
  show: (index: number) => PlainAnswer | Promise<PlainAnswer> = (index) => ({
    body: { instance: { id: instanceId(index), nodes: [node(index)] } },
  }),
): Promise<InstanceServer> {
  const server = await startServer([
    async (response, { target }) => {
      const url = new URL(target, 'http://x');
      const shown = /instances\/(\d+)in07$/u.exec(url.pathname)?.[1];
      const offset = Number(url.searchParams.get('offset'));
      const {
        status = 200,
        headers = {},
        body,
      } = await (shown === undefined ? list(offset) : show(Number(shown)));
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(JSON.stringify(body));
    },
  ]);
  return { ...server, discover: (selection = {}) => discover(server.url, selection) };
}

async function discover(endpoint: string, selection: Partial<NodeSelection>): Promise<DiscoveryResult> {
  const { client } = sampleClient(endpoint, { clock: systemClock, maxRetries: 0 });
  const deadline = startDeadline(systemClock, 10_000);
  const wanted = { instanceName: '*', tags: {}, statuses: [], role: 'both', ...selection } as const;
  return client.discoverNodes(wanted, deadline).finally(async () => {
    deadline.clear();
    await closeClients();
  });
}

/** A whole project, correctly paged. */
export function pagesOf(instances: readonly object[], limit = 100): (offset: number) => PlainAnswer {
  return (offset) => ({
    body: { instances: instances.slice(offset, offset + limit), total_count: instances.length },
  });
}
