// Is the configuration right? Offline; see check-online.ts for what only the API can tell.
import { hostname } from 'node:os';
import { loadConfig } from '../config/load-config.js';
import { capacityOf } from './agent.js';
import type { FlagValues } from './command-line.js';
import { fleetNodes } from './fleet-nodes.js';
import { shardOf } from './shard-flags.js';

/** Prints what is odd; what is wrong is thrown as ConfigErrors, with path and line. */
export async function checkConfig(flags: FlagValues): Promise<number> {
  const shard = shardOf(flags, hostname());
  const path = flags['config.file'] ?? 'config.yaml';
  const { config, warnings } = loadConfig(path, process.env);
  const listed = fleetNodes(config, shard);
  for (const warning of [...warnings, ...capacityOf(config, listed)]) {
    process.stdout.write(`${path}: warning: ${warning}\n`);
  }
  process.stdout.write(`${path}: ok: ${config.projects.length} projects, ${listed.length} nodes listed\n`);
  return 0;
}
