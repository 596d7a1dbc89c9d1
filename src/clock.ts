// The only source of time: `systemClock` in the program, a fake clock in tests.
import { setTimeout as sleep, setImmediate as yieldToEventLoop } from 'node:timers/promises';

export interface Clock {
  /** Wall clock, milliseconds since the epoch; may jump. For timestamps. */
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

const SLICE_MS = 5;

/** Divides long work into slices, so that it does not block the event loop. */
export class TimeSlice {
  readonly #clock: Clock;
  #start: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#start = clock.monotonic();
  }

  /** Call it between pieces of work: yields to the event loop once the slice is used up. */
  async rest(): Promise<void> {
    if (this.#clock.monotonic() - this.#start < SLICE_MS) {
      return;
    }
    await yieldToEventLoop();
    this.#start = this.#clock.monotonic();
  }
}
