// Requests to answers: a fixed set of exact paths. Nothing of a request finds its way into an answer.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Log } from '../log.js';

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text is sent as text/plain, unless the headers say otherwise. */
  readonly body: string | readonly Buffer[];
}

export interface Route {
  /** GET includes HEAD. */
  readonly methods: readonly ('GET' | 'POST' | 'PUT')[];
  answer(request: IncomingMessage): Answer | Promise<Answer>;
}

const SECURITY_HEADERS = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy':
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};

const NOT_FOUND: Answer = { status: 404, body: 'not found\n' };
const FAILED: Answer = { status: 500, body: 'internal error\n' };

/** `routes` by path. */
export function createRequestListener(routes: ReadonlyMap<string, Route>, log: Log): RequestListener {
  return async (request, response) => {
    let result = FAILED;
    try {
      result = await answer(request, routes);
    } catch (error) {
      log.error('cannot answer a request', { error: error instanceof Error ? error.message : String(error) });
    }
    send(request, response, result);
  };
}

async function answer(request: IncomingMessage, routes: ReadonlyMap<string, Route>): Promise<Answer> {
  // Not `new URL`: it throws at targets such as `//`. A target that is no plain path names nothing here.
  const [path = ''] = (request.url ?? '').split('?', 1);
  const route = routes.get(path);
  if (route === undefined) return NOT_FOUND;
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  if (!route.methods.some((allowed) => allowed === method)) {
    const allow = route.methods.flatMap((allowed) => (allowed === 'GET' ? ['GET', 'HEAD'] : [allowed]));
    return { status: 405, headers: { Allow: allow.join(', ') }, body: 'method not allowed\n' };
  }
  return route.answer(request);
}

function send(request: IncomingMessage, response: ServerResponse, { status, headers, body }: Answer): void {
  const chunks = typeof body === 'string' ? [Buffer.from(body)] : body;
  // No route reads a body. Keeping the connection would mean to read it to its end, be it a gigabyte.
  if (!request.complete) response.setHeader('Connection', 'close');
  response.writeHead(status, {
    ...SECURITY_HEADERS,
    'Content-Type': 'text/plain; charset=utf-8',
    ...headers,
    'Content-Length': chunks.reduce((sum, chunk) => sum + chunk.length, 0),
  });
  if (request.method !== 'HEAD') {
    for (const chunk of chunks) response.write(chunk);
  }
  response.end();
}
