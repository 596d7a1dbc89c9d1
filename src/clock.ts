// The one source of time: production hands out `systemClock`, tests a clock that they advance themselves.
import { setTimeout as sleep, setImmediate as yieldToEventLoop } from 'node:timers/promises';

export interface Clock {
  /** Wall clock, milliseconds since the epoch; may jump. For timestamps that people and Prometheus see. */
  now(): number;
  /** Milliseconds from an arbitrary origin; never jumps. For durations and deadlines. */
  monotonic(): number;
  /** Resolves after `ms`; rejects with the signal's reason as soon as it aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: async (ms, signal) => {
    try {
      await sleep(ms, undefined, signal === undefined ? {} : { signal });
    } catch (error) {
      throw signal?.aborted ? signal.reason : error;
    }
  },
};

// Keeps long work from holding up everything else.

const SLICE_MS = 5;

export class TimeSlice {
  readonly #clock: Clock;
  #start: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#start = clock.monotonic();
  }

  /** To be called between pieces of work: lets other requests and the collections get on when the slice is used up. */
  async rest(): Promise<void> {
    if (this.#clock.monotonic() - this.#start < SLICE_MS) {
      return;
    }
    await yieldToEventLoop();
    this.#start = this.#clock.monotonic();
  }
}
