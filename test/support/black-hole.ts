// A port that neither accepts nor refuses: a listener that stands still, with its queue of connections full. Linux then
// leaves further ones without an answer, as a firewall does that drops packets.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { closeWithServers } from './scripted-server.js';

const LISTENER = `
  const server = require('node:net').createServer().listen(0, '127.0.0.1', 1, () => console.log(server.address().port));
`;
/** More than the queue holds. */
const WAITING = 4;

/** Resolves to host and port; `closeServers` ends it. */
export async function openBlackHole(): Promise<string> {
  const listener: ChildProcess = spawn(process.execPath, ['-e', LISTENER], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = listener.stdout === null ? [] : await once(listener.stdout, 'data');
  const port = Number(line);
  listener.kill('SIGSTOP');
  closeWithServers(() => {
    for (const socket of waiting) {
      socket.destroy();
    }
    listener.kill('SIGKILL');
  });
  const waiting = Array.from(
    { length: WAITING },
    (): Socket => connect(port, '127.0.0.1').on('error', () => {}),
  );
  await once(waiting[0] as Socket, 'connect');
  return `127.0.0.1:${port}`;
}
