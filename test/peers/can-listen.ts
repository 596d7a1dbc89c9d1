// Whether this machine has an address: containers often lack IPv6.
import { createServer } from 'node:net';

export function canListen(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
      .once('error', () => resolve(false))
      .listen(0, address, () => server.close(() => resolve(true)));
  });
}
