// The server of a candidate: it is scraped by the benchmark's own process, so that only its own work is in its way.
import { createServer } from 'node:http';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { gunzipSync } from 'node:zlib';

/** The chunks of an answer. */
export type Scrape = (gzip: boolean) => Promise<readonly Buffer[]>;

const DELAY_RESOLUTION_MS = 5;

/** Resolves to the port. */
export async function serve(scrape: Scrape): Promise<number> {
  const server = createServer(async (request, response) => {
    const gzip = request.headers['accept-encoding'] === 'gzip';
    const chunks = await scrape(gzip);
    response.setHeader(
      'Content-Length',
      chunks.reduce((sum, { length }) => sum + length, 0),
    );
    for (const chunk of chunks) {
      response.write(chunk);
    }
    response.end();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const delay = monitorEventLoopDelay({ resolution: DELAY_RESOLUTION_MS });

/** The longest that the event loop was held up since the last call; its timer's own interval is taken off. */
export function longestBlockMs(): number {
  const longest = delay.max / 1e6 - DELAY_RESOLUTION_MS;
  delay.reset();
  delay.enable();
  return Math.max(0, longest);
}

/** How many series the answers hold, told both ways. */
export async function countSeries(scrape: Scrape): Promise<readonly number[]> {
  const texts = [Buffer.concat(await scrape(false)), gunzipSync(Buffer.concat(await scrape(true)))];
  return texts.map(
    (text) =>
      text
        .toString()
        .split('\n')
        .filter((line) => line !== '' && line[0] !== '#').length,
  );
}
