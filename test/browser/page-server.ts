// The page of statuses made by hand, served as the agent serves it.
import type { NodeStatus } from '../../src/collect/node-store.js';
import type { Log } from '../../src/log.js';
import { plainWebAccess } from '../../src/web/access/web-access.js';
import type { HttpServer } from '../../src/web/http-server.js';
import { startWebServer } from '../../src/web/web-server.js';
import { FakeClock } from '../support/fake-clock.js';
import { NOW } from '../support/node-status-fixture.js';

const SILENT: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** `nodes` is asked at each view. */
export function servePage(nodes: () => readonly NodeStatus[]): Promise<HttpServer> {
  const clock = new FakeClock(NOW);
  return startWebServer({
    listenAddress: { host: '127.0.0.1', port: 0 },
    access: plainWebAccess,
    telemetryPath: '/metrics',
    version: '1.2.3',
    exposition: { scrape: async () => [] },
    nodes,
    ready: () => true,
    reload: undefined,
    clock,
    log: SILENT,
  });
}
