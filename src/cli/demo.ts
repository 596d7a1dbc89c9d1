// The simulator and the agent together, on request with a Prometheus that scrapes the agent: live metrics with one
// command and no account.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, isIPv6 } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { agentConfig } from '../simulator/agent-config.js';
import { UsageError } from './command-line.js';
import { type FlagValues, listenAddressOf } from './flags.js';
import type { Hangups } from './hangups.js';
import { run } from './run.js';
import { startSimulatedCloud } from './simulate.js';
import { print, printError } from './terminal.js';

/** Starts a Prometheus with the rules and consoles of the package; deletes what it stored when it gets a signal. */
const START_PROMETHEUS = fileURLToPath(new URL('../../deploy/prometheus/try.sh', import.meta.url));

/** Resolves to the exit code once a signal has stopped the agent. */
export async function demo(flags: FlagValues, hangups: Hangups): Promise<number> {
  const { 'with-prometheus': withPrometheus, 'web.telemetry-path': telemetryPath = '/metrics' } = flags;
  if (withPrometheus && flags['web.config.file'] !== undefined) {
    throw new UsageError(
      '--with-prometheus: got --web.config.file too, expected an exporter without a password',
    );
  }
  const listenAddress = listenAddressOf(flags, 'demo');
  const simulator = await startSimulatedCloud(flags, { host: '127.0.0.1', port: 0 });
  const directory = mkdtempSync(path.join(tmpdir(), 'taurusdb-demo-'));
  const configFile = path.join(directory, 'config.yaml');
  writeFileSync(configFile, agentConfig(simulator), { mode: 0o600 });
  // A second signal ends the process without the blocks of `finally`.
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  let prometheus: RunningPrometheus | undefined;
  const agentFlags = { ...flags, 'config.file': configFile, 'web.listen-address': listenAddress };
  try {
    return await run(agentFlags, hangups, async ({ scheme, port }) => {
      const address = `${shownHost(listenAddress.host)}:${port}`;
      print(agentText(`${scheme}://${address}`, telemetryPath, configFile));
      if (withPrometheus) {
        prometheus = await startPrometheus(address, telemetryPath);
      }
    });
  } finally {
    await prometheus?.stop();
    await simulator.close();
  }
}

function shownHost(host = '127.0.0.1'): string {
  return isIPv6(host) ? `[${host}]` : host;
}

interface RunningPrometheus {
  /** Resolves once the process has ended and its data are deleted. */
  stop(): Promise<void>;
}

/** `agent`: host and port. Undefined where the program is not installed: the demo goes on without it. */
async function startPrometheus(agent: string, telemetryPath: string): Promise<RunningPrometheus | undefined> {
  if (!isInstalled('prometheus')) {
    print(WITHOUT_PROMETHEUS);
    return undefined;
  }
  const address = `127.0.0.1:${await freePort()}`;
  print(prometheusText(address));
  const child = spawn('sh', [START_PROMETHEUS, agent, address, telemetryPath], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = once(child, 'exit').catch((error: unknown) => {
    printError(`Prometheus did not start: ${String(error)}\n`);
  });
  const end = () => child.kill('SIGTERM');
  // Also where a second signal ends the process without stop().
  process.once('exit', end);
  return {
    stop: async () => {
      process.off('exit', end);
      end();
      await ended;
    },
  };
}

function isInstalled(program: string): boolean {
  const directories = (process.env.PATH ?? '').split(path.delimiter);
  return directories.some((directory) => isExecutable(path.join(directory, program)));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A TCP port of loopback that is free now; another process may take it before it is used. */
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

function agentText(url: string, telemetryPath: string, configFile: string): string {
  return `A simulated TaurusDB API and the exporter, on loopback only. Open

  ${url}/          the nodes and their sessions
  ${url}${telemetryPath}   what Prometheus scrapes

They change every ten seconds; every two minutes one user floods a node from one host with one statement.
The configuration in use is ${configFile}; Ctrl-C ends the demo.

`;
}

function prometheusText(address: string): string {
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
