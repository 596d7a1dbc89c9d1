// An HTTPS server whose certificate and rules for clients can change while it listens. A connection is held to the
// rules in force for as long as it lasts: one that new rules refuse is closed, after the answer that is under way.
import type { IncomingMessage, RequestListener, ServerOptions, ServerResponse } from 'node:http';
import { Server } from 'node:https';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Log } from '../../log.js';
import { type ConnectionKey, connectionKey } from '../connection-key.js';
import { CLIENT_AUTH, type LoadedTls, refusalOf } from './tls-settings.js';

// A handshake is three short messages; Node would wait two minutes for them.
const HANDSHAKE_TIMEOUT_MS = 10_000;

export interface TlsServerOptions {
  readonly rules: LoadedTls;
  /** Called at each new connection and each request: the time to call apply(), if the rules are to change. */
  readonly refresh: () => void;
  readonly log: Log;
  readonly http: ServerOptions;
  readonly listener: RequestListener;
}

interface Connection {
  readonly socket: Socket;
  /** In force when its handshake began. */
  readonly madeUnder: LoadedTls;
  /** Undefined during the handshake. */
  secured: TLSSocket | undefined;
  readonly answering: Set<ServerResponse>;
  isRefused: boolean;
}

export class TlsServer extends Server {
  readonly #refresh: () => void;
  readonly #log: Log;
  #rules: LoadedTls;
  /** Those in their handshake, too. */
  readonly #connections = new Map<ConnectionKey, Connection>();

  constructor({ rules, refresh, log, http, listener }: TlsServerOptions) {
    super({
      ...http,
      ...rules.context,
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      requestCert: CLIENT_AUTH[rules.settings.clientAuth].asks,
      // Node has two of the five policies: refusalOf decides instead.
      rejectUnauthorized: false,
    });
    this.#rules = rules;
    this.#refresh = refresh;
    this.#log = log;
    this.prependListener('connection', (socket: Socket) => this.#onConnection(socket));
    this.prependListener('secureConnection', (socket: TLSSocket) => this.#onSecured(socket));
    this.on('tlsClientError', (error: NodeJS.ErrnoException, socket: TLSSocket) => {
      log.debug('TLS handshake failed', { code: error.code, client: socket.remoteAddress });
    });
    this.on('request', (request: IncomingMessage, response: ServerResponse) => {
      if (this.#mayAsk(request, response)) {
        listener(request, response);
      }
    });
  }

  /** For every new handshake, and for the connections that there are. */
  apply(rules: LoadedTls): void {
    this.#rules = rules;
    this.setSecureContext(rules.context);
    // Node reads the property at each connection, but has no setter for it.
    Object.assign(this, { requestCert: CLIENT_AUTH[rules.settings.clientAuth].asks });
    for (const connection of this.#connections.values()) {
      this.#judge(connection);
    }
  }

  /** Node's method skips connections in their handshake, and close() would wait for their timeout. */
  override closeAllConnections(): void {
    for (const { socket } of this.#connections.values()) {
      socket.destroy();
    }
    super.closeAllConnections();
  }

  #onConnection(socket: Socket): void {
    this.#refresh();
    const key = connectionKey(socket);
    const connection: Connection = {
      socket,
      madeUnder: this.#rules,
      secured: undefined,
      answering: new Set(),
      isRefused: false,
    };
    this.#connections.set(key, connection);
    socket.once('close', () => {
      if (this.#connections.get(key) === connection) {
        this.#connections.delete(key);
      }
    });
  }

  /** The rules may have changed during the handshake. */
  #onSecured(socket: TLSSocket): void {
    const connection = this.#connections.get(connectionKey(socket));
    if (connection === undefined) {
      // Lost already: its endpoints are known no more.
      socket.destroy();
      return;
    }
    connection.secured = socket;
    this.#judge(connection);
  }

  #judge(connection: Connection): void {
    const { secured, madeUnder, answering } = connection;
    if (secured === undefined || connection.isRefused) {
      return;
    }
    const reason = refusalOf(secured, this.#rules, madeUnder);
    if (reason === undefined) {
      return;
    }
    this.#log.debug('TLS client refused', { error: reason, client: secured.remoteAddress });
    connection.isRefused = true;
    if (answering.size === 0) {
      secured.destroy();
    }
    for (const response of answering) {
      if (!response.headersSent) {
        response.setHeader('Connection', 'close');
      }
    }
  }

  /** False: the connection is closed, or will be after an answer before this one. */
  #mayAsk({ socket }: IncomingMessage, response: ServerResponse): boolean {
    this.#refresh();
    const connection = this.#connections.get(connectionKey(socket));
    if (connection === undefined || connection.isRefused) {
      return false;
    }
    connection.answering.add(response);
    response.once('close', () => {
      connection.answering.delete(response);
      if (connection.isRefused) {
        socket.destroySoon();
      }
    });
    return true;
  }
}
