// The page of statuses made by hand, served as the agent serves it.
import { createServer } from 'node:http';
import type { NodeStatus } from '../../src/collect/node-store.js';
import type { Log } from '../../src/log.js';
import { type HttpServer, startHttpServer } from '../../src/web/http-server.js';
import { type Access, createRequestListener } from '../../src/web/router.js';
import { createRoutes } from '../../src/web/routes.js';
import { FakeClock } from '../support/fake-clock.js';
import { NOW } from '../support/node-status-fixture.js';

const SILENT: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** `nodes` is asked at each view. */
export function servePage(nodes: () => readonly NodeStatus[]): Promise<HttpServer> {
  const clock = new FakeClock(NOW);
  const routes = createRoutes({
    telemetryPath: '/metrics',
    version: '1.2.3',
    exposition: { scrape: async () => [] },
    nodes,
    ready: () => true,
    reload: undefined,
    clock,
  });
  const access: Access = { authorize: async () => 'allowed', headers: () => ({}), challenge: 'Basic' };
  return startHttpServer({
    listenAddress: { host: '127.0.0.1', port: 0 },
    requestListener: createRequestListener(routes, access, SILENT),
    createServer,
    clock,
    log: SILENT,
  });
}
