// Stands between Prometheus and the agent, and keeps each page that it passes on: what Prometheus stores is compared
// with the very page that it read. Asked for /text, it leaves out what formats Prometheus would accept.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

export interface RecordedPage {
  /** Milliseconds since the epoch: Prometheus dates the samples of a scrape by its start. */
  readonly askedAt: number;
  readonly contentType: string;
  readonly body: string;
}

export interface RecordingRelay {
  /** Host and port. */
  readonly address: string;
  /** The pages that were passed on under a path, in order. */
  readonly pages: (path: string) => readonly RecordedPage[];
  close(): void;
}

export const TEXT_PATH = '/text';
export const OPENMETRICS_PATH = '/openmetrics';

export async function startRecordingRelay(agent: string): Promise<RecordingRelay> {
  const recorded = new Map<string, RecordedPage[]>([
    [TEXT_PATH, []],
    [OPENMETRICS_PATH, []],
  ]);
  const passOn = async ({ url = '', headers }: IncomingMessage, response: ServerResponse) => {
    const askedAt = Date.now();
    const accept = url === OPENMETRICS_PATH ? { accept: headers.accept ?? '' } : {};
    const answer = await fetch(`${agent}/metrics`, { headers: accept });
    const page = {
      askedAt,
      contentType: answer.headers.get('content-type') ?? '',
      body: await answer.text(),
    };
    response.writeHead(answer.status, { 'content-type': page.contentType }).end(page.body);
    recorded.get(url)?.push(page);
  };
  const server = createServer((request, response) => {
    // Prometheus takes it for a failed scrape.
    passOn(request, response).catch(() => response.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') {
    throw new Error('a TCP server has a port');
  }
  return {
    address: `127.0.0.1:${address.port}`,
    pages: (path) => recorded.get(path) ?? [],
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
