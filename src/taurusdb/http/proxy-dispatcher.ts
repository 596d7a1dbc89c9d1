// Requests through an HTTP proxy, in tunnels: the proxy sees the API's host and port, no more.
import { type Agent, type Dispatcher, errors, Pool, ProxyAgent } from 'undici';

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
