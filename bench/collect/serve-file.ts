// The API as the benchmark of collections needs it: every task is finished at once, and its result is one file. In a
// process of its own, so that serving does not count as collecting.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

/** Resolves to the port. */
export async function run(file: string): Promise<number> {
  const csv = readFileSync(file);
  const server = createServer((request, response) => {
    request.resume();
    const { method, url = '' } = request;
    if (url.includes('realtime-session-result')) {
      response.writeHead(200, { 'Content-Type': 'text/csv', 'Content-Length': csv.length });
      response.end(csv);
    } else {
      response.setHeader('Content-Type', 'application/json');
      response.end(JSON.stringify(method === 'POST' ? { request_id: 'task' } : { status: 'finished' }));
    }
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
