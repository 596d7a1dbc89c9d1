// A fake clock that knows which sleeps are limits: waits of the program are skipped over, but a limit ends only
// what really hangs, so that a slow machine fails no test.
import { FakeClock } from '../support/fake-clock.js';

/** Real time, for what happens on sockets. */
const PATIENCE_MS = 15_000;
const QUIET_MS = 40;

interface Sleep {
  readonly ms: number;
  readonly wakeAt: number;
}

export interface Passing {
  /** Lengths of the sleeps that are there while a request is under way. */
  readonly requestLimitsMs: readonly number[];
  /** Only a limit ends the work: time goes on to it once nothing else happens. */
  readonly toLimits?: boolean;
}

export class RehearsalClock extends FakeClock {
  readonly #limits: ReadonlySet<number>;
  readonly #sleeps = new Set<Sleep>();

  /** Which sleeps are limits, by their length: no wait of the program may be as long. */
  constructor(limitsMs: readonly number[]) {
    super(Date.now());
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
  async pass(work: Promise<unknown>, { requestLimitsMs, toLimits = false }: Passing): Promise<void> {
    let done = false;
    const settled = work.finally(() => {
      done = true;
    });
    const giveUpAt = performance.now() + PATIENCE_MS;
    let quietSince = performance.now();
    while (!done) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      const [next] = [...this.#sleeps].sort((a, b) => a.wakeAt - b.wakeAt);
      const isAsking = [...this.#sleeps].some(({ ms }) => requestLimitsMs.includes(ms));
      const isLimit = next !== undefined && this.#limits.has(next.ms);
      const isStuck = toLimits && performance.now() - quietSince > QUIET_MS;
      if (!done && next !== undefined && (isStuck || !(isLimit || isAsking))) {
        await this.advance(next.wakeAt - this.monotonic());
        quietSince = performance.now();
      }
      if (performance.now() > giveUpAt) throw new Error(`still busy after ${PATIENCE_MS / 1_000} s`);
    }
    await settled;
  }
}
