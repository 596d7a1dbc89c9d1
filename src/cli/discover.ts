// Discovers the nodes of the configured projects and prints them as YAML for `nodes:`.
import { loadConfig } from '../config/load-config.js';
import { nodesYaml } from '../config/nodes-yaml.js';
import { configSource, type FlagValues } from './flags.js';
import { areComplete, openOneShot } from './open-one-shot.js';
import { print } from './terminal.js';

/** Every project, discovery enabled or not; resolves to 1 when one is incomplete. */
export async function discover(flags: FlagValues): Promise<number> {
  const loaded = loadConfig(await configSource(flags), process.env);
  const { shot, log } = openOneShot(flags, loaded);
  const discovered = await shot.discover(loaded.config.projects);
  await shot.close();

  print(nodesYaml([...discovered].map(([project, { nodes }]) => ({ project, nodes }))));
  return areComplete(discovered, log) ? 0 : 1;
}
