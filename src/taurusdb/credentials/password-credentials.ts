// Requests that carry a token which IAM gave for a user's password: one token for all of them, renewed in time.
import { createHash } from 'node:crypto';
import type { Clock } from '../../clock.js';
import type { Log } from '../../log.js';
import type { CallApi } from '../call/api-call.js';
import type { CredentialCircuit } from '../call/circuit-breaker.js';
import type { Credentials } from '../call/credentials.js';
import { fetchIamToken, type ProjectScope } from '../operations/iam-token.js';
import { createRenewedSecret } from './renewed-secret.js';

/** A quarter of a token's life, and at most half an hour: a day's token is renewed 30 minutes before its end. */
const MAX_RENEWAL_MARGIN_MS = 30 * 60_000;

/** IAM, as it is called here: in the name of the password itself. */
export interface Iam {
  callWith(credentials: Credentials, circuit: CredentialCircuit): CallApi;
}

export interface PasswordOptions {
  /** For messages and the log. */
  readonly project: string;
  readonly domain: string;
  readonly user: string;
  /** Asked anew for every token. */
  readonly readPassword: () => string;
  readonly scope: ProjectScope;
  readonly iam: Iam;
  /** Of passwords; share it between all that may use the same one. */
  readonly circuit: CredentialCircuit;
  readonly clock: Clock;
  /** In [0, 1); spreads the renewals of many projects. */
  readonly random: () => number;
  readonly log: Log;
  readonly closing: AbortSignal;
}

export function passwordCredentials(options: PasswordOptions): Credentials {
  const { project, domain, user, readPassword, scope, iam, circuit, clock, random, log, closing } = options;
  const warn = (message: string): void => log.warn(message, { project });
  const fingerprint = (...parts: readonly unknown[]): string =>
    createHash('sha256')
      .update(JSON.stringify([domain, user, readPassword(), ...parts]))
      .digest('hex');

  const callIam = iam.callWith(
    {
      fingerprint: async () => fingerprint(),
      authorize: async () => {
        const password = readPassword();
        // As it stands in the body, too, should IAM quote that.
        return {
          headers: {},
          secrets: [password, JSON.stringify(password).slice(1, -1)],
          recover: async () => false,
        };
      },
    },
    circuit,
  );

  const token = createRenewedSecret({
    what: 'token',
    project,
    clock,
    log,
    closing,
    fetch: async (deadline) => {
      const life = () => ({ nowMs: clock.now(), warn });
      const iamUser = { domain, user, password: readPassword() };
      const { token: value, lifeMs } = await fetchIamToken(callIam, iamUser, scope, life, deadline);
      const marginMs = Math.min(MAX_RENEWAL_MARGIN_MS, lifeMs / 4) * (5 / 6 + random() / 3);
      return { value, lifeMs, renewInMs: lifeMs - marginMs };
    },
  });

  return {
    // One project's token says nothing about another's.
    fingerprint: async () => fingerprint(scope),
    authorize: async (_request, deadline) => {
      const value = await token.current(deadline);
      return {
        headers: { 'x-auth-token': value },
        secrets: [value],
        recover: () => token.replace(value, deadline),
      };
    },
  };
}
