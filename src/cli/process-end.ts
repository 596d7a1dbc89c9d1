// How the process ends: at a signal, or after an error that no code caught.
import { systemClock } from '../clock.js';
import type { Log } from '../log.js';
import { framesOf } from '../model/failure.js';
import { RepeatedLines } from '../repeated-lines.js';

/** Resolves at the first SIGTERM or SIGINT; a second one ends the process at once. */
export async function untilStopped(log: Log): Promise<void> {
  const lines = new RepeatedLines(log, systemClock);
  process.on('SIGUSR1', () => {
    lines.tell('warn', 'signal', 'SIGUSR1', 'SIGUSR1 ignored: this process has no inspector');
  });
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

/** Why a command failed, as one line of its log. */
export function logFailure(log: Log, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  log.error('ended by an error', { error: message.trimEnd().replaceAll('\n', '; ') });
}

const FRAMES_SHOWN = 5;

/**
 * From now on an uncaught exception or an unhandled rejection ends the process with 1: its state is unknown, and its
 * supervisor starts a new one.
 */
export function endOnUnforeseen(log: Log): void {
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      log.error('ended by an unforeseen error', { event, ...origin(error) });
      process.exit(1);
    });
  }
}

/** Without the message: it may quote a cell or a secret. */
function origin(error: unknown) {
  if (!(error instanceof Error)) {
    return { thrown: typeof error };
  }
  const frames = framesOf(error).slice(0, FRAMES_SHOWN);
  return { thrown: error.constructor.name, thrown_at: frames.join(' < ') };
}
