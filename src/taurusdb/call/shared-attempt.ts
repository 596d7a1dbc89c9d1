// Something that many ask for and one request answers: a token, the id of a project. All that ask while it is under
// way wait for the same answer; after a failure the next request is put off, longer each time.
import { type Clock, LONG_AGO, later } from '../../clock.js';
import { type Deadline, startDeadline, untilAborted } from '../../model/deadline.js';
import { CollectionError } from '../../model/failure.js';
import { ApiError } from '../errors.js';

/** Longer than one request with its retries takes when all is well; no caller's own deadline ends it for the others. */
const LIMIT_MS = 30_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

export interface SharedAttemptOptions<Value> {
  /** How messages call what is asked for. */
  readonly what: string;
  readonly attempt: (deadline: Deadline) => Promise<Value>;
  readonly clock: Clock;
  /** Ends an attempt that is no longer needed. */
  readonly closing: AbortSignal;
}

export class SharedAttempt<Value> {
  readonly #options: SharedAttemptOptions<Value>;
  #running: Promise<Value> | undefined;
  #failures = 0;
  #pausedUntil = LONG_AGO;
  #lastFailure: unknown;

  constructor(options: SharedAttemptOptions<Value>) {
    this.#options = options;
  }

  get isUnderWay(): boolean {
    return this.#running !== undefined;
  }

  /** Rejects with a CollectionError, or with the signal's reason as soon as it aborts. */
  ask(signal: AbortSignal): Promise<Value> {
    if (this.#running === undefined) {
      if (this.#options.clock.monotonic() < this.#pausedUntil) {
        return Promise.reject(this.#lastFailure);
      }
      this.#running = this.#run().finally(() => {
        this.#running = undefined;
      });
      // Its callers may all have left by the time it fails.
      this.#running.catch(() => {});
    }
    return untilAborted(this.#running, signal);
  }

  async #run(): Promise<Value> {
    const { attempt, clock, closing } = this.#options;
    const deadline = startDeadline(clock, LIMIT_MS, closing);
    try {
      const value = await attempt(deadline);
      this.#failures = 0;
      return value;
    } catch (error) {
      // What never reached a server costs it nothing: a secret that cannot be used may be mended at any time.
      if (error instanceof ApiError) {
        const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#failures);
        this.#failures += 1;
        this.#pausedUntil = later(clock.monotonic(), pauseMs);
      }
      this.#lastFailure = this.#forCallers(error, deadline);
      throw this.#lastFailure;
    } finally {
      deadline.clear();
    }
  }

  /** Not an ApiError any more: the caller's own request was not sent, is not to be repeated and was not refused. */
  #forCallers(error: unknown, { signal }: Deadline): unknown {
    const { what, closing } = this.#options;
    if (error instanceof ApiError) {
      return new CollectionError(error.reason, error.message, error.details);
    }
    if (signal.aborted && error === signal.reason && !closing.aborted) {
      return new CollectionError('timeout', `${what}: got none within ${LIMIT_MS / 1000} s, expected one`);
    }
    return error;
  }
}
