// A Prometheus beside the demo, with the rules and consoles that the package ships: for `demo --with-prometheus`.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

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
