// One collection of every node, printed.
import { hostname } from 'node:os';
import { buildInfo } from '../agent/build-info.js';
import { collectOnce } from '../agent/collect-once.js';
import { areComplete, findNodesOnce } from '../agent/find-nodes.js';
import { fleetNodes } from '../agent/fleet.js';
import { openLog } from '../agent/open-log.js';
import { ProjectClients } from '../agent/project-clients.js';
import { systemClock } from '../clock.js';
import { loadConfig } from '../config/load-config.js';
import { AgentMetrics } from '../metrics/agent-metrics.js';
import { viewFleet } from '../web/page/fleet-view.js';
import { shardOf } from './command-line.js';
import { type FlagValues, logSettings } from './flags.js';
import { nodeTable, storeText } from './print-nodes.js';

/** Resolves to 1 when a node's collection failed, or a project could not be searched in full. */
export async function collect(flags: FlagValues): Promise<number> {
  const shard = shardOf(flags, hostname());
  const { config } = loadConfig(flags['config.file'] ?? 'config.yaml', process.env);
  const { log, protect } = openLog(logSettings(flags, config.log));
  protect(config);
  const clients = new ProjectClients({ clock: systemClock, log, observer: new AgentMetrics(buildInfo()) });
  clients.apply(config);
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());

  const searched = config.projects.filter(({ discovery }) => discovery.enabled);
  const found = await findNodesOnce(searched, clients, systemClock, stop.signal);
  const complete = areComplete(found, log);
  const store = await collectOnce({
    config,
    nodes: fleetNodes(config, shard, (project) => found.get(project)?.nodes ?? []),
    api: clients.api,
    log,
    signal: stop.signal,
  });
  await clients.close();

  const statuses = store.list();
  if (flags.output === 'json') {
    process.stdout.write(`${JSON.stringify(viewFleet(statuses, systemClock.now()), undefined, 2)}\n`);
  } else if (flags.output === 'prometheus') {
    process.stdout.write(await storeText(store));
  } else {
    process.stdout.write(nodeTable(statuses));
  }
  return complete && statuses.every(({ up }) => up) ? 0 : 1;
}
