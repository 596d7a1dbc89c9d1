// The connections to one service, straight or through a proxy. The only file that loads undici: it takes more time and
// memory than all the rest, and nothing needs it before the first request.
import { isIP } from 'node:net';
import { Agent, type buildConnector, type Dispatcher, errors, Pool, ProxyAgent } from 'undici';
import type { HttpProxy } from '../../model/proxy-url.js';
import { secureContextTrusting } from './trusted-authorities.js';

/** Below the idle time of common servers and load balancers, so that they seldom close a connection under a POST. */
const KEEP_ALIVE_MS = 4_000;
/** After this, a connection is replaced, so that a changed DNS answer is followed. */
const CONNECTION_LIFE_MS = 300_000;
const MAX_CONNECT_MS = 5_000;

export interface ConnectionOptions {
  /** For connecting (at most 5 s are taken for that) and for each wait for more of a body. */
  readonly timeoutMs: number;
  /** PEM; trusted beside the authorities that Node trusts anyway. */
  readonly ca?: string;
}

export class Connections {
  readonly #options: ConnectionOptions;
  /** The one in use, and those that only end what began there. */
  readonly #routes = new Set<Route>();
  #current: Route | undefined;
  #destroyed = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  /** Another proxy than before takes another route; what began with the old one ends there. */
  request(
    proxy: HttpProxy | undefined,
    request: Dispatcher.RequestOptions,
  ): Promise<Dispatcher.ResponseData> {
    let route = this.#current;
    if (route === undefined || (route.proxy !== proxy && !this.#destroyed)) {
      const opened = new Route(this.#options, proxy, () => this.#routes.delete(opened));
      this.#routes.add(opened);
      this.#current = opened;
      route?.leave();
      route = opened;
    }
    return route.request(request);
  }

  /** Ends the requests under way and takes no more. */
  async destroy(): Promise<void> {
    this.#destroyed = true;
    await Promise.all([...this.#routes].map((route) => route.destroy()));
  }
}

/** Connections that go straight, or through one proxy. */
class Route {
  readonly proxy: HttpProxy | undefined;
  readonly #dispatcher: Dispatcher;
  readonly #closed: () => void;
  #underWay = 0;
  #left = false;

  constructor(options: ConnectionOptions, proxy: HttpProxy | undefined, closed: () => void) {
    this.proxy = proxy;
    this.#dispatcher = openDispatcher(options, proxy);
    this.#closed = closed;
  }

  async request(request: Dispatcher.RequestOptions): Promise<Dispatcher.ResponseData> {
    this.#underWay += 1;
    try {
      const response = await this.#dispatcher.request(request);
      if (response.body.closed) {
        this.#ended();
      } else {
        response.body.once('close', () => this.#ended());
      }
      return response;
    } catch (error) {
      this.#ended();
      throw error;
    }
  }

  /** No other request follows: closes the connections when the last body has ended. */
  leave(): void {
    this.#left = true;
    this.#closeIfDone();
  }

  destroy(): Promise<void> {
    return this.#dispatcher.destroy();
  }

  #ended(): void {
    this.#underWay -= 1;
    this.#closeIfDone();
  }

  /** Not while requests are under way: undici's close() forgets them, so that destroy() could not end them any more. */
  #closeIfDone(): void {
    if (this.#left && this.#underWay === 0) {
      this.#dispatcher.close().then(this.#closed, this.#closed);
    }
  }
}

function openDispatcher({ timeoutMs, ca }: ConnectionOptions, proxy: HttpProxy | undefined): Dispatcher {
  const connect = {
    timeout: Math.min(MAX_CONNECT_MS, timeoutMs),
    ...(ca === undefined ? {} : { secureContext: secureContextTrusting(ca) }),
  };
  const pool = {
    pipelining: 1,
    keepAliveTimeout: KEEP_ALIVE_MS,
    keepAliveMaxTimeout: KEEP_ALIVE_MS,
    clientTtl: CONNECTION_LIFE_MS,
    // The wait for headers is the caller's to bound: its signal covers connecting and the answer as one.
    headersTimeout: 0,
    bodyTimeout: timeoutMs,
  };
  if (proxy === undefined) {
    return new Agent({ ...pool, connect });
  }
  return new ProxyAgent({
    ...pool,
    uri: proxy.origin,
    // Given by us: undici makes none of a user without a password.
    ...(proxy.authorization === undefined ? {} : { token: proxy.authorization }),
    requestTls: connect,
    proxyTls: connect,
    // The wait for the proxy's own answer is bounded here.
    clientFactory: (origin, options) =>
      openProxyPool(origin, { ...options, headersTimeout: connect.timeout }),
  });
}

/** Tunnels through the proxy, which sees the API's host and port, no more. */
function openProxyPool(origin: URL, options: object): Pool {
  const { connect } = options as { readonly connect: buildConnector.connector };
  // TLS knows no address as a server's name, only as the host to check the certificate for; undici gives both.
  const servername = isIP(origin.hostname.replace(/^\[|\]$/gu, '')) === 0 ? origin.hostname : '';
  const pool = new Pool(origin, {
    ...options,
    connect: (target, callback) => connect({ ...target, servername }, callback),
  });
  const openTunnel = (target: Parameters<Pool['connect']>[0]) =>
    new Promise((resolve, reject) => {
      Pool.prototype.connect.call(pool, target, (error, tunnel) =>
        error === null ? resolve(tunnel) : reject(tunnelError(error)),
      );
    });
  return Object.assign(pool, { connect: openTunnel });
}

/**
 * A proxy that hangs up instead of answering would be asked again and again without end: undici 7 takes its error
 * for the end of an idle connection (https://github.com/nodejs/undici/issues/3897). So it is reported as undici
 * reports a refused tunnel.
 */
function tunnelError(error: Error): Error {
  return error instanceof errors.SocketError ? new errors.RequestAbortedError() : error;
}
