// The HTTP server with limits against slow, silent and numerous clients; the answers come from the request listener
// that it is given.
import {
  type IncomingMessage,
  type RequestListener,
  Server,
  type ServerOptions,
  ServerResponse,
} from 'node:http';
import { Server as TlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Clock } from '../clock.js';
import type { Log } from '../log.js';
import { RepeatedLines } from '../repeated-lines.js';
import { OpenConnections } from './open-connections.js';
import { Pipelines, RequestConnection } from './request-connection.js';

export interface HttpLimits {
  /** From the start of a connection or request to the end of its headers. */
  readonly headersTimeoutMs: number;
  /** From the same start to the end of the body. */
  readonly requestTimeoutMs: number;
  /** Without a byte in either direction. Node closes a client that does not read at the second timeout, after twice this. */
  readonly socketTimeoutMs: number;
  /** From a request to the last byte of its response: a slow reader keeps old series in memory. */
  readonly answerTimeoutMs: number;
  /** Idle time between two requests: above most scrape intervals, so that a scraper keeps its connection. */
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

/** Node checks the two timeouts of requests at this interval; its default is 30 s. */
const TIMEOUT_CHECK_MS = 500;
/** Whom its lines in the log are about. */
const LISTENER = 'listener';

export interface ListenAddress {
  /** Undefined: all addresses of the host. */
  readonly host: string | undefined;
  /** 0: any free port. */
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
  /** Waits for the responses under way, at most `graceMs`, then closes the listener and every connection. */
  close(graceMs: number): Promise<void>;
}

/** Rejects when it cannot listen on the address. */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { listenAddress, requestListener, createServer, clock, log, limits = DEFAULT_HTTP_LIMITS } = options;
  const answering = new Set<ServerResponse>();
  let closing: (() => void) | undefined;
  const lines = new RepeatedLines(log, clock);
  const connections = new OpenConnections(limits.maxConnections, () =>
    lines.tell('warn', LISTENER, 'closed', 'closed a connection for a new one: too many are open'),
  );

  /** Also of those that Node answers itself, such as a request without Host. */
  class OneResponseAtATime<R extends IncomingMessage = IncomingMessage> extends ServerResponse<R> {
    // Node gives it options besides, which its types do not know.
    constructor(...args: [R]) {
      super(...args);
      const connection = args[0].socket as unknown as RequestConnection;
      connection.begin();
      connections.noteAnswering(connection.transport);
      this.once('close', () => {
        connections.noteIdle(connection.transport);
        connection.finish();
      });
    }
  }

  const server = createServer(
    {
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      keepAliveTimeout: limits.keepAliveTimeoutMs,
      ServerResponse: OneResponseAtATime,
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
  server.prependListener('connection', (socket: Socket) => connections.add(socket));
  readRequestByRequest(server);

  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(listenAddress, error)));
    server.listen({ ...listenAddress }, resolve);
  });

  server.removeAllListeners('error');
  // Errors of accept(), such as EMFILE: the server goes on.
  server.on('error', (error: NodeJS.ErrnoException) => {
    lines.tell('warn', LISTENER, 'accept', 'cannot accept connections', { code: error.code });
  });

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

/** Node's own: it reads requests from any stream, for HTTP and HTTPS alike. */
const [READ_REQUESTS] = new Server().listeners('connection');

function readRequestByRequest(server: Server | TlsServer): void {
  const event = server instanceof TlsServer ? 'secureConnection' : 'connection';
  if (READ_REQUESTS === undefined || !server.listeners(event).includes(READ_REQUESTS)) {
    throw new Error('got another HTTP server of Node, expected one that reads from its connections');
  }
  server.removeListener(event, READ_REQUESTS as () => void);
  const pipelines = new Pipelines();
  server.on(event, (socket: Socket) => {
    READ_REQUESTS.call(server, new RequestConnection(socket, pipelines) as unknown as Socket);
  });
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
