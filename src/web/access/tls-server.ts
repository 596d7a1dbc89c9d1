// An HTTPS server whose certificate and client policy can change while it listens: each new connection gets the
// settings in force at its start, those under way keep theirs.
import type { RequestListener, ServerOptions } from 'node:http';
import { Server, type ServerOptions as TlsServerOptions } from 'node:https';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Log } from '../../log.js';
import { CLIENT_AUTH, type LoadedTls, refusalOf } from './tls-settings.js';

// A handshake is three short messages; Node would wait two minutes for them.
const HANDSHAKE_TIMEOUT_MS = 10_000;

/** `inForce` is called at each new connection; it returns the same object until the settings change. */
export function createTlsServer(
  inForce: () => LoadedTls,
  log: Log,
  options: ServerOptions,
  listener: RequestListener,
): Server {
  let used = inForce();
  const server = new TlsServer(
    {
      ...options,
      ...used.context,
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      requestCert: CLIENT_AUTH[used.clients.clientAuth].asks,
      // Node has two of the five policies: refusalOf decides instead.
      rejectUnauthorized: false,
    },
    listener,
  );
  server.prependListener('connection', () => {
    const latest = inForce();
    if (latest !== used) {
      used = latest;
      server.setSecureContext(latest.context);
      // Node reads the property at each connection, but has no setter for it.
      Object.assign(server, { requestCert: CLIENT_AUTH[latest.clients.clientAuth].asks });
    }
  });
  server.prependListener('secureConnection', (socket: TLSSocket) => {
    const reason = refusalOf(socket, used.clients);
    if (reason !== undefined) {
      log.debug('TLS client refused', { reason, remote: socket.remoteAddress });
      socket.destroy();
    }
  });
  server.on('tlsClientError', (error: NodeJS.ErrnoException, socket: TLSSocket) => {
    log.debug('TLS handshake failed', { reason: error.code, remote: socket.remoteAddress });
  });
  return server;
}

class TlsServer extends Server {
  readonly #sockets = new Set<Socket>();

  constructor(options: TlsServerOptions, listener: RequestListener) {
    super(options, listener);
    this.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  /** Node's method skips connections in their handshake, and close() would wait for their timeout. */
  override closeAllConnections(): void {
    for (const socket of this.#sockets) {
      socket.destroy();
    }
    super.closeAllConnections();
  }
}
