// A token bucket: so many events at once, and on the average so many a second.
import { type Clock, elapsedMs, type MonotonicMs } from './clock.js';

/** Less than this short of a whole token counts as one: a timer cannot wait for a rounding error. */
const ROUNDING = 1e-6;

/** Full at first. What a second adds is its owner's to say: the rate may change at any time. */
export class TokenBucket {
  readonly #clock: Clock;
  #capacity: number;
  #tokens: number;
  #refilledAt: MonotonicMs;

  constructor(clock: Clock, capacity: number) {
    this.#clock = clock;
    this.#capacity = capacity;
    this.#tokens = capacity;
    this.#refilledAt = clock.monotonic();
  }

  /**
   * Adds what the time since the last refill has earned, up to now or to an earlier moment.
   * Returns that time, in seconds.
   */
  refill(perSecond: number, until = this.#clock.monotonic()): number {
    const passedMs = elapsedMs(this.#refilledAt, until);
    if (passedMs <= 0) {
      return 0;
    }
    const seconds = passedMs / 1_000;
    this.#tokens = Math.min(this.#capacity, this.#tokens + seconds * perSecond);
    this.#refilledAt = until;
    return seconds;
  }

  /** What is in it beyond the new capacity is lost. */
  resize(capacity: number): void {
    this.#capacity = capacity;
    this.#tokens = Math.min(capacity, this.#tokens);
  }

  /** Takes a token, if there is one. */
  take(): boolean {
    if (this.#tokens < 1 - ROUNDING) {
      return false;
    }
    this.#tokens -= 1;
    return true;
  }

  /** How long it takes until there is a token, at this rate. */
  msUntilToken(perSecond: number): number {
    return (Math.max(0, 1 - this.#tokens) / perSecond) * 1_000;
  }
}
