// A TCP port on loopback for a program that must be told its port before it starts.
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Free when asked; another process may take it before it is used. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') {
    throw new Error(
      `listening on a port: got the address ${JSON.stringify(address)}, expected one with a port`,
    );
  }
  return address.port;
}
