// The circuit breaker that keeps a wrong credential from being locked, and its layer: the gateway locks an access key
// for 5 minutes after more than 5 refused signatures in a row (API reference, page sis_04_0082), and every node of
// every project may share one key.
import type { Clock } from '../../clock.js';
import { untilAborted } from '../../model/deadline.js';
import { CollectionError } from '../../model/failure.js';
import { hasStatus } from '../errors.js';
import type { Layer } from './api-call.js';
import type { Credentials } from './credentials.js';

export interface BreakerLimits {
  readonly maxRefusalsInRow: number;
  readonly pauseMs: number;
}

/** The gateway's 5 minutes and a margin. */
export const KEY_LIMITS: BreakerLimits = { maxRefusalsInRow: 2, pauseMs: 330_000 };
/**
 * IAM locks an account for 15 minutes or more after 3 to 10 wrong passwords, as its owner likes (API reference, page
 * iam_17_0005), and the wrong passwords of people count, too.
 */
export const PASSWORD_LIMITS: BreakerLimits = { maxRefusalsInRow: 1, pauseMs: 900_000 };

/** More than are in use at any time: what is forgotten is only tried again with one request. */
const MAX_CREDENTIALS_KNOWN = 1_000;

/** Permission for one request. Call `leave` in any case; the first call of the three counts. */
export interface Admission {
  accepted(): void;
  refused(): void;
  /** The request ended, and says nothing about the credential. */
  leave(): void;
}

interface CredentialState {
  trusted: boolean;
  refusalsInRow: number;
  shutUntil: number;
  /** Settles when the request that tries the credential has ended: true when it was refused. */
  trial: Promise<boolean> | undefined;
}

/**
 * Until a credential was accepted, and after a refusal, one request at a time; after so many refusals in a row none
 * for a while. Share one breaker between all that may use the same credential.
 */
export class CircuitBreaker {
  readonly #clock: Clock;
  readonly #limits: BreakerLimits;
  /** By fingerprint, the one asked for last at the end. */
  readonly #states = new Map<string, CredentialState>();

  constructor(clock: Clock, limits: BreakerLimits) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /**
   * Resolves once a request with the credential may be sent. Rejects with reason `auth` while it is shut out, or
   * when the request that tries it meanwhile is refused; with the signal's reason when that aborts first.
   */
  async enter(fingerprint: string, signal: AbortSignal): Promise<Admission> {
    const state = this.#stateOf(fingerprint);
    for (;;) {
      signal.throwIfAborted();
      this.#throwIfShut(state);
      if (state.trusted) {
        return this.#admit(state, () => {});
      }
      if (state.trial === undefined) {
        return this.#admitTrial(state);
      }
      if (await untilAborted(state.trial, signal)) {
        throw new CollectionError(
          'auth',
          'credential: got a refusal of the request that tried it, expected its acceptance',
        );
      }
    }
  }

  #stateOf(fingerprint: string): CredentialState {
    const state = this.#states.get(fingerprint) ?? {
      trusted: false,
      refusalsInRow: 0,
      shutUntil: Number.NEGATIVE_INFINITY,
      trial: undefined,
    };
    this.#states.delete(fingerprint);
    this.#states.set(fingerprint, state);
    const [oldest] = this.#states.keys();
    if (this.#states.size > MAX_CREDENTIALS_KNOWN && oldest !== undefined) {
      this.#states.delete(oldest);
    }
    return state;
  }

  #throwIfShut({ shutUntil, refusalsInRow }: CredentialState): void {
    const shutForMs = shutUntil - this.#clock.monotonic();
    if (shutForMs > 0) {
      throw new CollectionError(
        'auth',
        `credential: got ${refusalsInRow} ${refusalsInRow === 1 ? 'refusal' : 'refusals in a row'}, expected none ` +
          `(nothing is sent with it for ${Math.ceil(shutForMs / 1_000)} s or until it changes)`,
      );
    }
  }

  #admitTrial(state: CredentialState): Admission {
    let endTrial = (_refused: boolean): void => {};
    state.trial = new Promise((resolve) => {
      endTrial = resolve;
    });
    return this.#admit(state, (refused) => {
      state.trial = undefined;
      endTrial(refused);
    });
  }

  #admit(state: CredentialState, ended: (refused: boolean) => void): Admission {
    const refusalsAtStart = state.refusalsInRow;
    let settled = false;
    const settle = (verdict: 'accepted' | 'refused' | 'unknown'): void => {
      if (settled) {
        return;
      }
      settled = true;
      if (verdict === 'refused') {
        this.#refuse(state);
      }
      // An answer to a request sent before the latest refusal says nothing about the time since.
      if (verdict === 'accepted' && state.refusalsInRow === refusalsAtStart) {
        state.trusted = true;
        state.refusalsInRow = 0;
      }
      ended(verdict === 'refused');
    };
    return {
      accepted: () => settle('accepted'),
      refused: () => settle('refused'),
      leave: () => settle('unknown'),
    };
  }

  #refuse(state: CredentialState): void {
    state.trusted = false;
    state.refusalsInRow += 1;
    if (state.refusalsInRow >= this.#limits.maxRefusalsInRow) {
      state.shutUntil = this.#clock.monotonic() + this.#limits.pauseMs;
    }
  }
}

/** The layer that sends nothing with a credential that is shut out, and reports what the API says of the others. */
export function guardCredential(credentials: Credentials, breaker: CircuitBreaker): Layer {
  return (next) => async (call, deadline, read) => {
    const fingerprint = await credentials.fingerprint(deadline);
    const admission = await breaker.enter(fingerprint, deadline.signal);
    try {
      const result = await next(call, deadline, read);
      admission.accepted();
      return result;
    } catch (error) {
      if (hasStatus(error, 401)) {
        admission.refused();
      }
      // Known to the API, but without the permission.
      if (hasStatus(error, 403)) {
        admission.accepted();
      }
      throw error;
    } finally {
      admission.leave();
    }
  };
}
