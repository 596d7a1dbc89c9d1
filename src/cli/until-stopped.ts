// How the process is told to end.
import type { Log } from '../log.js';

/** Resolves at the first SIGTERM or SIGINT; a second one ends the process at once. */
export async function untilStopped(log: Log): Promise<void> {
  // Node would open its inspector, and with it every secret in memory, to whoever may send this signal.
  process.on('SIGUSR1', () => log.warn('SIGUSR1 ignored: this process has no inspector'));
  const signal = await new Promise<NodeJS.Signals>((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) {
      process.once(name, resolve);
    }
  });
  log.info('stopping', { signal });
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.removeAllListeners(name);
    process.on(name, () => {
      log.warn('stopped at once', { signal: name });
      process.exit(1);
    });
  }
}
