// A project's request budget: a token bucket that serves its waiters in order, pauses and slows down when the API
// throttles, and recovers step by step.
import type { Clock } from '../../clock.js';
import type { Deadline } from '../../model/deadline.js';
import { CollectionError } from '../../model/failure.js';
import { hasStatus } from '../errors.js';
import type { Layer } from './api-call.js';

const RECOVERY_STEP_MS = 10_000;
const MIN_REQUESTS_PER_SECOND = 1;
const HALVING_PAUSE_MS = 1_000;
/** Share of the rate at which requests follow each other: they reach the gateway closer together than they were sent. */
const PACE = 0.95;
/** Five of the gateway's longest windows: what asks for more is not the gateway. */
const LONGEST_PAUSE_MS = 300_000;

export interface BudgetState {
  /** What the budget allows now; 0 while the API has asked to wait. */
  readonly requestsPerSecond: number;
  /** The share of what it allowed over about the last minute that was used. */
  readonly usedRatio: number;
}

export interface RateLimiter {
  /**
   * Resolves when a request may be sent. Rejects with reason `throttled` as soon as it is known that this will not be
   * before the deadline, and with the deadline's own reason when that passes.
   */
  take(deadline: Deadline): Promise<void>;
  /**
   * The API has throttled: nothing is sent for as long as it asked, at most 5 minutes, and then at half the rate
   * (halved at most once a second); each 10 s a tenth of the maximum comes back.
   */
  slowDown(pauseMs?: number): void;
  state(): BudgetState;
}

interface Waiter {
  readonly deadline: Deadline;
  readonly proceed: () => void;
  readonly fail: (error: unknown) => void;
}

export function createRateLimiter(clock: Clock, maxRequestsPerSecond: number): RateLimiter {
  const minRate = Math.min(MIN_REQUESTS_PER_SECOND, maxRequestsPerSecond);
  // A small bucket spreads requests evenly; what it holds and what a second adds make the budget of that second.
  const capacity = Math.max(1, maxRequestsPerSecond * (1 - PACE));
  const meter = createRateMeter(maxRequestsPerSecond);

  let tokens = capacity;
  let refilledAt = clock.monotonic();
  let reducedRate = maxRequestsPerSecond;
  let reducedAt = Number.NEGATIVE_INFINITY;
  let pausedUntil = Number.NEGATIVE_INFINITY;
  let waiters: Waiter[] = [];
  let serving = false;

  const pauseLeftMs = (): number => Math.max(0, pausedUntil - clock.monotonic());

  const rate = (): number => {
    const steps = Math.floor((clock.monotonic() - reducedAt) / RECOVERY_STEP_MS);
    return Math.min(maxRequestsPerSecond, reducedRate + (steps * maxRequestsPerSecond) / 10);
  };

  const pace = (): number => PACE * rate();

  const refill = (): void => {
    const now = clock.monotonic();
    const pausedSeconds = Math.max(0, Math.min(now, pausedUntil) - refilledAt) / 1_000;
    const openSeconds = (now - refilledAt) / 1_000 - pausedSeconds;
    meter.pass(pausedSeconds, 0);
    meter.pass(openSeconds, pace());
    tokens = Math.min(capacity, tokens + openSeconds * pace());
    refilledAt = now;
  };

  const serve = async (): Promise<void> => {
    serving = true;
    while (waiters.length > 0) {
      refill();
      // Less than a millionth short counts as whole: a timer cannot wait for a rounding error.
      if (pauseLeftMs() > 0) {
        await clock.sleep(pauseLeftMs());
      } else if (tokens >= 1 - 1e-6) {
        tokens -= 1;
        meter.use();
        waiters.shift()?.proceed();
      } else {
        await clock.sleep(((1 - tokens) / pace()) * 1_000);
      }
    }
    serving = false;
  };

  const failHopeless = (): void => {
    const hopeless = waiters.filter(({ deadline }) => deadline.remainingMs() <= pauseLeftMs());
    for (const { fail } of hopeless) {
      fail(
        new CollectionError(
          'throttled',
          `request budget: got a pause of ${Math.ceil(pauseLeftMs() / 1_000)} s from the API, expected one that ends before the deadline`,
        ),
      );
    }
  };

  return {
    take: (deadline) =>
      new Promise((resolve, reject) => {
        const { signal } = deadline;
        if (signal.aborted) {
          return reject(signal.reason);
        }
        const leave = (): void => {
          signal.removeEventListener('abort', abort);
          waiters = waiters.filter((other) => other !== waiter);
        };
        const abort = (): void => waiter.fail(signal.reason);
        const waiter: Waiter = {
          deadline,
          proceed: () => {
            leave();
            resolve();
          },
          fail: (error) => {
            leave();
            reject(error);
          },
        };
        signal.addEventListener('abort', abort, { once: true });
        waiters.push(waiter);
        if (pauseLeftMs() > 0) {
          failHopeless();
        }
        if (!serving) {
          void serve();
        }
      }),
    slowDown: (pauseMs = 0) => {
      const now = clock.monotonic();
      refill();
      pausedUntil = Math.max(pausedUntil, now + Math.min(LONGEST_PAUSE_MS, pauseMs));
      if (now - reducedAt >= HALVING_PAUSE_MS) {
        reducedRate = Math.max(minRate, rate() / 2);
        reducedAt = now;
      }
      if (pauseLeftMs() > 0) {
        failHopeless();
      }
    },
    state: () => {
      refill();
      return { requestsPerSecond: pauseLeftMs() > 0 ? 0 : rate(), usedRatio: meter.usedRatio() };
    },
  };
}

/** The layer that waits for room in the budget, and slows down when the API throttles. */
export function keepBudget(limiter: RateLimiter): Layer {
  return (next) => async (call, deadline, read) => {
    await limiter.take(deadline);
    try {
      return await next(call, deadline, read);
    } catch (error) {
      if (hasStatus(error, 429)) {
        limiter.slowDown(error.outcome.retryAfterMs);
      }
      throw error;
    }
  };
}

// How much of a rate is used, of late: what was used and what was allowed both fade with the time that passes.

/** Of what happened a minute ago, a third still counts; of what happened three minutes ago, next to nothing. */
const FADE_SECONDS = 60;

export interface RateMeter {
  /** So much time has passed, in which requests were allowed at this rate. */
  pass(seconds: number, perSecond: number): void;
  /** One was made. */
  use(): void;
  /** From 0 to about 1: a few saved up can come on top. */
  usedRatio(): number;
}

/** Starts as after an idle time at `perSecond`, so that the first request does not look like all that was allowed. */
export function createRateMeter(perSecond: number): RateMeter {
  let used = 0;
  let allowed = perSecond * FADE_SECONDS;
  return {
    pass: (seconds, rate) => {
      const fade = Math.exp(-seconds / FADE_SECONDS);
      used *= fade;
      allowed = allowed * fade + rate * FADE_SECONDS * (1 - fade);
    },
    use: () => {
      used += 1;
    },
    usedRatio: () => used / allowed,
  };
}
