// Is the configuration right? See check-online.ts for what only the API can tell.
import { hostname } from 'node:os';
import { capacityOf } from '../agent/capacity-of.js';
import { fleetNodes } from '../agent/fleet-nodes.js';
import { openLog } from '../agent/open-log.js';
import { systemClock } from '../clock.js';
import { loadConfig } from '../config/load-config.js';
import { parseWebConfig } from '../config/web-config.js';
import { openWebAccess } from '../web/access/web-access.js';
import { checkOnline } from './check-online.js';
import { type FlagValues, logSettings } from './flags.js';
import { shardOf } from './shard-flags.js';

/**
 * Prints what is odd; what is wrong is thrown as ConfigErrors, with path and line. With `--online` resolves to 1 when
 * the API did not answer as it should.
 */
export async function checkConfig(flags: FlagValues): Promise<number> {
  const shard = shardOf(flags, hostname());
  const path = flags['config.file'] ?? 'config.yaml';
  const { config, warnings } = loadConfig(path, process.env);
  const listed = fleetNodes(config, shard);
  const webConfigFile = flags['web.config.file'];
  if (webConfigFile !== undefined) {
    const { log } = openLog(logSettings(flags, config.log));
    const settings = { parse: parseWebConfig, clock: systemClock, log, onReload: () => {} };
    await openWebAccess(webConfigFile, settings);
    process.stdout.write(`${webConfigFile}: ok\n`);
  }
  const online = flags.online === true;
  for (const warning of [...warnings, ...(online ? [] : capacityOf(config, listed))]) {
    process.stdout.write(`${path}: warning: ${warning}\n`);
  }
  process.stdout.write(`${path}: ok: ${config.projects.length} projects, ${listed.length} nodes listed\n`);
  return !online || (await checkOnline(flags, config, shard)) ? 0 : 1;
}
