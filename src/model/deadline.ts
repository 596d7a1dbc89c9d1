// A deadline for a whole operation: a signal that interrupts it, and the time left to decide whether to wait.
import { setMaxListeners } from 'node:events';
import { type Clock, elapsedMs, later } from '../clock.js';
import { CollectionError } from './failure.js';

export interface Deadline {
  /** Aborts at the deadline with a CollectionError of reason `timeout`, or with its parent's reason. */
  readonly signal: AbortSignal;
  /** Milliseconds, 0 once the deadline has passed. */
  remainingMs(): number;
}

/** A reason of our own: by default each abort creates an error with a stack trace. */
const CLEARED = 'cleared';

/** Aborts after `ms` or together with `parent`. `clear` ends the timer without aborting: call it when done. */
export function startDeadline(clock: Clock, ms: number, parent?: AbortSignal): Deadline & { clear(): void } {
  const endsAt = later(clock.monotonic(), ms);
  const controller = new AbortController();
  const timer = new AbortController();

  const abort = (reason: unknown): void => {
    controller.abort(reason);
    clear();
  };
  const abortWithParent = (): void => abort(parent?.reason);
  const clear = (): void => {
    timer.abort(CLEARED);
    parent?.removeEventListener('abort', abortWithParent);
  };

  if (parent !== undefined) {
    // A parent ends any number of deadlines: Node would warn of a leak at the 11th listener.
    setMaxListeners(0, parent);
    parent.addEventListener('abort', abortWithParent, { once: true });
  }
  if (parent?.aborted) {
    abortWithParent();
  } else {
    clock.sleep(ms, timer.signal).then(
      () => abort(new CollectionError('timeout', `deadline: got no end within ${ms / 1000} s, expected one`)),
      () => {}, // cleared
    );
  }
  return {
    signal: controller.signal,
    remainingMs: () => Math.max(0, elapsedMs(clock.monotonic(), endsAt)),
    clear,
  };
}

/** Settles as `promise` does, but rejects with the signal's reason when it aborts first. */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    const settled = (): void => signal.removeEventListener('abort', abort);
    if (signal.aborted) {
      abort();
    } else {
      signal.addEventListener('abort', abort, { once: true });
    }
    promise.then(resolve, reject).finally(settled);
  });
}
