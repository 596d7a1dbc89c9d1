// The rate limit of the web configuration: a bucket of `burst` tokens, one more each interval.
import type { Clock } from '../../clock.js';

export interface RateLimitSettings {
  readonly intervalMs: number;
  readonly burst: number;
}

export class RateLimit {
  readonly #settings: RateLimitSettings;
  readonly #clock: Clock;
  #tokens: number;
  #countedAt: number;

  constructor(settings: RateLimitSettings, clock: Clock) {
    this.#settings = settings;
    this.#clock = clock;
    this.#tokens = settings.burst;
    this.#countedAt = clock.monotonic();
  }

  /** Takes a token, if there is one. */
  allows(): boolean {
    const now = this.#clock.monotonic();
    const earned = (now - this.#countedAt) / this.#settings.intervalMs;
    this.#tokens = Math.min(this.#settings.burst, this.#tokens + earned);
    this.#countedAt = now;
    if (this.#tokens < 1) {
      return false;
    }
    this.#tokens -= 1;
    return true;
  }
}
