// The routes of the HTTP server: page, API, health, reload and metrics.
import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Clock } from '../clock.js';
import type { NodeStatus } from '../collect/node-store.js';
import type { Exposition } from '../metrics/exposition.js';
import { CONTENT_TYPES } from '../metrics/exposition-text.js';
import { acceptsGzip, negotiateFormat } from '../metrics/negotiate-format.js';
import { viewFleet } from './page/fleet-view.js';
import { PAGE_HEADERS } from './page/layout.js';
import { PAGE_SCRIPT } from './page/page-script.js';
import { PAGES } from './pages.js';
import { OWN_PATHS, type OwnPath } from './paths.js';
import type { Answer, Route } from './router.js';

/** Scrapes being rendered; sending a response costs little and does not count. */
const MAX_SCRAPES_AT_ONCE = 40;

export interface RoutesOptions {
  readonly telemetryPath: string;
  readonly version: string;
  readonly exposition: Pick<Exposition, 'scrape'>;
  readonly nodes: () => readonly NodeStatus[];
  readonly ready: () => boolean;
  /** Rejects with a message for users when the new configuration is invalid; undefined without --web.enable-lifecycle. */
  readonly reload: (() => Promise<void>) | undefined;
  readonly clock: Clock;
}

export function createRoutes(options: RoutesOptions): ReadonlyMap<string, Route> {
  const { telemetryPath, version, exposition, nodes, ready, reload, clock } = options;
  const own = {
    [OWN_PATHS.pageScript]: get(() => ok(PAGE_SCRIPT, { 'Content-Type': 'text/javascript; charset=utf-8' })),
    [OWN_PATHS.nodes]: get((request) => {
      const fleet = `${JSON.stringify(viewFleet(nodes(), clock.monotonic()))}\n`;
      return compressible(request, fleet, { 'Content-Type': 'application/json' });
    }),
    [OWN_PATHS.healthy]: get(() => ok('healthy\n')),
    [OWN_PATHS.ready]: get(() => (ready() ? ok('ready\n') : { status: 503, body: 'not ready\n' })),
    [OWN_PATHS.reload]: { methods: ['POST', 'PUT'], answer: () => answerReload(reload) },
  } satisfies Record<OwnPath, Route>;
  const pages = PAGES.map(({ path, render }): [string, Route] => [
    path,
    get(async (request) => {
      const query = request.url?.split('?', 2)[1] ?? '';
      const content = { statuses: nodes(), clock, version, telemetryPath, query, pages: PAGES };
      return compressible(request, await render(content), PAGE_HEADERS);
    }),
  ]);
  return new Map<string, Route>([
    [telemetryPath, get(scrapeAnswerer(exposition))],
    ...pages,
    ...Object.entries(own),
  ]);
}

function get(answer: Route['answer']): Route {
  return { methods: ['GET'], answer };
}

function ok(body: Answer['body'], headers: Answer['headers'] = {}): Answer {
  return { status: 200, headers, body };
}

const gzipInThread = promisify(gzip);

/** Compressed in a thread: the text differs at each request and has some megabytes at a thousand nodes. */
async function compressible(
  { headers }: IncomingMessage,
  body: string | Buffer,
  answerHeaders: NonNullable<Answer['headers']>,
): Promise<Answer> {
  const varying = { ...answerHeaders, Vary: 'Accept-Encoding' };
  if (!acceptsGzip(headers['accept-encoding'])) {
    return ok(typeof body === 'string' ? body : [body], varying);
  }
  return ok([await gzipInThread(body, { level: 1 })], { ...varying, 'Content-Encoding': 'gzip' });
}

function scrapeAnswerer(
  exposition: RoutesOptions['exposition'],
): (request: IncomingMessage) => Promise<Answer> {
  let scrapes = 0;
  return async ({ headers }) => {
    if (scrapes >= MAX_SCRAPES_AT_ONCE) {
      return { status: 503, headers: { 'Retry-After': '1' }, body: 'too many scrapes at once\n' };
    }
    scrapes++;
    try {
      const format = negotiateFormat(headers.accept);
      const gzip = acceptsGzip(headers['accept-encoding']);
      return ok(await exposition.scrape(format, gzip), {
        'Content-Type': CONTENT_TYPES[format],
        Vary: 'Accept, Accept-Encoding',
        ...(gzip ? { 'Content-Encoding': 'gzip' } : {}),
      });
    } finally {
      scrapes--;
    }
  };
}

async function answerReload(reload: RoutesOptions['reload']): Promise<Answer> {
  if (reload === undefined) {
    return { status: 403, body: 'reloading over HTTP is not enabled\n' };
  }
  try {
    await reload();
    return ok('reloaded\n');
  } catch (error) {
    return { status: 500, body: `${error instanceof Error ? error.message : String(error)}\n` };
  }
}
