// Collects every node once and prints the result.
import { systemClock } from '../clock.js';
import { loadConfig } from '../config/load-config.js';
import { viewFleet } from '../web/view/fleet-view.js';
import { configFile, type FlagValues } from './flags.js';
import { areComplete, openOneShot } from './open-one-shot.js';
import { nodeSeriesText, nodeTable } from './print-nodes.js';
import { print, printMetrics } from './terminal.js';

/** Resolves to 1 when a collection failed or a discovery is incomplete. */
export async function collect(flags: FlagValues): Promise<number> {
  const { config, warnings } = loadConfig(configFile(flags), process.env);
  const { shot, log } = openOneShot(flags, config);
  for (const warning of warnings) {
    log.warn(warning);
  }
  const discovered = await shot.discover();
  const complete = areComplete(discovered, log);
  const nodes = shot.nodes(discovered);
  const statuses = await shot.collect(nodes);
  await shot.close();

  if (flags.output === 'json') {
    const fleet = { nodes: statuses, projects: shot.projects(discovered, nodes) };
    print(`${JSON.stringify(viewFleet(fleet, systemClock.monotonic()), undefined, 2)}\n`);
  } else if (flags.output === 'prometheus') {
    printMetrics(await nodeSeriesText(shot.wiring));
  } else {
    print(nodeTable(statuses));
  }
  return complete && statuses.every(({ up }) => up) ? 0 : 1;
}
