// The connections that are open, TLS handshakes among them, and which one is closed for a new one at their limit: clients
// that hold connections must not keep others out.
import type { Socket } from 'node:net';
import { type ConnectionKey, connectionKey } from './connection-key.js';

export class OpenConnections {
  readonly #limit: number;
  readonly #onClose: () => void;
  /** In the order in which they fell idle: when they were opened, or last answered. */
  readonly #idle = new Map<ConnectionKey, Socket>();
  /** In the order in which their answers began. */
  readonly #answering = new Map<ConnectionKey, Socket>();

  /** `onClose` is called for each connection that is closed for a new one. */
  constructor(limit: number, onClose: () => void) {
    this.#limit = limit;
    this.#onClose = onClose;
  }

  /** A TCP connection that was accepted. */
  add(socket: Socket): void {
    const key = connectionKey(socket);
    if (this.#idle.size + this.#answering.size >= this.#limit) {
      this.#makeRoom();
    }
    this.#idle.set(key, socket);
    socket.once('close', () => {
      for (const sockets of [this.#idle, this.#answering]) {
        // Another connection may have the same endpoints by then.
        if (sockets.get(key) === socket) {
          sockets.delete(key);
        }
      }
    });
  }

  /** `socket`: the connection, or the TLS connection over it. */
  noteAnswering(socket: Socket): void {
    move(connectionKey(socket), this.#idle, this.#answering);
  }

  noteIdle(socket: Socket): void {
    move(connectionKey(socket), this.#answering, this.#idle);
  }

  /** The one idle longest; where none is, the answer that has taken longest is of a client that hardly reads. */
  #makeRoom(): void {
    for (const sockets of [this.#idle, this.#answering]) {
      for (const [key, socket] of sockets) {
        sockets.delete(key);
        socket.destroy();
        this.#onClose();
        return;
      }
    }
  }
}

function move(key: ConnectionKey, from: Map<ConnectionKey, Socket>, to: Map<ConnectionKey, Socket>): void {
  const socket = from.get(key);
  if (socket !== undefined) {
    from.delete(key);
    to.set(key, socket);
  }
}
