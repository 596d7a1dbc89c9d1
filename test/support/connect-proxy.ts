// An HTTP proxy that opens tunnels, and counts what goes through them. `closeServers` ends it.
import { connect, type Socket } from 'node:net';
import { startTcpServer } from './scripted-server.js';

export interface Tunnels {
  readonly url: string;
  /** That clients have sent so far. */
  bytes(): number;
  /** From now on it opens no tunnel, as to who has no password any more, and those that are open end. */
  refuse(): void;
}

export async function startTunnels(): Promise<Tunnels> {
  let bytes = 0;
  let refuses = false;
  const clients = new Set<Socket>();
  const address = await startTcpServer((client) => {
    clients.add(client);
    client.once('close', () => clients.delete(client));
    client.once('data', (head) => {
      if (refuses) {
        client.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
        return;
      }
      const [, host = '', port = ''] = /^CONNECT ([^:\s]+):(\d+) /u.exec(head.toString('latin1')) ?? [];
      const target = connect(Number(port), host, () => client.write('HTTP/1.1 200 Connected\r\n\r\n'));
      target.on('error', () => client.destroy()).on('close', () => client.destroy());
      client.on('close', () => target.destroy());
      client.on('data', (chunk) => {
        bytes += chunk.length;
      });
      client.pipe(target).pipe(client);
    });
  });
  return {
    url: `http://${address}`,
    bytes: () => bytes,
    refuse: () => {
      refuses = true;
      for (const client of clients) {
        client.destroy();
      }
    },
  };
}
