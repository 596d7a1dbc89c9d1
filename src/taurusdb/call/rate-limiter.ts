// A project's request budget and the layer that keeps to it: a token bucket that serves its waiters in order, pauses
// and slows down when the API throttles, and recovers step by step.
import { type Clock, elapsedMs, LONG_AGO, later } from '../../clock.js';
import type { Deadline } from '../../model/deadline.js';
import { CollectionError } from '../../model/failure.js';
import { TokenBucket } from '../../token-bucket.js';
import { hasStatus } from '../errors.js';
import type { Layer } from './api-call.js';

const RECOVERY_STEP_MS = 10_000;
const MIN_REQUESTS_PER_SECOND = 1;
const HALVING_PAUSE_MS = 1_000;
/** Share of the rate at which requests follow each other: they reach the gateway closer together than they were sent. */
const PACE = 0.95;
/** Five of the gateway's longest windows: what asks for more is not the gateway. */
const LONGEST_PAUSE_MS = 300_000;
/** Of what happened a minute ago, a third still counts; of what happened three minutes ago, next to nothing. */
const FADE_SECONDS = 60;

export interface BudgetState {
  /** What the budget allows now; 0 while the API has asked to wait. */
  readonly requestsPerSecond: number;
  /** The share of what it allowed over about the last minute that was used. */
  readonly usedRatio: number;
}

interface Waiter {
  readonly deadline: Deadline;
  readonly proceed: () => void;
  readonly fail: (error: unknown) => void;
}

export class RateLimiter {
  readonly #clock: Clock;
  #maxRate: number;
  readonly #bucket: TokenBucket;
  readonly #meter: RateMeter;
  #reducedRate: number;
  #reducedAt = LONG_AGO;
  #pausedUntil = LONG_AGO;
  /** Message of the last answer that throttled. */
  #said = '';
  #waiters: Waiter[] = [];
  #serving = false;

  constructor(clock: Clock, maxRequestsPerSecond: number) {
    this.#clock = clock;
    this.#maxRate = maxRequestsPerSecond;
    this.#bucket = new TokenBucket(clock, capacityAt(maxRequestsPerSecond));
    this.#meter = new RateMeter(maxRequestsPerSecond);
    this.#reducedRate = maxRequestsPerSecond;
  }

  /**
   * Resolves when a request may be sent. Rejects with reason `throttled` as soon as it is known that this will not be
   * before the deadline, and with the deadline's own reason when that passes.
   */
  take(deadline: Deadline): Promise<void> {
    return new Promise((resolve, reject) => {
      const { signal } = deadline;
      if (signal.aborted) {
        return reject(signal.reason);
      }
      const leave = (): void => {
        signal.removeEventListener('abort', abort);
        this.#waiters = this.#waiters.filter((other) => other !== waiter);
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
      this.#waiters.push(waiter);
      this.#failHopeless();
      if (!this.#serving) {
        void this.#serve();
      }
    });
  }

  /** Another maximum from now on; a pause that the API asked for, and a rate that it reduced, stay. */
  resize(maxRequestsPerSecond: number): void {
    this.#refill();
    const reducedRate = this.#rate();
    const isReduced = reducedRate < this.#maxRate;
    this.#maxRate = maxRequestsPerSecond;
    this.#bucket.resize(capacityAt(maxRequestsPerSecond));
    this.#reducedRate = isReduced ? Math.min(reducedRate, maxRequestsPerSecond) : maxRequestsPerSecond;
    this.#reducedAt = isReduced ? this.#clock.monotonic() : LONG_AGO;
  }

  /**
   * The API has throttled: nothing is sent for as long as it asked, at most 5 minutes, and then at half the rate
   * (halved at most once a second); each 10 s a tenth of the maximum comes back.
   */
  slowDown(pauseMs = 0, said = ''): void {
    this.#said = said;
    const now = this.#clock.monotonic();
    this.#refill();
    const pausedUntil = later(now, Math.min(LONGEST_PAUSE_MS, pauseMs));
    this.#pausedUntil = pausedUntil > this.#pausedUntil ? pausedUntil : this.#pausedUntil;
    if (elapsedMs(this.#reducedAt, now) >= HALVING_PAUSE_MS) {
      const minRate = Math.min(MIN_REQUESTS_PER_SECOND, this.#maxRate);
      this.#reducedRate = Math.max(minRate, this.#rate() / 2);
      this.#reducedAt = now;
    }
    this.#failHopeless();
  }

  state(): BudgetState {
    this.#refill();
    return {
      requestsPerSecond: this.#pauseLeftMs() > 0 ? 0 : this.#rate(),
      usedRatio: this.#meter.usedRatio(),
    };
  }

  #pauseLeftMs(): number {
    return Math.max(0, elapsedMs(this.#clock.monotonic(), this.#pausedUntil));
  }

  #rate(): number {
    const steps = Math.floor(elapsedMs(this.#reducedAt, this.#clock.monotonic()) / RECOVERY_STEP_MS);
    return Math.min(this.#maxRate, this.#reducedRate + (steps * this.#maxRate) / 10);
  }

  #pace(): number {
    return PACE * this.#rate();
  }

  #refill(): void {
    const now = this.#clock.monotonic();
    this.#meter.pass(this.#bucket.refill(0, now < this.#pausedUntil ? now : this.#pausedUntil), 0);
    this.#meter.pass(this.#bucket.refill(this.#pace(), now), this.#pace());
  }

  async #serve(): Promise<void> {
    this.#serving = true;
    while (this.#waiters.length > 0) {
      this.#refill();
      if (this.#pauseLeftMs() > 0) {
        await this.#clock.sleep(this.#pauseLeftMs());
      } else if (this.#bucket.take()) {
        this.#meter.use();
        this.#waiters.shift()?.proceed();
      } else {
        await this.#clock.sleep(this.#bucket.msUntilToken(this.#pace()));
      }
    }
    this.#serving = false;
  }

  /** Those whose deadline comes before the end of the pause. */
  #failHopeless(): void {
    const pauseMs = this.#pauseLeftMs();
    if (pauseMs === 0) {
      return;
    }
    for (const { fail } of this.#waiters.filter(({ deadline }) => deadline.remainingMs() <= pauseMs)) {
      fail(
        new CollectionError(
          'throttled',
          `request budget: got a pause of ${Math.ceil(pauseMs / 1_000)} s from the API, expected one that ends before the deadline${this.#said === '' ? '' : `; it said: ${this.#said}`}`,
        ),
      );
    }
  }
}

/** A small bucket spreads requests evenly; what it holds and what a second adds make the budget of that second. */
function capacityAt(maxRequestsPerSecond: number): number {
  return Math.max(1, maxRequestsPerSecond * (1 - PACE));
}

/** How much of a rate was used of late: what was used and what was allowed both fade with the time that passes. */
class RateMeter {
  #used = 0;
  #allowed: number;

  /** Starts as after an idle time at `perSecond`, so that the first request does not look like all that was allowed. */
  constructor(perSecond: number) {
    this.#allowed = perSecond * FADE_SECONDS;
  }

  /** So much time has passed, in which requests were allowed at this rate. */
  pass(seconds: number, perSecond: number): void {
    const fade = Math.exp(-seconds / FADE_SECONDS);
    this.#used *= fade;
    this.#allowed = this.#allowed * fade + perSecond * FADE_SECONDS * (1 - fade);
  }

  /** One was made. */
  use(): void {
    this.#used += 1;
  }

  /** From 0 to about 1: a few saved up can come on top. */
  usedRatio(): number {
    return this.#used / this.#allowed;
  }
}

/** The layer that waits for room in the budget, and slows down when the API throttles. */
export function keepBudget(limiter: RateLimiter): Layer {
  return (next) => async (call, deadline, read) => {
    await limiter.take(deadline);
    try {
      return await next(call, deadline, read);
    } catch (error) {
      if (hasStatus(error, 429)) {
        limiter.slowDown(error.outcome.retryAfterMs, error.message);
      }
      throw error;
    }
  };
}
