// One service of the cloud, TaurusDB or IAM: its address and its connections.
import type { CallApi } from './call/api-call.js';
import { type CallApiOptions, createCallApi } from './call/call-api.js';
import type { CircuitBreaker } from './call/circuit-breaker.js';
import type { Credentials } from './call/credentials.js';
import { HttpClient } from './http/http-client.js';

/** What the service makes itself, and what a call brings. */
type OwnOptions = 'host' | 'where' | 'http' | 'credentials' | 'breaker' | 'proxy';

/** With the options of all layers that a call passes. */
export interface ServiceOptions extends Omit<CallApiOptions, OwnOptions> {
  /** Scheme, host and port. */
  readonly endpoint: string;
  /** PEM; trusted beside the authorities that Node trusts anyway. */
  readonly ca?: string;
  /** Asked at each request, so that a changed URL is followed. It may hold a user and a password. */
  readonly readProxyUrl?: () => string;
  /** Resolves once no change of that URL is under way; rejects with the signal's reason when that aborts first. */
  readonly proxySettled?: (signal: AbortSignal) => Promise<void>;
}

export interface Service {
  /** Calls in the name of these credentials. Share one breaker between all that may use the same ones. */
  callWith(credentials: Credentials, breaker: CircuitBreaker): CallApi;
  /** Ends the calls under way and takes no more. */
  close(): Promise<void>;
}

export function openService(options: ServiceOptions): Service {
  const {
    endpoint,
    requestTimeoutMs,
    ca,
    readProxyUrl,
    proxySettled: settled,
    project,
    clock,
    log,
  } = options;
  const http = new HttpClient({
    endpoint,
    timeoutMs: requestTimeoutMs,
    project,
    clock,
    log,
    ...(ca === undefined ? {} : { ca }),
    ...(readProxyUrl === undefined ? {} : { readProxyUrl }),
  });
  const proxy = readProxyUrl && { fingerprint: async () => readProxyUrl(), settled };
  const { host } = new URL(endpoint);
  const where = (): string => {
    const proxyHost = http.proxyHost();
    return proxyHost === undefined ? host : `${host} through the proxy ${proxyHost}`;
  };
  return {
    callWith: (credentials, breaker) =>
      createCallApi({ ...options, host, where, http, credentials, breaker, proxy }),
    close: () => http.close(),
  };
}
