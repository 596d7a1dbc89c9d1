// What never ends: a limit must end it.
import { drippedFile, silence, stalledFile } from './answers.js';
import type { Fault } from './fault.js';

export const TIMEOUT_FAULTS: readonly Fault[] = [
  {
    what: 'N4 no answer to submit',
    submit: silence,
    hangs: true,
    requests: { submit: 1 },
    says: /submit: got no whole answer within 9\.871 s/u,
  },
  {
    what: 'N4 no answer to wait',
    wait: silence,
    hangs: true,
    requests: { wait: 1 },
    says: /wait: got no whole answer within/u,
  },
  {
    what: 'N4 no answer to download',
    download: silence,
    hangs: true,
    requests: { download: 1 },
    says: /download: got no whole answer within/u,
  },
  {
    what: 'N4 headers that never end',
    submit: (response) => response.socket?.write('HTTP/1.1 200 OK\r\nX-A: b\r\n'),
    hangs: true,
    says: /submit: got no whole answer within/u,
  },
  {
    what: 'B1 JSON that never ends',
    wait: (response) => response.write('{"status": '),
    hangs: true,
    says: /wait: got no whole answer within/u,
  },
  {
    what: 'B1 a file that drips',
    download: drippedFile,
    hangs: true,
    requests: { download: 1 },
    says: /deadline: got no end within 47\.777 s/u,
  },
  {
    what: 'B2 a file that stalls',
    download: stalledFile,
    requestLimitMs: 300,
    requests: { download: 1 },
    says: /download: got no more data for too long/u,
  },
  {
    what: 'B2 a packed file that stalls before its first byte',
    download: (response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' });
      response.flushHeaders();
    },
    requestLimitMs: 300,
    says: /no more data for too long/u,
  },
  {
    what: 'H12 a task that runs for ever',
    wait: { body: { status: 'running' } },
    hangs: true,
    // 1 s, 1.5 s, … 5 s apart until the deadline.
    requests: { submit: 1, wait: 11, download: 0 },
    says: /deadline: got no end within/u,
  },
];
