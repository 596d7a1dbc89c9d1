// What tells a connection from all others that are open: the addresses and ports of both of its ends. A TLS connection has
// those of the TCP connection under it, and Node does not tell which belongs to which.
import type { Socket } from 'node:net';

/** The socket itself where its endpoints are not known: its client has already gone. */
export type ConnectionKey = string | Socket;

export function connectionKey(socket: Socket): ConnectionKey {
  const { remoteAddress, remotePort, localAddress, localPort } = socket;
  return remoteAddress === undefined
    ? socket
    : [remoteAddress, remotePort, localAddress, localPort].join(' ');
}
