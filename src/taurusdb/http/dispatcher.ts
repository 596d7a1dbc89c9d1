// The connections to one service. The only place that loads undici: it takes more time and memory than all the rest,
// and nothing needs it before the first request.
import { Agent, type Dispatcher } from 'undici';
import type { HttpClientOptions } from './http-client.js';
import { createProxyDispatcher } from './proxy-dispatcher.js';

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
