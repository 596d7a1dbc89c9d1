// How long each phase of one collection took, and which one was under way when it failed.
import { type Clock, elapsedMs } from '../clock.js';
import type { CollectionPhase } from './node-store.js';

export class PhaseTimer {
  readonly seconds: Partial<Record<CollectionPhase, number>> = {};
  readonly #clock: Clock;
  #current: CollectionPhase | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The phase that began last. */
  get current(): CollectionPhase | undefined {
    return this.#current;
  }

  /** A phase that fails is measured too: the time it took says what it waited for. */
  async time<Result>(phase: CollectionPhase, work: () => Promise<Result>): Promise<Result> {
    this.#current = phase;
    const begin = this.#clock.monotonic();
    try {
      return await work();
    } finally {
      this.seconds[phase] = elapsedMs(begin, this.#clock.monotonic()) / 1000;
    }
  }
}
