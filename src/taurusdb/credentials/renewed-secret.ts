// A secret with an end, fetched when it is first needed and again before it ends: a token, a temporary key.
import { type Clock, elapsedMs, LONG_AGO, later, type MonotonicMs } from '../../clock.js';
import type { Log } from '../../log.js';
import type { Deadline } from '../../model/deadline.js';
import { RepeatedLines } from '../../repeated-lines.js';
import { SharedAttempt } from '../call/shared-attempt.js';

/** A new one that is refused as well will not get better by being fetched again and again. */
const MIN_TIME_BETWEEN_REPLACEMENTS_MS = 60_000;

export interface FetchedSecret<Value> {
  readonly value: Value;
  /** Milliseconds from now until it ends. */
  readonly lifeMs: number;
  /** Milliseconds from now until it is to be renewed. */
  readonly renewInMs: number;
}

export interface RenewedSecretOptions<Value> {
  /** How messages call it. */
  readonly what: 'token' | 'temporary key';
  readonly project: string;
  readonly fetch: (deadline: Deadline) => Promise<FetchedSecret<Value>>;
  readonly clock: Clock;
  readonly closing: AbortSignal;
  readonly log: Log;
}

interface Held<Value> {
  readonly value: Value;
  readonly renewAt: MonotonicMs;
  readonly endsAt: MonotonicMs;
}

/** Runs no timers: a request that finds the secret due for renewal has it renewed, and goes on with the old one. */
export class RenewedSecret<Value> {
  readonly #options: RenewedSecretOptions<Value>;
  readonly #renewal: SharedAttempt<Held<Value>>;
  #held: Held<Value> | undefined;
  /** Until it is renewed, or accepted. */
  #refused: Value | undefined;
  #mayRenewLate = true;
  #lateRenewals = 0;
  /** When a refusal had it renewed. */
  #replacedAt = LONG_AGO;
  readonly #lines: RepeatedLines;

  /** `previous`: of the same source; its secret is used on. */
  constructor(options: RenewedSecretOptions<Value>, previous?: RenewedSecret<Value>) {
    const { what, clock, closing, log } = options;
    this.#options = options;
    this.#lines = new RepeatedLines(log, clock);
    if (previous !== undefined) {
      this.#held = previous.#held;
      this.#refused = previous.#refused;
      this.#mayRenewLate = previous.#mayRenewLate;
      this.#lateRenewals = previous.#lateRenewals;
      this.#replacedAt = previous.#replacedAt;
    }
    this.#renewal = new SharedAttempt({
      what,
      clock,
      closing,
      attempt: (deadline) => this.#renew(deadline),
    });
  }

  /** The one in force; waits only where there is none. */
  async current({ signal }: Deadline): Promise<Value> {
    if (this.#held === undefined || this.#leftMs() === 0) {
      return (await this.#renewal.ask(signal)).value;
    }
    if (this.#options.clock.monotonic() >= this.#held.renewAt) {
      this.#renewal.ask(signal).catch(() => {});
    }
    return this.#held.value;
  }

  /** It is good: what was refused of it is no fault of its own. */
  accepted(): void {
    this.#refused = undefined;
    this.#mayRenewLate = true;
  }

  /**
   * How often one that was refused was renewed late, as none could be had at once: each of those is another secret to whoever
   * counts refusals. Has it renewed where it may be by now, and waits for that; once, until one is accepted.
   */
  async lateRenewals({ signal }: Deadline): Promise<number> {
    const held = this.#held;
    const isRefused = held !== undefined && held.value === this.#refused;
    if (isRefused && this.#mayRenewLate && this.#mayReplace()) {
      await this.#renewal.ask(signal).catch(() => signal.throwIfAborted());
      // Of several that waited for it the first counts.
      if (this.#held !== held && this.#mayRenewLate) {
        this.#mayRenewLate = false;
        this.#lateRenewals += 1;
      }
    }
    return this.#lateRenewals;
  }

  /** After a refusal of `refused`: true once another one is in force, false where there is none to be had. */
  async replace(refused: Value, { signal }: Deadline): Promise<boolean> {
    if (this.#held === undefined || this.#held.value !== refused) {
      return true;
    }
    this.#refused = refused;
    if (!this.#mayReplace()) {
      return false;
    }
    return this.#renewal.ask(signal).then(
      ({ value }) => value !== refused,
      () => false,
    );
  }

  #mayReplace(): boolean {
    const sinceLastMs = elapsedMs(this.#replacedAt, this.#options.clock.monotonic());
    return this.#renewal.isUnderWay || sinceLastMs >= MIN_TIME_BETWEEN_REPLACEMENTS_MS;
  }

  #leftMs(): number {
    return this.#held === undefined
      ? 0
      : Math.max(0, elapsedMs(this.#options.clock.monotonic(), this.#held.endsAt));
  }

  async #renew(deadline: Deadline): Promise<Held<Value>> {
    const { what, project, fetch, clock, closing, log } = this.#options;
    try {
      const { value, lifeMs, renewInMs } = await fetch(deadline);
      const now = clock.monotonic();
      if (this.#refused !== undefined && this.#refused === this.#held?.value) {
        this.#replacedAt = now;
      }
      this.#held = { value, renewAt: later(now, renewInMs), endsAt: later(now, lifeMs) };
      log.debug(`${what} fetched` as const, { project, valid_seconds: seconds(lifeMs) });
      return this.#held;
    } catch (error) {
      if (this.#leftMs() > 0 && !closing.aborted) {
        this.#warn(error);
      }
      throw error;
    }
  }

  #warn(error: unknown): void {
    const { what, project } = this.#options;
    this.#lines.tell(
      'warn',
      project,
      'renewal',
      `${what} not renewed: the one in force is used on` as const,
      {
        project,
        valid_seconds: seconds(this.#leftMs()),
        error: error instanceof Error ? error.message : String(error),
      },
    );
  }
}

function seconds(milliseconds: number): number {
  return Math.round(milliseconds / 1_000);
}
