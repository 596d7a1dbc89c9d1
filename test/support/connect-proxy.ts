// An HTTP proxy that opens tunnels, and counts what goes through them. `closeServers` ends it.
import { connect } from 'node:net';
import { startTcpServer } from './scripted-server.js';

export interface Tunnels {
  readonly url: string;
  /** That clients have sent so far. */
  bytes(): number;
}

export async function startTunnels(): Promise<Tunnels> {
  let bytes = 0;
  const address = await startTcpServer((client) => {
    client.once('data', (head) => {
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
  return { url: `http://${address}`, bytes: () => bytes };
}
