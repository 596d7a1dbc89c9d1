// The routes of the HTTP server: page, API, health, reload and metrics.
import type { IncomingMessage } from 'node:http';
import type { Clock } from '../clock.js';
import type { NodeStatus } from '../collect/node-store.js';
import type { Exposition } from '../metrics/exposition.js';
import { CONTENT_TYPES } from '../metrics/exposition-text.js';
import { acceptsGzip, negotiateFormat } from '../metrics/negotiate-format.js';
import { PAGE_HEADERS } from './page/layout.js';
import { renderNodesJson } from './page/nodes-json.js';
import { PAGE_SCRIPT } from './page/page-script.js';
import { PAGES } from './pages.js';
import { OWN_PATHS, type OwnPath } from './paths.js';
import { type Chunks, Renderings } from './renderings.js';
import type { Answer, Route } from './router.js';

const MAX_UNDER_WAY = 40;
/** The rest is kept for scrapes: visitors of the page must not keep Prometheus out. */
const MAX_OTHERS_UNDER_WAY = 32;
/** Costs nothing, and an orchestrator that is not answered ends the process. */
const ALWAYS = Number.POSITIVE_INFINITY;

export interface RoutesOptions {
  readonly telemetryPath: string;
  readonly version: string;
  readonly exposition: Pick<Exposition, 'scrape'>;
  readonly nodes: () => readonly NodeStatus[];
  /** True, or what is waited for. */
  readonly ready: () => true | string;
  /** Rejects with a message for users when the new configuration is invalid; undefined without --web.enable-lifecycle. */
  readonly reload: (() => Promise<void>) | undefined;
  readonly clock: Clock;
}

export function createRoutes(options: RoutesOptions): ReadonlyMap<string, Route> {
  const { telemetryPath, version, exposition, nodes, ready, reload, clock } = options;
  const renderings = new Renderings(nodes, clock);
  const shown = async (
    request: IncomingMessage,
    kind: string,
    headers: NonNullable<Answer['headers']>,
    render: (statuses: readonly NodeStatus[]) => Promise<Chunks>,
  ): Promise<Answer> => {
    const gzip = acceptsGzip(request.headers['accept-encoding']);
    const chunks = await renderings.get(kind, gzip, render);
    const encoding = gzip ? { 'Content-Encoding': 'gzip' } : {};
    return ok(chunks, { ...headers, Vary: 'Accept-Encoding', ...encoding });
  };
  const own = {
    [OWN_PATHS.pageScript]: get(MAX_OTHERS_UNDER_WAY, () =>
      ok(PAGE_SCRIPT, { 'Content-Type': 'text/javascript; charset=utf-8' }),
    ),
    [OWN_PATHS.nodes]: get(MAX_OTHERS_UNDER_WAY, (request) =>
      shown(request, OWN_PATHS.nodes, { 'Content-Type': 'application/json' }, (statuses) =>
        renderNodesJson(statuses, clock),
      ),
    ),
    [OWN_PATHS.healthy]: get(ALWAYS, () => ok('healthy\n')),
    [OWN_PATHS.ready]: get(ALWAYS, () => {
      const readiness = ready();
      return readiness === true ? ok('ready\n') : { status: 503, body: `not ready: ${readiness}\n` };
    }),
    [OWN_PATHS.reload]: {
      methods: ['POST', 'PUT'],
      maxUnderWay: MAX_OTHERS_UNDER_WAY,
      answer: () => answerReload(reload),
    },
  } satisfies Record<OwnPath, Route>;
  const pages = PAGES.map(({ path, normalize, render }): [string, Route] => [
    path,
    get(MAX_OTHERS_UNDER_WAY, (request, target) => {
      const query = normalize(target.query, nodes());
      return shown(request, `${path}?${query}`, PAGE_HEADERS, (statuses) =>
        render({ statuses, clock, version, telemetryPath, query, pages: PAGES }),
      );
    }),
  ]);
  return new Map<string, Route>([
    [telemetryPath, get(MAX_UNDER_WAY, (request) => answerScrape(exposition, request))],
    ...pages,
    ...Object.entries(own),
  ]);
}

function get(maxUnderWay: number, answer: Route['answer']): Route {
  return { methods: ['GET'], maxUnderWay, answer };
}

function ok(body: Answer['body'], headers: Answer['headers'] = {}): Answer {
  return { status: 200, headers, body };
}

async function answerScrape(
  exposition: RoutesOptions['exposition'],
  { headers }: IncomingMessage,
): Promise<Answer> {
  const format = negotiateFormat(headers.accept);
  const gzip = acceptsGzip(headers['accept-encoding']);
  return ok(await exposition.scrape(format, gzip), {
    'Content-Type': CONTENT_TYPES[format],
    Vary: 'Accept, Accept-Encoding',
    ...(gzip ? { 'Content-Encoding': 'gzip' } : {}),
  });
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
