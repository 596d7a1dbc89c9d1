// The simulator and the agent together: live metrics with one command and no account.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { UsageError } from './command-line.js';
import { type DemoPrometheus, hasPrometheus, startDemoPrometheus } from './demo-prometheus.js';
import type { FlagValues } from './flags.js';
import { freePort } from './free-port.js';
import { run } from './run.js';
import { simulatedConfig, startSimulatedCloud } from './start-simulated-cloud.js';

export async function demo(flags: FlagValues): Promise<number> {
  const { 'with-prometheus': withPrometheus, 'web.telemetry-path': telemetryPath = '/metrics' } = flags;
  if (withPrometheus && flags['web.config.file'] !== undefined) {
    throw new UsageError(
      '--with-prometheus: got --web.config.file too, expected an agent without a password',
    );
  }
  const listenAddress = flags['web.listen-address'] ?? '127.0.0.1:10104';
  // Prometheus must be told the agent's port before the agent has chosen one.
  const agentAddress = withPrometheus ? listenAddress.replace(/:0$/u, `:${await freePort()}`) : listenAddress;
  const simulator = await startSimulatedCloud(flags, { host: '127.0.0.1', port: 0 });
  const directory = mkdtempSync(path.join(tmpdir(), 'taurusdb-demo-'));
  const configFile = path.join(directory, 'config.yaml');
  writeFileSync(configFile, simulatedConfig(simulator), { mode: 0o600 });
  const shownAddress = agentAddress.replace(/^:/u, '127.0.0.1:');
  let prometheus: DemoPrometheus | undefined;
  try {
    process.stdout.write(invitation(shownAddress, telemetryPath, configFile));
    if (withPrometheus) {
      prometheus = await inviteToPrometheus(shownAddress, telemetryPath);
    }
    return await run({ ...flags, 'config.file': configFile, 'web.listen-address': agentAddress });
  } finally {
    await prometheus?.stop();
    rmSync(directory, { recursive: true, force: true });
    await simulator.close();
  }
}

/** Undefined where the program is not installed: the demo is worth seeing without. */
async function inviteToPrometheus(
  exporter: string,
  telemetryPath: string,
): Promise<DemoPrometheus | undefined> {
  if (!hasPrometheus()) {
    process.stdout.write(WITHOUT_PROMETHEUS);
    return undefined;
  }
  const address = `127.0.0.1:${await freePort()}`;
  process.stdout.write(prometheusInvitation(address));
  return startDemoPrometheus(exporter, telemetryPath, address);
}

function invitation(address: string, telemetryPath: string, configFile: string): string {
  return `A simulated TaurusDB API and the agent, on loopback alone. Open

  http://${address}/          the nodes and their sessions
  http://${address}${telemetryPath}   what Prometheus scrapes

They change every ten seconds; every two minutes one user floods a node from one host.
The configuration in use is ${configFile}; Ctrl-C ends the demo.

`;
}

function prometheusInvitation(address: string): string {
  return `A Prometheus scrapes it every five seconds. Open

  http://${address}/consoles/taurusdb-fleet.html   the nodes, what is usual for them, and the alerts that fire
  http://${address}/graph                          any query

Alerts on sessions fire five seconds after their condition holds, once Prometheus has seen for a minute or so what is
usual. What it stores is deleted when the demo ends.

`;
}

const WITHOUT_PROMETHEUS = `No program "prometheus" on the PATH: the demo goes on without. Debian and Ubuntu have it in the package prometheus,
others at https://prometheus.io/download/.

`;
