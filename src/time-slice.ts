// Keeps long work from holding up everything else.
import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import type { Clock } from './clock.js';

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
    if (this.#clock.monotonic() - this.#start < SLICE_MS) return;
    await yieldToEventLoop();
    this.#start = this.#clock.monotonic();
  }
}
