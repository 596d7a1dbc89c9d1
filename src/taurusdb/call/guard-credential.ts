// The layer that sends nothing with a credential that is shut out, sends a refused call again where its credential could be
// mended, and reports what the API says of it.
import { hasStatus } from '../errors.js';
import type { CallApi, Layer } from './api-call.js';
import type { CircuitBreaker } from './circuit-breaker.js';
import type { Credentials } from './credentials.js';

export interface GuardOptions {
  /** Of the API, with the port where it is not the scheme's own. */
  readonly host: string;
  readonly credentials: Credentials;
  readonly breaker: CircuitBreaker;
}

/** Mends once a call: a clock that is corrected, a token that is renewed. What was mended is no refusal. */
export function guardCredential({ host, credentials, breaker }: GuardOptions): Layer {
  return (next) => {
    const guarded =
      (mayMend: boolean): CallApi =>
      async (call, deadline, read) => {
        // Anew each time: a mended key is another one, to be tried before all use it.
        const fingerprint = await credentials.fingerprint(deadline);
        const { scope, operation } = call;
        const attempt = { host, fingerprint, scope, operation, patienceMs: deadline.remainingMs() / 2 };
        const admission = await breaker.enter(attempt, deadline.signal);
        try {
          const result = await next({ ...call, fingerprint }, deadline, read);
          admission.accepted();
          credentials.accepted?.();
          return result;
        } catch (error) {
          if (hasStatus(error, 401)) {
            if (mayMend && !admission.isRefusedAlone && (await error.outcome.recover?.())) {
              admission.leave();
              return await guarded(false)(call, deadline, read);
            }
            admission.refused(error.message);
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
    return guarded(true);
  };
}
