// The connections to one service. The only place that loads undici: it takes more time and memory than all the rest,
// and nothing needs it before the first request.
import { Agent, type Dispatcher, errors, Pool, ProxyAgent } from 'undici';
import type { HttpClientOptions } from './http-client.js';

/** Below the idle time of common servers and load balancers, so that they seldom close a connection under a POST. */
const KEEP_ALIVE_MS = 4_000;
/** After this, a connection is replaced, so that a changed DNS answer is followed. */
const CONNECTION_LIFE_MS = 300_000;
const MAX_CONNECT_MS = 5_000;

export function openDispatcher({ timeoutMs, ca, proxyUrl }: HttpClientOptions): Dispatcher {
  const connect = { timeout: Math.min(MAX_CONNECT_MS, timeoutMs), ...(ca === undefined ? {} : { ca }) };
  const pool = {
    pipelining: 1,
    keepAliveTimeout: KEEP_ALIVE_MS,
    keepAliveMaxTimeout: KEEP_ALIVE_MS,
    clientTtl: CONNECTION_LIFE_MS,
    // The wait for headers is the caller's to bound: its signal covers connecting and the answer as one.
    headersTimeout: 0,
    bodyTimeout: timeoutMs,
  };
  return proxyUrl === undefined
    ? new Agent({ ...pool, connect })
    : createProxyDispatcher(proxyUrl, connect, pool);
}

// Requests through an HTTP proxy, in tunnels: the proxy sees the API's host and port, no more.

export interface ConnectOptions {
  /** For connecting to the proxy, for its answer, and for TLS with the API. */
  readonly timeout: number;
  readonly ca?: string;
}

/** `proxyUrl` may hold a user and a password. */
export function createProxyDispatcher(
  proxyUrl: string,
  connect: ConnectOptions,
  options: Agent.Options,
): Dispatcher {
  return new ProxyAgent({
    ...options,
    uri: proxyUrl,
    requestTls: connect,
    proxyTls: connect,
    clientFactory: (origin, poolOptions) => {
      const pool = new Pool(origin, { ...poolOptions, headersTimeout: connect.timeout });
      const openTunnel = (target: Parameters<Pool['connect']>[0]) =>
        new Promise((resolve, reject) => {
          Pool.prototype.connect.call(pool, target, (error, tunnel) =>
            error === null ? resolve(tunnel) : reject(tunnelError(error)),
          );
        });
      return Object.assign(pool, { connect: openTunnel });
    },
  });
}

/**
 * A proxy that hangs up instead of answering would be asked again and again without end: undici 7 takes its error
 * for the end of an idle connection (https://github.com/nodejs/undici/issues/3897). So it is reported as undici
 * reports a refused tunnel.
 */
function tunnelError(error: Error): Error {
  return error instanceof errors.SocketError ? new errors.RequestAbortedError() : error;
}
