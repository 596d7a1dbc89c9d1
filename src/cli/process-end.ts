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

// What nobody caught: its state is unknown, so the process says where it came from and ends, for its supervisor to
// start it again. An agent that limps on would be a quieter failure, not a smaller one.

const FRAMES_SHOWN = 5;

/** From now on an uncaught exception or an unhandled rejection ends the process with 1. */
export function endOnUnforeseen(log: Log): void {
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      log.error('ended by an unforeseen error', { event, ...origin(error) });
      process.exit(1);
    });
  }
}

/** Without the message, which nobody has checked: it may quote a cell or a secret. */
function origin(error: unknown) {
  if (!(error instanceof Error)) {
    return { thrown: typeof error };
  }
  const frames = [...(error.stack ?? '').matchAll(/^ {4}at (.+)$/gmu)].map(([, frame]) => frame);
  return { thrown: error.constructor.name, thrown_at: frames.slice(0, FRAMES_SHOWN).join(' < ') };
}
