// The listener, hardened against slow, silent and numerous clients. What it answers is the business of the request
// listener that it is given.
import type { RequestListener, Server, ServerOptions, ServerResponse } from 'node:http';
import type { Server as TlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../clock.js';
import type { Log } from '../log.js';

export interface HttpLimits {
  /** From the first byte of a connection or request to the last of its headers. */
  readonly headersTimeoutMs: number;
  /** The same to the last of its body. */
  readonly requestTimeoutMs: number;
  /** Without progress in either direction. A client that does not read is noticed at the second look: after twice this. */
  readonly socketTimeoutMs: number;
  /** From a request to the last byte of its answer: a client that reads slowly keeps old series in memory. */
  readonly answerTimeoutMs: number;
  /** Between two requests: longer than most scrape intervals, so that a scraper keeps its connection. */
  readonly keepAliveTimeoutMs: number;
  readonly maxConnections: number;
}

export const DEFAULT_HTTP_LIMITS: HttpLimits = {
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 15_000,
  socketTimeoutMs: 15_000,
  answerTimeoutMs: 60_000,
  keepAliveTimeoutMs: 75_000,
  maxConnections: 512,
};

/** Node looks for overdue requests at this interval; its own default would let them live half a minute longer. */
const TIMEOUT_CHECK_MS = 500;
const WARN_INTERVAL_MS = 60_000;

export interface ListenAddress {
  /** Undefined: all addresses of the machine. */
  readonly host: string | undefined;
  /** 0: any that is free. */
  readonly port: number;
}

export interface HttpServerOptions {
  readonly listenAddress: ListenAddress;
  readonly requestListener: RequestListener;
  /** Plain or TLS. */
  readonly createServer: (options: ServerOptions, listener: RequestListener) => Server | TlsServer;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits?: HttpLimits;
}

export interface HttpServer {
  readonly address: AddressInfo;
  /** Lets answers under way finish, for at most `graceMs`, then closes the listener and every connection. */
  close(graceMs: number): Promise<void>;
}

/** Rejects when the address cannot be listened on. */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { listenAddress, requestListener, createServer, clock, log, limits = DEFAULT_HTTP_LIMITS } = options;
  const answering = new Set<ServerResponse>();
  let closing: (() => void) | undefined;

  const server = createServer(
    {
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      keepAliveTimeout: limits.keepAliveTimeoutMs,
      connectionsCheckingInterval: Math.min(TIMEOUT_CHECK_MS, limits.headersTimeoutMs),
    },
    (request, response) => {
      const answered = new AbortController();
      clock.sleep(limits.answerTimeoutMs, answered.signal).then(
        () => response.destroy(),
        () => {}, // answered
      );
      answering.add(response);
      response.once('close', () => {
        answered.abort();
        answering.delete(response);
        if (answering.size === 0) {
          closing?.();
        }
      });
      if (closing !== undefined) {
        response.setHeader('Connection', 'close');
      }
      requestListener(request, response);
    },
  );
  server.setTimeout(limits.socketTimeoutMs);
  server.maxConnections = limits.maxConnections;

  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(listenAddress, error)));
    server.listen({ ...listenAddress }, resolve);
  });

  const warn = seldom(clock, (message: string, code?: string) => log.warn(message, { code }));
  server.removeAllListeners('error');
  // Of accepting: out of file descriptors, for instance. The listener lives on.
  server.on('error', (error: NodeJS.ErrnoException) => warn('cannot accept connections', error.code));
  server.on('drop', () => warn('refused a connection: too many are open'));

  return {
    address: server.address() as AddressInfo,
    async close(graceMs) {
      const answered = new Promise<void>((resolve) => {
        closing = resolve;
      });
      if (answering.size > 0) {
        const grace = new AbortController();
        await Promise.race([answered, clock.sleep(graceMs, grace.signal)]);
        grace.abort();
      }
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

const LISTEN_EXPECTATIONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'an address that no other program listens on',
  EACCES: 'a port that this user may listen on',
  EADDRNOTAVAIL: 'an address of this machine',
  ENOTFOUND: 'an address of this machine',
};

function listenError({ host = '', port }: ListenAddress, error: NodeJS.ErrnoException): Error {
  const address = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const code = error.code ?? 'unknown error';
  const expected = LISTEN_EXPECTATIONS[code] ?? 'an address that can be listened on';
  return new Error(`listen address: got "${address}", expected ${expected} (${code})`, { cause: error });
}

/** At most once in WARN_INTERVAL_MS: what floods a listener must not flood the log. */
function seldom<A extends unknown[]>(clock: Clock, call: (...args: A) => void): (...args: A) => void {
  let quietUntil = Number.NEGATIVE_INFINITY;
  return (...args) => {
    if (clock.monotonic() < quietUntil) {
      return;
    }
    quietUntil = clock.monotonic() + WARN_INTERVAL_MS;
    call(...args);
  };
}
