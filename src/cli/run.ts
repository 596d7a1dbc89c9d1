// Runs the agent as a process: configuration file, signals, end.
import { hostname } from 'node:os';
import { type Agent, startAgent } from '../agent/agent.js';
import { logWarnings, type OpenedLog, openLog } from '../agent/open-log.js';
import { Reloader } from '../agent/reloader.js';
import { systemClock } from '../clock.js';
import { type LoadedConfig, loadConfig } from '../config/load-config.js';
import { parseWebConfig } from '../config/web/web-config.js';
import type { ConfigSource } from '../config/yaml/config-source.js';
import type { Shard } from '../discover/shard.js';
import { openWebAccess, plainWebAccess } from '../web/access/web-access.js';
import { shardOf } from './command-line.js';
import { configSource, type FlagValues, logSettings } from './flags.js';
import type { Hangups } from './hangups.js';
import { endOnUnforeseen, logFailure, untilStopped } from './process-end.js';

/** Calls `onListening` once the agent serves; resolves to the exit code once a signal has stopped it. */
export async function run(
  flags: FlagValues,
  hangups: Hangups,
  onListening: (at: { readonly scheme: string; readonly port: number }) => Promise<void> = async () => {},
): Promise<number> {
  const shard = shardOf(flags, hostname());
  const source = await configSource(flags);
  const loaded = loadConfig(source, process.env);
  const { config } = loaded;
  const settings = logSettings(flags, config.log);
  const { log, protect } = openLog(settings);
  protect(config);
  endOnUnforeseen(log);
  try {
    return await serve(flags, { shard, source, loaded, log, protect }, hangups, onListening);
  } catch (error) {
    if (settings.format !== 'json') {
      throw error;
    }
    logFailure(log, error);
    return 1;
  }
}

interface Opened extends OpenedLog {
  readonly shard: Shard;
  readonly source: ConfigSource;
  readonly loaded: LoadedConfig;
}

async function serve(
  flags: FlagValues,
  { shard, source, loaded, log, protect }: Opened,
  hangups: Hangups,
  onListening: (at: { readonly scheme: string; readonly port: number }) => Promise<void>,
): Promise<number> {
  const { config } = loaded;
  logWarnings(log, loaded);

  let agent: Agent | undefined;
  let inForce = config;
  const reloader = new Reloader({
    load: () => loadConfig(source, process.env),
    current: config,
    log,
    apply: (next) => {
      if (agent === undefined) {
        throw new Error('reload: the exporter is still starting; ask again');
      }
      protect(next);
      try {
        agent.apply(next);
      } catch (error) {
        protect(inForce);
        throw error;
      }
      inForce = next;
    },
    done: (success) => agent?.noteReload('configuration', success),
  });
  const webConfigFile = flags['web.config.file'];
  const access =
    webConfigFile === undefined
      ? plainWebAccess
      : await openWebAccess(webConfigFile, {
          parse: parseWebConfig,
          clock: systemClock,
          log,
          onReload: (success) => agent?.noteReload('web configuration', success),
        });
  const starting = startAgent(config, {
    shard,
    listenAddress: flags['web.listen-address'] ?? config.web.listen_address,
    telemetryPath: flags['web.telemetry-path'] ?? config.web.telemetry_path,
    externalUrl: config.web.external_url,
    access,
    reload: flags['web.enable-lifecycle'] === true ? () => reloader.reload() : undefined,
    clock: systemClock,
    log,
  });
  // Before the agent has started: by default these signals end the process at once.
  const stopped = untilStopped(log);
  agent = await starting;
  agent.noteReload('configuration', true);
  const { address, port } = agent.address;
  const { scheme } = access;
  await onListening({ scheme, port });
  log.info('listening', {
    address,
    port,
    scheme,
    file: source.name,
    shard: `${shard.index}/${shard.total}`,
  });
  hangups.follow(() => {
    // The log has the reason of a failure.
    reloader.reload().catch(() => {});
  });

  await stopped;
  await agent.stop();
  log.info('stopped');
  return 0;
}
