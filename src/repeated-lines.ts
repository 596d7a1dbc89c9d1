// The log of what may come again and again: told at once, and from then on every ten minutes, with how often it came in
// between. The level `debug` has every one.
import { type Clock, elapsedMs, type MonotonicMs } from './clock.js';
import type { Constant, Log, LogFields } from './log.js';
import { recall } from './recently-used.js';

const TOLD_EVERY_MS = 600_000;
/** What is forgotten is only told once more. */
const MAX_SUBJECTS = 20_000;

interface Told {
  readonly at: MonotonicMs;
  /** How often it came since. */
  repeats: number;
}

export class RepeatedLines {
  readonly #log: Log;
  readonly #clock: Pick<Clock, 'monotonic'>;
  /** By subject, then by what came. */
  readonly #told = new Map<string, Map<string, Told>>();

  constructor(log: Log, clock: Pick<Clock, 'monotonic'>) {
    this.#log = log;
    this.#clock = clock;
  }

  /**
   * `subject`: whom it is about, such as a node; `what`: of a closed list, so that one subject takes no more room than that.
   * Returns whether it was told.
   */
  tell<Message extends string>(
    level: 'info' | 'warn' | 'error',
    subject: string,
    what: string,
    message: Constant<Message>,
    fields: LogFields = {},
  ): boolean {
    const told = this.#of(subject);
    const last = told.get(what);
    if (last !== undefined && !this.isDue(subject, what)) {
      last.repeats += 1;
      this.#log.debug(message, fields);
      return false;
    }
    told.set(what, { at: this.#clock.monotonic(), repeats: 0 });
    const { repeats = 0 } = last ?? {};
    this.#log[level](message, repeats === 0 ? fields : { ...fields, repeats });
    return true;
  }

  /** Whether it would be told now. */
  isDue(subject: string, what: string): boolean {
    const last = this.#told.get(subject)?.get(what);
    return last === undefined || elapsedMs(last.at, this.#clock.monotonic()) >= TOLD_EVERY_MS;
  }

  /** It is over: the next time it is told at once. */
  forget(subject: string, what: readonly string[]): void {
    for (const one of what) {
      this.#told.get(subject)?.delete(one);
    }
  }

  /** What is told of other subjects from now on is told at once. */
  keepOnly(isKnown: (subject: string) => boolean): void {
    for (const subject of this.#told.keys()) {
      if (!isKnown(subject)) {
        this.#told.delete(subject);
      }
    }
  }

  #of(subject: string): Map<string, Told> {
    return recall(this.#told, subject, MAX_SUBJECTS, () => new Map<string, Told>());
  }
}
