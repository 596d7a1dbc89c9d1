// Collects every node once and prints the result.
import { loadConfig } from '../config/load-config.js';
import { configSource, type FlagValues, outputOf } from './flags.js';
import { areComplete, openOneShot } from './open-one-shot.js';
import { printNodes } from './print-nodes.js';

/** Resolves to 1 when a collection failed or a discovery is incomplete. */
export async function collect(flags: FlagValues): Promise<number> {
  const loaded = loadConfig(await configSource(flags), process.env);
  const { shot, log } = openOneShot(flags, loaded);
  const discovered = await shot.discover();
  const complete = areComplete(discovered, log);
  const nodes = shot.nodes(discovered);
  const statuses = await shot.collect(nodes);
  await shot.close();

  await printNodes(shot.wiring, outputOf(flags, 'collect'), shot.projects(discovered, nodes));
  return complete && statuses.every(({ up }) => up) ? 0 : 1;
}
