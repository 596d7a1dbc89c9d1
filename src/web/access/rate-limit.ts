// The rate limit of the web configuration: a bucket of `burst` tokens, one more each interval.
import type { Clock } from '../../clock.js';
import { TokenBucket } from '../../token-bucket.js';

export interface RateLimitSettings {
  readonly intervalMs: number;
  readonly burst: number;
}

export class RateLimit {
  readonly #perSecond: number;
  readonly #bucket: TokenBucket;

  constructor({ intervalMs, burst }: RateLimitSettings, clock: Clock) {
    this.#perSecond = 1_000 / intervalMs;
    this.#bucket = new TokenBucket(clock, burst);
  }

  /** Takes a token, if there is one. */
  allows(): boolean {
    this.#bucket.refill(this.#perSecond);
    return this.#bucket.take();
  }
}
