// Something that many ask for and one request answers: a token, the id of a project. Whoever asks while it is under
// way waits for the same answer; after a failure the next request is put off, longer each time.
import type { Clock } from '../../clock.js';
import { type Deadline, startDeadline, untilAborted } from '../../model/deadline.js';
import { CollectionError } from '../../model/failure.js';
import { ApiError } from '../errors.js';

/** Longer than one request with its retries takes when all is well; nobody's own deadline ends it for the others. */
const LIMIT_MS = 30_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

export interface SharedAttemptOptions<Value> {
  /** How messages call what is asked for. */
  readonly what: string;
  readonly attempt: (deadline: Deadline) => Promise<Value>;
  readonly clock: Clock;
  /** Ends an attempt that nobody needs any more. */
  readonly closing: AbortSignal;
}

/** The function returned rejects with a CollectionError, or with the signal's reason as soon as it aborts. */
export function createSharedAttempt<Value>({
  what,
  attempt,
  clock,
  closing,
}: SharedAttemptOptions<Value>): (signal: AbortSignal) => Promise<Value> {
  let running: Promise<Value> | undefined;
  let failures = 0;
  let pausedUntil = Number.NEGATIVE_INFINITY;
  let lastFailure: unknown;

  async function run(): Promise<Value> {
    const deadline = startDeadline(clock, LIMIT_MS, closing);
    try {
      const value = await attempt(deadline);
      failures = 0;
      return value;
    } catch (error) {
      // What never reached a server costs it nothing: a secret that cannot be used may be mended at any time.
      if (error instanceof ApiError) {
        failures += 1;
        pausedUntil = clock.monotonic() + Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - 1));
      }
      lastFailure = forCallers(error, deadline);
      throw lastFailure;
    } finally {
      deadline.clear();
    }
  }

  /** Not an ApiError any more: the caller's own request was not sent, is not to be repeated and was not refused. */
  function forCallers(error: unknown, { signal }: Deadline): unknown {
    if (error instanceof ApiError) {
      return new CollectionError(error.reason, error.message, error.details);
    }
    if (signal.aborted && error === signal.reason && !closing.aborted) {
      return new CollectionError('timeout', `${what}: got none within ${LIMIT_MS / 1000} s, expected one`);
    }
    return error;
  }

  return (signal) => {
    if (running === undefined) {
      if (clock.monotonic() < pausedUntil) {
        return Promise.reject(lastFailure);
      }
      running = run().finally(() => {
        running = undefined;
      });
      // Nobody may be waiting any more when it fails.
      running.catch(() => {});
    }
    return untilAborted(running, signal);
  };
}
