// A TaurusDB API with its gateway, IAM and metadata service on one loopback port: for demos, tests and trying out.
// Knows nothing of the exporter but its clock.
import { once, setMaxListeners } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { systemClock } from '../clock.js';
import { type Answer, Refusal, refusalAnswer } from './cloud/answer.js';
import type { SimulatorStats } from './cloud/request-stats.js';
import type { Range } from './cloud/session-tasks.js';
import { SimulatedCloud, type SimulatedCloudOptions } from './cloud/simulated-cloud.js';
import type { SimulatedProject } from './cloud/simulated-fleet.js';
import { readRequest } from './cloud/simulator-request.js';
import { createRandom, seededHex } from './seeded-random.js';

/** Everything random hangs on the seed and the order of the requests. */
export interface SimulatorOptions extends Partial<SimulatedCloudOptions> {
  readonly projects: readonly SimulatedProject[];
  /** Default `127.0.0.1`. */
  readonly host?: string;
  /** Default 0: any free port. */
  readonly port?: number;
  /** How long every answer is held back. */
  readonly latencyMs?: Range;
}

const DEFAULTS = {
  clock: systemClock,
  seed: 1,
  taskSeconds: { min: 0.2, max: 1.5 },
  latencyMs: { min: 0, max: 0 },
  errorRate: 0,
  throttleRate: 0,
  statusPath: 'task',
  instancesVersion: 'both',
  sessionsPerNode: 120,
  resultFormat: {},
  metadataTokens: true,
  fault: () => undefined,
} as const satisfies Partial<SimulatorOptions>;

export interface Simulator {
  /** Without a slash at the end. */
  readonly url: string;
  readonly iamUrl: string;
  readonly metadataUrl: string;
  readonly projects: readonly SimulatedProject[];
  stats(): SimulatorStats;
  /** Breaks the connections that are open. */
  close(): Promise<void>;
}

const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
/** As gateways do; Node's own 5 s is so near to what clients take that a busy machine breaks connections. */
const KEEP_ALIVE_MS = 60_000;

/** Rejects where it cannot listen. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const settings = { ...DEFAULTS, ...options };
  const { clock, seed, latencyMs, host = '127.0.0.1', port = 0 } = settings;
  const cloud = new SimulatedCloud(settings);
  const closing = new AbortController();
  // Any number of answers may be held back: Node would warn of a leak at the 11th.
  setMaxListeners(0, closing.signal);
  const random = createRandom(seed + 1);
  let requests = 0;

  async function serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    requests += 1;
    const requestId = seededHex(seed, `request ${requests}`, 32);
    const answer = await answerTo(message, requestId);
    const latency = latencyMs.min + random() * (latencyMs.max - latencyMs.min);
    if (latency > 0) {
      await clock.sleep(latency, closing.signal);
    }
    if (answer === 'hang') {
      return;
    }
    if (answer === 'reset') {
      response.socket?.resetAndDestroy();
      return;
    }
    // Node would date the answer by the real clock; clients correct theirs by ours.
    response.setHeader('Date', new Date(clock.now()).toUTCString());
    response.setHeader('X-Request-Id', requestId);
    await send(answer, response);
  }

  async function answerTo(message: IncomingMessage, requestId: string): Promise<Answer | 'reset' | 'hang'> {
    try {
      return await cloud.answer(await readRequest(message), requestId);
    } catch (error) {
      if (error instanceof Refusal) {
        return refusalAnswer(error, requestId);
      }
      throw error;
    }
  }

  const server = createServer((message, response) => {
    // What is left to fail is the client's connection: there is nobody to tell.
    serve(message, response).catch(() => response.destroy());
  });
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.listen(port, host);
  await once(server, 'listening');
  // Failing to accept one more connection must not end the process.
  server.on('error', () => {});

  const address = server.address();
  const boundPort = typeof address === 'object' && address !== null ? address.port : port;
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${boundPort}`;
  return {
    url,
    iamUrl: url,
    metadataUrl: url,
    projects: options.projects,
    stats: () => cloud.stats.snapshot(),
    close: async () => {
      closing.abort();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function send({ status, headers = {}, body = '' }: Answer, response: ServerResponse): Promise<void> {
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) {
    response.setHeader(name, value);
  }
  if (typeof body === 'string') {
    response.end(body);
  } else {
    await pipeline(Readable.from(body), response);
  }
}
