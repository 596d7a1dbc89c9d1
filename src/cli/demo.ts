// The simulator and the agent together: live metrics with one command and no account.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, isIPv6 } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { UsageError } from './command-line.js';
import type { FlagValues } from './flags.js';
import type { Hangups } from './hangups.js';
import { run } from './run.js';
import { simulatedConfig, startSimulatedCloud } from './simulate.js';

export async function demo(flags: FlagValues, hangups: Hangups): Promise<number> {
  const { 'with-prometheus': withPrometheus, 'web.telemetry-path': telemetryPath = '/metrics' } = flags;
  if (withPrometheus && flags['web.config.file'] !== undefined) {
    throw new UsageError(
      '--with-prometheus: got --web.config.file too, expected an agent without a password',
    );
  }
  const { host, port } = flags['web.listen-address'] ?? { host: '127.0.0.1', port: 10_104 };
  // Prometheus must be told the agent's port before the agent has chosen one.
  const agentPort = withPrometheus && port === 0 ? await freePort() : port;
  const simulator = await startSimulatedCloud(flags, { host: '127.0.0.1', port: 0 });
  const directory = mkdtempSync(path.join(tmpdir(), 'taurusdb-demo-'));
  const configFile = path.join(directory, 'config.yaml');
  writeFileSync(configFile, simulatedConfig(simulator), { mode: 0o600 });
  const shownAddress = `${shownHost(host)}:${agentPort}`;
  let prometheus: DemoPrometheus | undefined;
  try {
    process.stdout.write(invitation(shownAddress, telemetryPath, configFile));
    if (withPrometheus) {
      prometheus = await inviteToPrometheus(shownAddress, telemetryPath);
    }
    return await run(
      { ...flags, 'config.file': configFile, 'web.listen-address': { host, port: agentPort } },
      hangups,
    );
  } finally {
    await prometheus?.stop();
    rmSync(directory, { recursive: true, force: true });
    await simulator.close();
  }
}

function shownHost(host = '127.0.0.1'): string {
  return isIPv6(host) ? `[${host}]` : host;
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

// A Prometheus beside the demo, with the rules and consoles that the package ships: for `demo --with-prometheus`.

// The recipe for a Prometheus to look around in; it deletes what that stored once it gets a signal.
const RECIPE = fileURLToPath(new URL('../../deploy/prometheus/try.sh', import.meta.url));

/** Whether the `prometheus` program can be started. */
export function hasPrometheus(): boolean {
  const directories = (process.env.PATH ?? '').split(path.delimiter);
  return directories.some((directory) => isExecutable(path.join(directory, 'prometheus')));
}

export interface DemoPrometheus {
  /** Resolves once the process has ended and its data are deleted. */
  stop(): Promise<void>;
}

/** Scrapes `exporter`, host and port, from `address`. What it complains about goes to standard error. */
export function startDemoPrometheus(
  exporter: string,
  telemetryPath: string,
  address: string,
): DemoPrometheus {
  const child = spawn('sh', [RECIPE, exporter, address, telemetryPath], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = endOf(child);
  // Also where a second signal ends the demo at once.
  const end = () => child.kill('SIGTERM');
  process.once('exit', end);
  return {
    stop: async () => {
      process.off('exit', end);
      end();
      await ended;
    },
  };
}

async function endOf(child: ChildProcess): Promise<void> {
  try {
    await once(child, 'exit');
  } catch (error) {
    process.stderr.write(`Prometheus did not start: ${String(error)}\n`);
  }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

// A TCP port on loopback for a program that must be told its port before it starts.

/** Free when asked; another process may take it before it is used. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') {
    throw new Error(
      `listening on a port: got the address ${JSON.stringify(address)}, expected one with a port`,
    );
  }
  return address.port;
}
