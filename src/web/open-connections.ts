// The connections that are open, TLS handshakes among them, and which one is closed for a new one at their limit: clients
// that hold connections must not keep others out.
import type { Socket } from 'node:net';

export class OpenConnections {
  readonly #limit: number;
  readonly #onClose: () => void;
  /** By peer, in the order in which they fell idle: when they were opened, or last answered. */
  readonly #idle = new Map<Peer, Socket>();
  /** By peer, in the order in which their answers began. */
  readonly #answering = new Map<Peer, Socket>();

  /** `onClose` is called for each connection that is closed for a new one. */
  constructor(limit: number, onClose: () => void) {
    this.#limit = limit;
    this.#onClose = onClose;
  }

  /** A TCP connection that was accepted. */
  add(socket: Socket): void {
    const peer = peerOf(socket);
    if (this.#idle.size + this.#answering.size >= this.#limit) {
      this.#makeRoom();
    }
    this.#idle.set(peer, socket);
    socket.once('close', () => {
      for (const sockets of [this.#idle, this.#answering]) {
        // The peer may be back by then.
        if (sockets.get(peer) === socket) {
          sockets.delete(peer);
        }
      }
    });
  }

  /** `socket`: the connection, or the TLS connection over it. */
  noteAnswering(socket: Socket): void {
    move(peerOf(socket), this.#idle, this.#answering);
  }

  noteIdle(socket: Socket): void {
    move(peerOf(socket), this.#answering, this.#idle);
  }

  /** The one idle longest; where none is, the answer that has taken longest is of a client that hardly reads. */
  #makeRoom(): void {
    for (const sockets of [this.#idle, this.#answering]) {
      for (const [peer, socket] of sockets) {
        sockets.delete(peer);
        socket.destroy();
        this.#onClose();
        return;
      }
    }
  }
}

type Peer = string | Socket;

/** Node does not tell which TCP connection a TLS connection is over, but both have the same peer. */
function peerOf(socket: Socket): Peer {
  const { remoteAddress, remotePort } = socket;
  // Unknown where the client has already gone.
  return remoteAddress === undefined ? socket : `${remoteAddress} ${remotePort}`;
}

function move(peer: Peer, from: Map<Peer, Socket>, to: Map<Peer, Socket>): void {
  const socket = from.get(peer);
  if (socket !== undefined) {
    from.delete(peer);
    to.set(peer, socket);
  }
}
