// A secret with an end, fetched when it is first needed and again before it ends: a token, a temporary key.
import type { Clock } from '../../clock.js';
import type { Log } from '../../log.js';
import type { Deadline } from '../../model/deadline.js';
import { createSharedAttempt } from '../call/shared-attempt.js';

/** A secret refused so soon after it was fetched will not get better by fetching it again. */
const MIN_AGE_TO_REPLACE_MS = 60_000;
const MIN_TIME_BETWEEN_WORDS_MS = 60_000;

export interface FetchedSecret<Value> {
  readonly value: Value;
  /** Milliseconds from now until it ends. */
  readonly lifeMs: number;
  /** Milliseconds from now until it is to be renewed. */
  readonly renewInMs: number;
}

export interface RenewedSecretOptions<Value> {
  /** How messages call it. */
  readonly what: string;
  readonly project: string;
  readonly fetch: (deadline: Deadline) => Promise<FetchedSecret<Value>>;
  readonly clock: Clock;
  readonly closing: AbortSignal;
  readonly log: Log;
}

export interface RenewedSecret<Value> {
  /** The one in force; waits only where there is none. */
  current(deadline: Deadline): Promise<Value>;
  /** After a refusal of `refused`: true once another one is in force, false where there is none to be had. */
  replace(refused: Value, deadline: Deadline): Promise<boolean>;
}

interface Held<Value> {
  readonly value: Value;
  readonly fetchedAt: number;
  readonly renewAt: number;
  readonly endsAt: number;
}

/** Runs no timers: a request that finds the secret due for renewal has it renewed, and goes on with the old one. */
export function createRenewedSecret<Value>(options: RenewedSecretOptions<Value>): RenewedSecret<Value> {
  const { what, project, fetch, clock, closing, log } = options;
  let held: Held<Value> | undefined;
  let toldAt = Number.NEGATIVE_INFINITY;

  const leftMs = (): number => (held === undefined ? 0 : Math.max(0, held.endsAt - clock.monotonic()));

  const renew = createSharedAttempt({
    ...options,
    attempt: async (deadline): Promise<Held<Value>> => {
      try {
        const { value, lifeMs, renewInMs } = await fetch(deadline);
        const now = clock.monotonic();
        held = { value, fetchedAt: now, renewAt: now + renewInMs, endsAt: now + lifeMs };
        log.debug(`${what} fetched`, { project, valid_seconds: seconds(lifeMs) });
        return held;
      } catch (error) {
        if (leftMs() > 0 && !closing.aborted) {
          tellOfLateRenewal(error);
        }
        throw error;
      }
    },
  });

  function tellOfLateRenewal(error: unknown): void {
    const now = clock.monotonic();
    if (now - toldAt < MIN_TIME_BETWEEN_WORDS_MS) {
      return;
    }
    toldAt = now;
    log.warn(`${what} not renewed: the one in force is used on`, {
      project,
      valid_seconds: seconds(leftMs()),
      error: error instanceof Error ? error.message : String(error),
    });
  }

  return {
    async current({ signal }) {
      if (held === undefined || leftMs() === 0) {
        return (await renew(signal)).value;
      }
      if (clock.monotonic() >= held.renewAt) {
        renew(signal).catch(() => {});
      }
      return held.value;
    },
    async replace(refused, { signal }) {
      if (held === undefined || held.value !== refused) {
        return true;
      }
      if (clock.monotonic() - held.fetchedAt < MIN_AGE_TO_REPLACE_MS) {
        return false;
      }
      return renew(signal).then(
        ({ value }) => value !== refused,
        () => false,
      );
    },
  };
}

function seconds(milliseconds: number): number {
  return Math.round(milliseconds / 1_000);
}
