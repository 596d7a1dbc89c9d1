// Bytes to a server and what comes back, without an HTTP client that would refuse to send what is odd.
import { connect, type Socket } from 'node:net';

/** A client that ignores errors: the server may close while bytes are still on their way to it. */
export function rawConnection(port: number): Socket {
  return connect(port, '127.0.0.1').on('error', () => {});
}

export function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()));
}

/** Resolves to all that was answered, once the server has closed the connection; as `latin1` each byte is a character. */
export async function rawRequest(
  port: number,
  bytes: string,
  encoding: 'utf8' | 'latin1' = 'utf8',
): Promise<string> {
  const socket = rawConnection(port).setEncoding(encoding);
  let answer = '';
  socket.on('data', (text: string) => {
    answer += text;
  });
  socket.write(bytes);
  await closed(socket);
  return answer;
}

export function statusOf(answer: string): number {
  return Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1] ?? Number.NaN);
}
