// The page of statuses made by hand, served as the agent serves it.
import type { IncidentRecords } from '../../src/incidents/records.js';
import type { Log } from '../../src/log.js';
import { plainWebAccess } from '../../src/web/access/web-access.js';
import type { HttpServer } from '../../src/web/http-server.js';
import type { FleetStatus } from '../../src/web/view/fleet-view.js';
import { startWebServer } from '../../src/web/web-server.js';
import { FakeClock } from '../support/fake-clock.js';
import { NOW } from '../support/node-status-fixture.js';

const SILENT: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** `fleet` is asked at each view. */
export function servePage(fleet: () => FleetStatus, incidents?: IncidentRecords): Promise<HttpServer> {
  const clock = new FakeClock(NOW);
  return startWebServer({
    listenAddress: { host: '127.0.0.1', port: 0 },
    access: plainWebAccess,
    telemetryPath: '/metrics',
    version: '1.2.3',
    exposition: { scrape: async () => [] },
    fleet,
    ready: () => true,
    reload: undefined,
    incidents: () => incidents,
    clock,
    log: SILENT,
  });
}
