// The only source of time: `systemClock` in the program, a fake clock in tests.
import { setImmediate as yieldToEventLoop } from 'node:timers/promises';

/** A longer one ends at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

declare const clock: unique symbol;

/** An instant of the wall clock, milliseconds since the epoch. People and time servers set it: to show, and to follow a calendar. */
export type EpochMs = number & { readonly [clock]: 'wall' };

/** An instant of a clock that nobody sets, milliseconds from an arbitrary origin: to measure how long something takes or lasts. */
export type MonotonicMs = number & { readonly [clock]: 'monotonic' };

export interface Clock {
  now(): EpochMs;
  monotonic(): MonotonicMs;
  /** Resolves after `ms`; rejects with the signal's reason as soon as it aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => epochMs(Date.now()),
  monotonic: () => performance.now() as MonotonicMs,
  sleep: (ms, signal) =>
    // Not Node's own promise: for each sleep that is cut short that one makes an error, with a stack trace.
    new Promise((resolve, reject) => {
      if (signal?.aborted) {
        return reject(signal.reason);
      }
      const stop = (): void => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const end = (): void => {
        signal?.removeEventListener('abort', stop);
        resolve();
      };
      // Whoever waits for a moment may be late for it, which Node from 22 on warns of.
      const timer = setTimeout(end, Math.min(Math.max(0, ms), LONGEST_TIMER_MS));
      signal?.addEventListener('abort', stop, { once: true });
    }),
};

/** An instant that was read from somewhere else than a clock. */
export function epochMs(ms: number): EpochMs {
  return ms as EpochMs;
}

/** Before everything that was ever measured. */
export const LONG_AGO = Number.NEGATIVE_INFINITY as MonotonicMs;

/** So many milliseconds after the instant, on the same clock. */
export function later<Instant extends EpochMs | MonotonicMs>(instant: Instant, ms: number): Instant {
  return (instant + ms) as Instant;
}

/** From one instant to another of the same clock. */
export function elapsedMs<Instant extends EpochMs | MonotonicMs>(
  from: Instant,
  to: NoInfer<Instant>,
): number {
  return to - from;
}

/** One moment on both clocks: `wall` says when it was, `monotonic` how long ago. */
export interface Moment {
  readonly wall: EpochMs;
  readonly monotonic: MonotonicMs;
}

export function momentOf(clock: Clock): Moment {
  return { wall: clock.now(), monotonic: clock.monotonic() };
}

const SLICE_MS = 5;

/** Divides long work into slices, so that it does not block the event loop. */
export class TimeSlice {
  readonly #clock: Clock;
  #start: MonotonicMs;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#start = clock.monotonic();
  }

  /** Call it between pieces of work: yields to the event loop once the slice is used up. */
  async rest(): Promise<void> {
    if (elapsedMs(this.#start, this.#clock.monotonic()) < SLICE_MS) {
      return;
    }
    await yieldToEventLoop();
    this.#start = this.#clock.monotonic();
  }
}
