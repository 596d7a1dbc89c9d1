// A clock that stands still until a test advances it: no test waits for real time.
import { type Clock, type EpochMs, epochMs, later, type MonotonicMs } from '../../src/clock.js';

interface Sleeper {
  readonly wakeAt: MonotonicMs;
  readonly wake: () => void;
}

export class FakeClock implements Clock {
  #now: EpochMs;
  #monotonic = 0 as MonotonicMs;
  #sleepers: Sleeper[] = [];

  constructor(startMs: number = Date.UTC(2026, 0, 2, 3, 4, 5)) {
    this.#now = epochMs(startMs);
  }

  now(): EpochMs {
    return this.#now;
  }

  monotonic(): MonotonicMs {
    return this.#monotonic;
  }

  /** How many sleeps are under way. */
  get sleeping(): number {
    return this.#sleepers.length;
  }

  /** Milliseconds left of each sleep under way. */
  get remaining(): number[] {
    return this.#sleepers.map(({ wakeAt }) => wakeAt - this.#monotonic);
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        return reject(signal.reason);
      }
      const abort = () => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        reject(signal?.reason);
      };
      const wake = () => {
        signal?.removeEventListener('abort', abort);
        resolve();
      };
      if (ms <= 0) {
        return resolve();
      }
      const sleeper: Sleeper = { wakeAt: later(this.#monotonic, ms), wake };
      this.#sleepers.push(sleeper);
      signal?.addEventListener('abort', abort, { once: true });
    });
  }

  /** Lets `ms` pass: wakes the sleepers in order, and lets each one's promise callbacks run before the next. */
  async advance(ms: number): Promise<void> {
    const end = later(this.#monotonic, ms);
    await settle();
    for (let next = this.#takeDue(end); next !== undefined; next = this.#takeDue(end)) {
      this.#moveTo(next.wakeAt);
      next.wake();
      await settle();
    }
    this.#moveTo(end);
    await settle();
  }

  /** The wall clock jumps, as when it is set: no time passes. */
  jump(ms: number): void {
    this.#now = later(this.#now, ms);
  }

  /** The one that wakes first; of several at the same moment, the one that has slept longest. */
  #takeDue(end: number): Sleeper | undefined {
    let first: Sleeper | undefined;
    for (const sleeper of this.#sleepers) {
      if (sleeper.wakeAt <= end && (first === undefined || sleeper.wakeAt < first.wakeAt)) {
        first = sleeper;
      }
    }
    if (first !== undefined) {
      this.#sleepers.splice(this.#sleepers.indexOf(first), 1);
    }
    return first;
  }

  #moveTo(monotonic: MonotonicMs): void {
    this.#now = later(this.#now, monotonic - this.#monotonic);
    this.#monotonic = monotonic;
  }
}

/** Promise callbacks queued so far, and those that they queue, have run once this resolves. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
