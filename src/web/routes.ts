// The routes of the HTTP server: pages, API, health, reload and metrics.
import type { IncomingMessage } from 'node:http';
import type { Clock } from '../clock.js';
import type { IncidentRecords } from '../incidents/records.js';
import type { Exposition } from '../metrics/exposition.js';
import { CONTENT_TYPES } from '../metrics/exposition-text.js';
import { acceptsGzip, negotiateFormat } from '../metrics/negotiate-format.js';
import { conditional } from './conditional-answer.js';
import { INCIDENTS_DISABLED, incidentRoutes } from './incident-routes.js';
import { PAGE_HEADERS } from './page/layout.js';
import { renderNodesJson } from './page/nodes-json.js';
import { pathWith } from './page/page-query.js';
import { PAGE_SCRIPT } from './page/page-script.js';
import { PAGES } from './pages.js';
import { INCIDENTS_PATH, OWN_PATHS, type OwnPath } from './paths.js';
import { type Chunks, Renderings } from './renderings.js';
import { type Answer, BUSY, type Route, type Routes } from './router.js';
import type { FleetStatus } from './view/fleet-view.js';

const MAX_UNDER_WAY = 40;
/** The rest is kept for scrapes: visitors of the page must not keep Prometheus out. */
const MAX_OTHERS_UNDER_WAY = 32;
/** Costs nothing, and an orchestrator that is not answered ends the process. */
const ALWAYS = Number.POSITIVE_INFINITY;

export interface RoutesOptions {
  readonly telemetryPath: string;
  readonly version: string;
  readonly exposition: Pick<Exposition, 'scrape'>;
  /** The same arrays until something changes. */
  readonly fleet: () => FleetStatus;
  /** True, or what is waited for. */
  readonly ready: () => true | string;
  /** Rejects with a message for users when the new configuration is invalid; undefined without --web.enable-lifecycle. */
  readonly reload: (() => Promise<void>) | undefined;
  /** Asked for each answer; undefined where incidents are disabled. */
  readonly incidents: () => IncidentRecords | undefined;
  readonly clock: Clock;
}

export function createRoutes(options: RoutesOptions): Routes {
  const { telemetryPath, version, exposition, fleet, ready, reload, incidents, clock } = options;
  const renderings = new Renderings(fleet, clock);
  /** Of what an address asks for: apart, so that it neither replaces what is kept for all others nor has it wait. */
  const particular = new Renderings(fleet, clock);
  const shown = async (
    from: Renderings,
    request: IncomingMessage,
    kind: string,
    headers: NonNullable<Answer['headers']>,
    render: (fleet: FleetStatus) => Promise<Chunks>,
  ): Promise<Answer> => {
    const gzip = acceptsGzip(request.headers['accept-encoding']);
    const chunks = await from.get(kind, gzip, render);
    if (chunks === undefined) {
      return BUSY;
    }
    const encoding = gzip ? { 'Content-Encoding': 'gzip' } : {};
    return ok(chunks, { ...headers, Vary: 'Accept-Encoding', ...encoding });
  };
  /** What there is to be shown: a page without incidents would lead nowhere. */
  const pagesNow = () =>
    incidents() === undefined ? PAGES.filter(({ path }) => path !== INCIDENTS_PATH) : PAGES;
  const ofIncidents = incidentRoutes({
    incidents,
    texts: () => fleet().statementTexts,
    nodes: () => fleet().nodes,
    layout: () => ({ version, telemetryPath, pages: pagesNow() }),
    mayRecord: reload !== undefined,
  });
  const own = {
    [OWN_PATHS.pageScript]: get(MAX_OTHERS_UNDER_WAY, () =>
      ok(PAGE_SCRIPT, { 'Content-Type': 'text/javascript; charset=utf-8' }),
    ),
    [OWN_PATHS.nodes]: get(MAX_OTHERS_UNDER_WAY, (request) =>
      shown(renderings, request, OWN_PATHS.nodes, { 'Content-Type': 'application/json' }, (now) =>
        renderNodesJson(now, clock),
      ),
    ),
    [OWN_PATHS.incidents]: { ...ofIncidents.list, maxUnderWay: MAX_OTHERS_UNDER_WAY },
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
  const pages = PAGES.map(({ path, readQuery, render, isStill }): [string, Route] => [
    path,
    get(MAX_OTHERS_UNDER_WAY, async (request, target) => {
      const pages = pagesNow();
      if (!pages.some((page) => page.path === path)) {
        return INCIDENTS_DISABLED;
      }
      const query = readQuery(target.query, fleet());
      const from = query.q === '' && query.open === '' && query.node === '' ? renderings : particular;
      const answer = await shown(from, request, pathWith(path, query), PAGE_HEADERS, (now) =>
        render({ fleet: now, clock, version, telemetryPath, query, pages }),
      );
      return isStill ? conditional(request, answer) : answer;
    }),
  ]);
  return {
    byPath: new Map<string, Route>([
      [telemetryPath, get(MAX_UNDER_WAY, (request) => answerScrape(exposition, request))],
      ...pages,
      ...Object.entries(own),
    ]),
    byFolder: new Map(
      Object.entries(ofIncidents.folders).map(([folder, answer]) => [
        folder,
        get(MAX_OTHERS_UNDER_WAY, answer),
      ]),
    ),
  };
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
