// A fake clock that knows which sleeps are limits: waits of the program are skipped over, but a limit ends only
// what really hangs, so that a slow machine fails no test.
import { FakeClock } from '../support/fake-clock.js';

/** Real time, for what happens on sockets. */
const PATIENCE_MS = 45_000;
const QUIET_MS = 40;
/** No wait of a collection is as long, limits apart: a longer one is the schedule's. */
const LONGEST_COLLECTION_WAIT_MS = 5_000;

interface Sleep {
  readonly ms: number;
  readonly wakeAt: number;
}

export interface Passing {
  /** Lengths of the sleeps that are there while a request is under way. */
  readonly requestLimitsMs: readonly number[];
  /** Length of the sleep that is there while a collection is under way, if a schedule starts collections. */
  readonly collectionLimitMs?: number;
  /** Requests that nobody will answer: time does not wait for them, nor for their collections. */
  readonly hanging?: number;
  /** Only a limit ends the work: time goes on to it once nothing else happens. */
  readonly toLimits?: boolean;
}

export class RehearsalClock extends FakeClock {
  readonly #limits: ReadonlySet<number>;
  readonly #sleeps = new Set<Sleep>();

  /** Which sleeps are limits, by their length: no wait of the program may be as long. */
  constructor(limitsMs: readonly number[], startMs: number = Date.now()) {
    super(startMs);
    this.#limits = new Set(limitsMs);
  }

  override async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    const sleep = { ms, wakeAt: this.monotonic() + ms };
    this.#sleeps.add(sleep);
    try {
      await super.sleep(ms, signal);
    } finally {
      this.#sleeps.delete(sleep);
    }
  }

  /** Lets time pass until `work` has ended. */
  async pass(work: Promise<unknown>, passing: Passing): Promise<void> {
    let done = false;
    const settled = work.finally(() => {
      done = true;
    });
    await this.passUntil(() => done, passing);
    await settled;
  }

  async passUntil(isDone: () => boolean, passing: Passing): Promise<void> {
    const giveUpAt = performance.now() + PATIENCE_MS;
    let quietSince = performance.now();
    while (!isDone()) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      const next = this.#nextSleep();
      const isQuiet = performance.now() - quietSince > QUIET_MS;
      if (!isDone() && next !== undefined && this.#mayEnd(next, passing, isQuiet)) {
        await this.advance(next.wakeAt - this.monotonic());
        quietSince = performance.now();
      }
      if (performance.now() > giveUpAt) {
        throw new Error(`still busy after ${PATIENCE_MS / 1_000} s`);
      }
    }
  }

  #mayEnd(next: Sleep, passing: Passing, isQuiet: boolean): boolean {
    const { requestLimitsMs, collectionLimitMs, hanging = 0, toLimits = false } = passing;
    const isWorking =
      this.#count(({ ms }) => requestLimitsMs.includes(ms)) > hanging || this.#limits.has(next.ms);
    if (isWorking) {
      return toLimits && isQuiet;
    }
    const isSchedule =
      collectionLimitMs !== undefined && next.wakeAt - this.monotonic() > LONGEST_COLLECTION_WAIT_MS;
    return !isSchedule || (isQuiet && this.#count(({ ms }) => ms === collectionLimitMs) <= hanging);
  }

  #nextSleep(): Sleep | undefined {
    let next: Sleep | undefined;
    for (const sleep of this.#sleeps) {
      if (next === undefined || sleep.wakeAt < next.wakeAt) {
        next = sleep;
      }
    }
    return next;
  }

  #count(isCounted: (sleep: Sleep) => boolean): number {
    return [...this.#sleeps].filter(isCounted).length;
  }
}
