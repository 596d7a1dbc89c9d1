// Shared by the commands that call the API once: log, Ctrl-C, the result of discovery.
import { hostname } from 'node:os';
import { type DiscoveryResult, OneShot } from '../agent/one-shot.js';
import { logWarnings, openLog } from '../agent/open-log.js';
import type { Dependencies } from '../agent/wire.js';
import { systemClock } from '../clock.js';
import type { Config } from '../config/config-schema.js';
import type { LoadedConfig } from '../config/load-config.js';
import { FOUND_NO_NODES } from '../discover/discovery-api.js';
import type { Log } from '../log.js';
import { ODD_RECORDS } from '../model/odd-records.js';
import { shardOf } from './command-line.js';
import { type FlagValues, logSettings } from './flags.js';

/** Logs what is odd about the configuration. Ctrl-C aborts it. */
export function openOneShot(
  flags: FlagValues,
  loaded: LoadedConfig,
  configuredLog: Config['log'] = withoutInfo(loaded.config.log),
  observers: Pick<Dependencies, 'onFirstLine'> = {},
): { readonly shot: OneShot; readonly log: Log } {
  const { config } = loaded;
  const { log, protect } = openLog(logSettings(flags, configuredLog));
  protect(config);
  logWarnings(log, loaded);
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  const dependencies = { shard: shardOf(flags, hostname()), clock: systemClock, log, ...observers };
  return { shot: new OneShot(config, dependencies, stop.signal), log };
}

/** What succeeds is in what the command prints. */
function withoutInfo(log: Config['log']): Config['log'] {
  return log.level === 'info' ? { ...log, level: 'warn' } : log;
}

/** Whether every project was discovered in full; logs each failure, and what was left out. */
export function areComplete(discovered: ReadonlyMap<string, DiscoveryResult>, log: Log): boolean {
  for (const [
    project,
    {
      failures,
      odd,
      status: { whyNone },
    },
  ] of discovered) {
    if (whyNone !== undefined) {
      log.warn(`discovery ${FOUND_NO_NODES}`, { project, seen: whyNone });
    }
    if (odd.count > 0) {
      log.warn(`discovery: ${ODD_RECORDS}`, { project, records: odd.count, found: String(odd) });
    }
    for (const { reason, message, details } of failures) {
      log.error('discovery failed', { ...details, project, reason, error: message });
    }
  }
  return [...discovered.values()].every(({ failures }) => failures.length === 0);
}
