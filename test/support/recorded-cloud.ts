// A simulated API behind a front that notes every request as it arrives, and can hold some of them back.
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { systemClock } from '../../src/clock.js';
import { type Operation, routeOf } from '../../src/simulator/cloud/route.js';
import {
  type Simulator,
  type SimulatorOptions,
  startSimulator,
} from '../../src/simulator/start-simulator.js';
import { eventually } from './program.js';

export interface CloudRequest {
  readonly operation: Operation | 'unknown';
  /** The simulator's name for it, whatever the configuration calls it. */
  readonly project: string;
  readonly nodeId: string;
  /** Of the signature; empty where there is none. */
  readonly ak: string;
  readonly token: string;
  /** That comes with a temporary key. */
  readonly securityToken: string;
  readonly language: string;
  readonly body: string;
  /** On the monotonic clock. */
  readonly at: number;
  /** Of the answer, once there is one. */
  status: number | undefined;
}

type Which = (request: CloudRequest) => boolean;

/** Its `url` is the front's. */
export interface RecordedCloud extends Simulator {
  /** In the order of their arrival. */
  readonly requests: readonly CloudRequest[];
  /** Holds these requests back until the function that it returns is called. */
  hold(which: Which): () => void;
  /** From now on refuses these, as the gateway does where a credential is wrong. */
  refuse(which: Which): void;
  /** Resolves, once each of the nodes has been collected whole from now on, to the requests that came meanwhile. */
  nextCollections(nodeIds: readonly string[]): Promise<CloudRequest[]>;
}

const PATIENCE_MS = 30_000;

export async function startCloud(options: SimulatorOptions): Promise<RecordedCloud> {
  const { clock = systemClock } = options;
  const simulator = await startSimulator({ taskSeconds: { min: 0, max: 0 }, ...options });
  const requests: CloudRequest[] = [];
  const holds = new Map<Which, Promise<void>>();
  const refused: Which[] = [];

  const server = createServer((incoming, response) => {
    // A client that has gone is told nothing.
    serve(incoming, response).catch(() => response.destroy());
  });
  server.keepAliveTimeout = 60_000;

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(incoming);
    const seen = describe(incoming, body.toString('utf8'));
    requests.push(seen);
    await Promise.all([...holds].map(([which, released]) => (which(seen) ? released : undefined)));
    if (refused.some((which) => which(seen))) {
      const refusal = { error_code: 'APIGW.0301', error_msg: 'Incorrect IAM authentication information' };
      seen.status = 401;
      // Node would date the answer by the real clock.
      response.setHeader('date', new Date(clock.now()).toUTCString());
      response.writeHead(401, { 'content-type': 'application/json' }).end(JSON.stringify(refusal));
      return;
    }
    const { method, url: path, headers } = incoming;
    const { hostname, port } = new URL(simulator.url);
    const forwarded = request({ host: hostname, port, method, path, headers, agent: false });
    response.on('close', () => forwarded.destroy());
    forwarded.end(body);
    const [answer] = (await once(forwarded, 'response')) as [IncomingMessage];
    seen.status = answer.statusCode;
    response.writeHead(answer.statusCode ?? 0, answer.headers);
    answer.on('error', () => response.destroy()).pipe(response);
  }

  function describe({ method = '', url = '', headers }: IncomingMessage, body: string): CloudRequest {
    const text = (name: string) => String(headers[name] ?? '');
    const route = routeOf(method, url.replace(/\?.*$/u, ''), 'task');
    return {
      operation: route?.operation ?? 'unknown',
      project: simulator.projects.find(({ projectId }) => projectId === route?.projectId)?.name ?? '',
      nodeId: route?.nodeId ?? '',
      ak: /Access=([^,]+),/u.exec(text('authorization'))?.[1] ?? '',
      token: text('x-auth-token'),
      securityToken: text('x-security-token'),
      language: text('x-language'),
      body,
      at: performance.now(),
      status: undefined,
    };
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    ...simulator,
    url,
    iamUrl: url,
    requests,
    hold: (which) => {
      const { promise, resolve } = withResolvers();
      holds.set(which, promise);
      return () => {
        holds.delete(which);
        resolve();
      };
    },
    refuse: (which) => refused.push(which),
    nextCollections: async (nodeIds) => {
      const since = requests.length;
      const isCollected = (id: string) => {
        const ofNode = requests.slice(since).filter(({ nodeId }) => nodeId === id);
        const begin = ofNode.findIndex(({ operation }) => operation === 'submit');
        return begin >= 0 && ofNode.slice(begin).some(({ operation }) => operation === 'download');
      };
      await eventually(
        () => nodeIds.every(isCollected) || undefined,
        `collections of ${nodeIds.join(', ')}`,
        PATIENCE_MS,
      );
      return requests.slice(since);
    },
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
      await simulator.close();
    },
  };
}

function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
