// The layer that repeats a call which failed in a way that may pass: exponential backoff with full jitter, on top of
// the wait that the API asked for, and never past the deadline.
import type { Clock } from '../../clock.js';
import { type Log, logSeconds } from '../../log.js';
import type { ApiObserver } from '../../model/api-observer.js';
import type { Deadline } from '../../model/deadline.js';
import type { CollectionError } from '../../model/failure.js';
import { ApiError } from '../errors.js';
import type { Layer } from './api-call.js';

const BASE_MS = 500;
const CAP_MS = 8_000;

export interface RepeatOptions {
  readonly project: string;
  readonly maxRetries: number;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly observer: ApiObserver;
  readonly log: Log;
}

export function repeatFailed(options: RepeatOptions): Layer {
  const { project, maxRetries, clock, random, observer, log } = options;
  return (next) => (call, deadline, read) => {
    const isRead = call.isRead ?? call.method === 'GET';
    const onRetry = (error: ApiError, waitMs: number): void => {
      observer.retry(project, call.operation);
      log.debug('repeating a request', {
        ...error.details,
        project,
        reason: error.reason,
        error: error.message,
        pause_seconds: logSeconds(waitMs),
      });
    };
    return retry({ maxRetries, isRead, deadline, clock, random, onRetry }, (attempt) =>
      next({ ...call, attempt }, deadline, read),
    );
  };
}

export interface RetryOptions {
  readonly maxRetries: number;
  /** Changes nothing in the API: may be repeated even where the first request may have arrived. */
  readonly isRead: boolean;
  readonly deadline: Deadline;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  /** Called before the wait. */
  readonly onRetry: (error: ApiError, waitMs: number) => void;
}

/** `attempt` gets its number, from 1. Rejects with the last error, at once when the wait for another attempt would reach the deadline. */
export async function retry<T>(options: RetryOptions, attempt: (number: number) => Promise<T>): Promise<T> {
  const { maxRetries, isRead, deadline, clock, random, onRetry } = options;
  for (let retries = 0; ; retries += 1) {
    try {
      return await attempt(retries + 1);
    } catch (error) {
      if (!(error instanceof ApiError)) {
        throw error;
      }
      const waitMs = (error.outcome.retryAfterMs ?? 0) + random() * Math.min(CAP_MS, BASE_MS * 2 ** retries);
      if (!mayRepeat(error, isRead) || retries >= maxRetries || waitMs >= deadline.remainingMs()) {
        throw afterAttempts(error, retries + 1);
      }
      onRetry(error, waitMs);
      await clock.sleep(waitMs, deadline.signal);
    }
  }
}

function mayRepeat({ outcome }: ApiError, isRead: boolean): boolean {
  return outcome.repeatable === 'any' || (outcome.repeatable === 'reads' && isRead);
}

function afterAttempts(error: ApiError, attempts: number): CollectionError {
  if (attempts === 1) {
    return error;
  }
  const details = { ...error.details, attempts };
  return new ApiError(error.reason, `${error.message}, after ${attempts} attempts`, details, error.outcome);
}
