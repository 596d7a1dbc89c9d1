// One service of the cloud, TaurusDB or IAM: its address, its connections and its budget of requests.

import type { Clock } from '../clock.js';
import type { Log } from '../log.js';
import type { ApiObserver } from '../model/api-observer.js';
import type { CallApi } from './call/api-call.js';
import { createCallApi } from './call/call-api.js';
import type { CircuitBreaker } from './call/circuit-breaker.js';
import type { Credentials } from './call/credentials.js';
import { type BudgetState, RateLimiter } from './call/rate-limiter.js';
import { HttpClient } from './http/http-client.js';

export interface ServiceOptions {
  /** Name of the project in the configuration: for counting and the log. */
  readonly project: string;
  /** Scheme, host and port. */
  readonly endpoint: string;
  /** `en-us` or `zh-cn`: may translate the CSV's header. */
  readonly language: string;
  /** For one request: connecting, the headers and, for JSON, the body; also for each wait for more of a CSV. */
  readonly requestTimeoutMs: number;
  readonly maxRetries: number;
  readonly maxRequestsPerSecond: number;
  /** PEM; trusted instead of the system's authorities. */
  readonly ca?: string;
  /** Asked at each request, so that a changed URL is followed. It may hold a user and a password. */
  readonly readProxyUrl?: () => string;
  readonly clock: Clock;
  /** In [0, 1); spreads the retries. */
  readonly random: () => number;
  readonly observer: ApiObserver;
  readonly log: Log;
}

export interface Service {
  /** Calls in the name of these credentials. Share one breaker between all that may use the same ones. */
  callWith(credentials: Credentials, breaker: CircuitBreaker): CallApi;
  budget(): BudgetState;
  /** Ends the calls under way and takes no more. */
  close(): Promise<void>;
}

export function openService(options: ServiceOptions): Service {
  const { endpoint, requestTimeoutMs, ca, readProxyUrl, clock, maxRequestsPerSecond } = options;
  const http = new HttpClient({
    endpoint,
    timeoutMs: requestTimeoutMs,
    ...(ca === undefined ? {} : { ca }),
    ...(readProxyUrl === undefined ? {} : { readProxyUrl }),
  });
  const { host } = new URL(endpoint);
  const where = (): string => {
    const proxyHost = http.proxyHost();
    return proxyHost === undefined ? host : `${host} through the proxy ${proxyHost}`;
  };
  const limiter = new RateLimiter(clock, maxRequestsPerSecond);
  return {
    callWith: (credentials, breaker) =>
      createCallApi({ ...options, host, where, http, limiter, credentials, breaker }),
    budget: () => limiter.state(),
    close: () => http.close(),
  };
}
