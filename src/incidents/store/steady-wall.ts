// Whether the wall clock says how old something is. One that is wrong for a minute, by years perhaps, must not remove for good what is young.
import { type Clock, elapsedMs, LONG_AGO, type Moment, type MonotonicMs, momentOf } from '../../clock.js';

/** Whoever sets a clock that was right sets it by less. */
const MAX_STEP_MS = 60_000;
/** After a larger step, until it counts as right again: somebody sees to it, or it was set right by the step. */
const STEADY_AFTER_MS = 3_600_000;

export class SteadyWall {
  readonly #clock: Clock;
  #last: Moment;
  /** As it is at the start, it is believed. */
  #steppedAt: MonotonicMs = LONG_AGO;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#last = momentOf(clock);
  }

  /** To be asked before anything is removed for its age: a step is seen by what it adds to the time since the last look. */
  isSteady(): boolean {
    const now = momentOf(this.#clock);
    const stepMs = elapsedMs(this.#last.wall, now.wall) - elapsedMs(this.#last.monotonic, now.monotonic);
    this.#last = now;
    if (Math.abs(stepMs) > MAX_STEP_MS) {
      this.#steppedAt = now.monotonic;
    }
    return elapsedMs(this.#steppedAt, now.monotonic) >= STEADY_AFTER_MS;
  }
}
