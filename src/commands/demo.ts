// The simulator and the agent together: live metrics with one command and no account.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { FlagValues } from './flags.js';
import { run } from './run.js';
import { simulatedConfig, startSimulatedCloud } from './start-simulated-cloud.js';

export async function demo(flags: FlagValues): Promise<number> {
  const listenAddress = flags['web.listen-address'] ?? '127.0.0.1:10104';
  const simulator = await startSimulatedCloud(flags, { host: '127.0.0.1', port: 0 });
  const directory = mkdtempSync(path.join(tmpdir(), 'taurusdb-demo-'));
  const configFile = path.join(directory, 'config.yaml');
  writeFileSync(configFile, simulatedConfig(simulator), { mode: 0o600 });
  try {
    process.stdout.write(
      invitation(listenAddress.replace(/^:/u, '127.0.0.1:'), flags['web.telemetry-path'], configFile),
    );
    return await run({ ...flags, 'config.file': configFile, 'web.listen-address': listenAddress });
  } finally {
    rmSync(directory, { recursive: true, force: true });
    await simulator.close();
  }
}

function invitation(address: string, telemetryPath = '/metrics', configFile: string): string {
  return `A simulated TaurusDB API and the agent, on loopback alone. Open

  http://${address}/          the nodes and their sessions
  http://${address}${telemetryPath}   what Prometheus scrapes

They change every ten seconds; every two minutes one user floods a node from one host.
The configuration in use is ${configFile}; Ctrl-C ends the demo.

`;
}
