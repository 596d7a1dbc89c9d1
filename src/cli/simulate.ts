// A TaurusDB API on loopback, for trying things out.

import { openLog } from '../agent/open-log.js';
import { parseListenAddress } from '../config/listen-address.js';
import { type FlagValues, logSettings } from './flags.js';
import { simulatedConfig, startSimulatedCloud } from './start-simulated-cloud.js';
import { untilStopped } from './until-stopped.js';

/** Prints a configuration for it; resolves once a signal has stopped it. */
export async function simulate(flags: FlagValues): Promise<number> {
  const { log } = openLog(logSettings(flags));
  const { host = '127.0.0.1', port } = parseListenAddress(flags['web.listen-address'] ?? '127.0.0.1:10105');
  const simulator = await startSimulatedCloud(flags, { host, port });
  process.stdout.write(simulatedConfig(simulator));
  log.info('simulated TaurusDB API listening', { url: simulator.url });
  await untilStopped(log);
  await simulator.close();
  return 0;
}
