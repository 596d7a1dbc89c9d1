// Routes requests by their exact path. Nothing of a request is repeated in a response.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { RepeatedLines } from '../repeated-lines.js';
import { OWN_PATHS, type OwnPath } from './paths.js';

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** text/plain unless the headers have another Content-Type. */
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

/** Authentication, rate limit and extra headers, see access/web-access.ts. */
export interface Access {
  /** Never rejects. */
  authorize(request: IncomingMessage): Promise<'allowed' | 'refused' | 'throttled'>;
  /** Set on every response. */
  headers(): Readonly<Record<string, string>>;
  /** The value of `WWW-Authenticate` in a 401. */
  readonly challenge: string;
}

/** Liveness probes of orchestrators have no password. */
const OPEN_TO_ALL: OwnPath = OWN_PATHS.healthy;

const NOT_FOUND: Answer = { status: 404, body: 'not found\n' };
const FAILED: Answer = { status: 500, body: 'internal error\n' };

/** `routes` by path. */
export function createRequestListener(
  routes: ReadonlyMap<string, Route>,
  access: Access,
  lines: RepeatedLines,
): RequestListener {
  return async (request, response) => {
    let result = FAILED;
    try {
      result = (await refusalOf(request, access)) ?? (await answer(request, routes));
    } catch (error) {
      const fields = { error: error instanceof Error ? error.message : String(error) };
      lines.tell('error', 'request', 'failure', 'cannot answer a request', fields);
    }
    send(request, response, { ...result, headers: { ...access.headers(), ...result.headers } });
  };
}

/** Undefined where access is allowed. */
async function refusalOf(request: IncomingMessage, access: Access): Promise<Answer | undefined> {
  if (pathOf(request) === OPEN_TO_ALL) {
    return undefined;
  }
  const verdict = await access.authorize(request);
  if (verdict === 'throttled') {
    return { status: 429, body: 'too many requests\n' };
  }
  if (verdict === 'refused') {
    return { status: 401, headers: { 'WWW-Authenticate': access.challenge }, body: 'unauthorized\n' };
  }
  return undefined;
}

async function answer(request: IncomingMessage, routes: ReadonlyMap<string, Route>): Promise<Answer> {
  const route = routes.get(pathOf(request));
  if (route === undefined) {
    return NOT_FOUND;
  }
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  if (!route.methods.some((allowed) => allowed === method)) {
    const allow = route.methods.flatMap((allowed) => (allowed === 'GET' ? ['GET', 'HEAD'] : [allowed]));
    return { status: 405, headers: { Allow: allow.join(', ') }, body: 'method not allowed\n' };
  }
  return route.answer(request);
}

function pathOf({ url = '' }: IncomingMessage): string {
  // Not `new URL`: it throws at targets such as `//`.
  const [path = ''] = url.split('?', 1);
  return path;
}

function send(request: IncomingMessage, response: ServerResponse, { status, headers, body }: Answer): void {
  const chunks = typeof body === 'string' ? [Buffer.from(body)] : body;
  // No route reads a body: to keep the connection, all of it would have to be read, however large.
  if (!request.complete) {
    response.setHeader('Connection', 'close');
  }
  response.writeHead(status, {
    ...SECURITY_HEADERS,
    'Content-Type': 'text/plain; charset=utf-8',
    ...headers,
    'Content-Length': chunks.reduce((sum, chunk) => sum + chunk.length, 0),
  });
  if (request.method !== 'HEAD') {
    for (const chunk of chunks) {
      response.write(chunk);
    }
  }
  response.end();
}
