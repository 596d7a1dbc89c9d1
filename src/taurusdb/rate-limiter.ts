// A project's request budget: a token bucket that serves its waiters in order, slows down when the API throttles
// and recovers step by step.
import type { Clock } from '../clock.js';

const RECOVERY_STEP_MS = 10_000;
const MIN_REQUESTS_PER_SECOND = 1;
const HALVING_PAUSE_MS = 1_000;

export interface RateLimiter {
  /** Resolves when a request may be sent; rejects with the signal's reason when it aborts first. */
  take(signal: AbortSignal): Promise<void>;
  /** The API has throttled: halve the rate, at most once a second; each 10 s a tenth of the maximum comes back. */
  slowDown(): void;
}

export function createRateLimiter(clock: Clock, maxRequestsPerSecond: number): RateLimiter {
  const minRate = Math.min(MIN_REQUESTS_PER_SECOND, maxRequestsPerSecond);
  // A small bucket spreads requests evenly: the gateway counts by the second, and a full second's worth saved up
  // would come on top of the next one's.
  const capacity = Math.max(1, maxRequestsPerSecond / 10);

  let tokens = capacity;
  let refilledAt = clock.monotonic();
  let reducedRate = maxRequestsPerSecond;
  let reducedAt = Number.NEGATIVE_INFINITY;
  let waiters: (() => void)[] = [];
  let serving = false;

  const rate = (): number => {
    const steps = Math.floor((clock.monotonic() - reducedAt) / RECOVERY_STEP_MS);
    return Math.min(maxRequestsPerSecond, reducedRate + (steps * maxRequestsPerSecond) / 10);
  };

  const refill = (): void => {
    const now = clock.monotonic();
    tokens = Math.min(capacity, tokens + ((now - refilledAt) / 1_000) * rate());
    refilledAt = now;
  };

  const serve = async (): Promise<void> => {
    serving = true;
    while (waiters.length > 0) {
      refill();
      // Less than a millionth short counts as whole: a timer cannot wait for a rounding error.
      if (tokens >= 1 - 1e-6) {
        tokens -= 1;
        waiters.shift()?.();
      } else {
        await clock.sleep(((1 - tokens) / rate()) * 1_000);
      }
    }
    serving = false;
  };

  return {
    take: (signal) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        const abort = (): void => {
          waiters = waiters.filter((other) => other !== proceed);
          reject(signal.reason);
        };
        const proceed = (): void => {
          signal.removeEventListener('abort', abort);
          resolve();
        };
        signal.addEventListener('abort', abort, { once: true });
        waiters.push(proceed);
        if (!serving) void serve();
      }),
    slowDown: () => {
      const now = clock.monotonic();
      if (now - reducedAt < HALVING_PAUSE_MS) return;
      refill();
      reducedRate = Math.max(minRate, rate() / 2);
      reducedAt = now;
    },
  };
}
