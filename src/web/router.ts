// Routes requests by their exact path, or by the folder that it is in, after all that can refuse them. Nothing of a request is repeated in a
// response.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { RepeatedLines } from '../repeated-lines.js';
import { isFromAnotherSite, isLoopbackHost } from './foreign-pages.js';
import { OWN_PATHS } from './paths.js';
import { type RequestTarget, readTarget } from './request-target.js';

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** text/plain unless the headers have another Content-Type. */
  readonly body: string | readonly Buffer[];
}

export interface Route {
  /** GET includes HEAD. */
  readonly methods: readonly ('GET' | 'POST' | 'PUT')[];
  /** How many answers may be under way before this one: at more it is 503. Sending costs little and does not count. */
  readonly maxUnderWay: number;
  answer(request: IncomingMessage, target: RequestTarget): Answer | Promise<Answer>;
}

export interface Routes {
  readonly byPath: ReadonlyMap<string, Route>;
  /** By folder, with the slash at its end: they answer for every path in it, and read from it what is asked for. */
  readonly byFolder: ReadonlyMap<string, Route>;
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
  readonly scheme: 'http' | 'https';
}

export interface RouterOptions {
  readonly access: Access;
  /** Whether the server listens on a loopback address, and so is not meant for other hosts' names. */
  readonly isOnLoopback: () => boolean;
  readonly lines: RepeatedLines;
}

/** Probes of orchestrators have no password, and may send any Host. */
const PROBES: readonly string[] = [OWN_PATHS.healthy, OWN_PATHS.ready];

const MALFORMED: Answer = { status: 400, body: 'bad request: expected one host\n' };
const NOT_LOOPBACK: Answer = {
  status: 421,
  body: 'misdirected request: this is a loopback address, expected a Host that names one, such as localhost\n',
};
const FROM_ANOTHER_SITE: Answer = { status: 403, body: 'forbidden: sent by a page of another site\n' };
export const BUSY: Answer = {
  status: 503,
  headers: { 'Retry-After': '1' },
  body: 'too many requests at once\n',
};
export const NOT_FOUND: Answer = { status: 404, body: 'not found\n' };
const FAILED: Answer = { status: 500, body: 'internal error\n' };

export function createRequestListener(
  routes: Routes,
  { access, isOnLoopback, lines }: RouterOptions,
): RequestListener {
  let underWay = 0;

  async function answer(request: IncomingMessage): Promise<Answer> {
    const target = readTarget(request);
    if (target === undefined) {
      return MALFORMED;
    }
    const { path, authority, isAbsolute } = target;
    if (!PROBES.includes(path)) {
      // A page whose name was turned to this address has the browser ask for a path.
      if (isOnLoopback() && !isAbsolute && authority !== undefined && !isLoopbackHost(authority)) {
        return NOT_LOOPBACK;
      }
      const refusal = await refusalOf(request, access);
      if (refusal !== undefined) {
        return refusal;
      }
    }
    const route = routeOf(routes, path);
    if (route === undefined) {
      return NOT_FOUND;
    }
    const method = request.method === 'HEAD' ? 'GET' : request.method;
    if (!route.methods.some((allowed) => allowed === method)) {
      const allow = route.methods.flatMap((allowed) => (allowed === 'GET' ? ['GET', 'HEAD'] : [allowed]));
      return { status: 405, headers: { Allow: allow.join(', ') }, body: 'method not allowed\n' };
    }
    if (method !== 'GET' && isFromAnotherSite(request.headers, authority, access.scheme)) {
      return FROM_ANOTHER_SITE;
    }
    if (underWay >= route.maxUnderWay) {
      return BUSY;
    }
    underWay++;
    try {
      return await route.answer(request, target);
    } finally {
      underWay--;
    }
  }

  return async (request, response) => {
    let result = FAILED;
    try {
      result = await answer(request);
    } catch (error) {
      const fields = { error: error instanceof Error ? error.message : String(error) };
      lines.tell('error', 'request', 'failure', 'cannot answer a request', fields);
    }
    send(request, response, { ...result, headers: { ...access.headers(), ...result.headers } });
  };
}

/** As the path is written: nothing of it is decoded, and no dot leads up. */
function routeOf({ byPath, byFolder }: Routes, path: string): Route | undefined {
  return byPath.get(path) ?? byFolder.get(path.slice(0, path.lastIndexOf('/') + 1));
}

/** Undefined where access is allowed. */
async function refusalOf(request: IncomingMessage, access: Access): Promise<Answer | undefined> {
  const verdict = await access.authorize(request);
  if (verdict === 'throttled') {
    return { status: 429, body: 'too many requests\n' };
  }
  if (verdict === 'refused') {
    return { status: 401, headers: { 'WWW-Authenticate': access.challenge }, body: 'unauthorized\n' };
  }
  return undefined;
}

function send(request: IncomingMessage, response: ServerResponse, { status, headers, body }: Answer): void {
  const chunks = typeof body === 'string' ? [Buffer.from(body)] : body;
  // No route reads a body: to keep the connection, all of it would have to be read, however large.
  if (!request.complete) {
    response.setHeader('Connection', 'close');
  }
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  // With 304 they would be those of what the client has.
  const ofBody = { 'Content-Type': 'text/plain; charset=utf-8', ...headers, 'Content-Length': length };
  response.writeHead(status, { ...SECURITY_HEADERS, ...(status === 304 ? headers : ofBody) });
  response.cork();
  if (request.method !== 'HEAD') {
    for (const chunk of chunks) {
      response.write(chunk);
    }
  }
  response.end();
}
