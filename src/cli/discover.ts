// The nodes found in the configured projects, as YAML ready for `nodes:`.

import { buildInfo } from '../agent/build-info.js';
import { areComplete, findNodesOnce } from '../agent/find-nodes.js';
import { openLog } from '../agent/open-log.js';
import { ProjectClients } from '../agent/project-clients.js';
import { systemClock } from '../clock.js';
import { loadConfig } from '../config/load-config.js';
import { nodesYaml } from '../config/nodes-yaml.js';
import { AgentMetrics } from '../metrics/agent-metrics.js';
import { type FlagValues, logSettings } from './flags.js';

/** Searches every project, enabled or not; resolves to 1 when one could not be read in full. */
export async function discover(flags: FlagValues): Promise<number> {
  const { config } = loadConfig(flags['config.file'] ?? 'config.yaml', process.env);
  const { log, protect } = openLog(logSettings(flags, config.log));
  protect(config);
  const clients = new ProjectClients({ clock: systemClock, log, observer: new AgentMetrics(buildInfo()) });
  clients.apply(config);
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());

  const found = await findNodesOnce(config.projects, clients, systemClock, stop.signal);
  await clients.close();

  process.stdout.write(nodesYaml([...found].map(([project, { nodes }]) => ({ project, nodes }))));
  return areComplete(found, log) ? 0 : 1;
}
