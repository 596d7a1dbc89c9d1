// The dashboards as the files that Grafana imports.
import { agentHealth } from './agent-health.js';
import { fleetOverview } from './fleet-overview.js';
import { nodeDetail } from './node-detail.js';

/** Text by file name. */
export function dashboardFiles(): Map<string, string> {
  const dashboards = {
    'fleet-overview.json': fleetOverview(),
    'node-detail.json': nodeDetail(),
    'agent-health.json': agentHealth(),
  };
  return new Map(
    Object.entries(dashboards).map(([name, dashboard]) => [name, `${JSON.stringify(dashboard, null, 2)}\n`]),
  );
}
