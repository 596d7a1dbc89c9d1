// Requests that carry a token which IAM gave for a user's password: one token for all of them, renewed in time.

import { createHash } from 'node:crypto';
import type { Clock } from '../../clock.js';
import type { Log } from '../../log.js';
import type { Deadline } from '../../model/deadline.js';
import { RepeatedLines } from '../../repeated-lines.js';
import type { CallApi } from '../call/api-call.js';
import type { CircuitBreaker } from '../call/circuit-breaker.js';
import type { Authorization, CredentialRequest, Credentials } from '../call/credentials.js';
import { withCurrentSecret } from '../call/current-secret.js';
import { UNREADABLE_END } from '../call/remaining-life.js';
import { fetchIamToken, type ProjectScope } from '../operations/iam-token.js';
import { type FetchedSecret, RenewedSecret } from './renewed-secret.js';

/** A quarter of a token's life, and at most half an hour: a day's token is renewed 30 minutes before its end. */
const MAX_RENEWAL_MARGIN_MS = 30 * 60_000;

/** IAM, as it is called here: in the name of the password itself. */
export interface Iam {
  callWith(credentials: Credentials, breaker: CircuitBreaker): CallApi;
}

export interface PasswordOptions {
  /** For messages and the log. */
  readonly project: string;
  readonly domain: string;
  readonly user: string;
  /** Asked anew for every token. */
  readonly readPassword: () => string;
  /** See Credentials. */
  readonly settled?: (signal: AbortSignal) => Promise<void>;
  readonly scope: ProjectScope;
  readonly iam: Iam;
  /** Of passwords; share it between all that may use the same one. */
  readonly breaker: CircuitBreaker;
  readonly clock: Clock;
  /** In [0, 1); spreads the renewals of many projects. */
  readonly random: () => number;
  readonly log: Log;
  readonly closing: AbortSignal;
}

export class PasswordCredentials implements Credentials {
  readonly #options: PasswordOptions;
  readonly #token: RenewedSecret<string>;
  readonly #lines: RepeatedLines;

  /** `previous`: of the same user and scope, at the same IAM; its token is used on. */
  constructor(options: PasswordOptions, previous?: PasswordCredentials) {
    const { project, clock, log, closing } = options;
    this.#options = options;
    this.#lines = new RepeatedLines(log, clock);
    this.#token = new RenewedSecret(
      {
        what: 'token',
        project,
        clock,
        log,
        closing,
        fetch: (deadline) => this.#fetchToken(deadline),
      },
      previous === undefined ? undefined : previous.#token,
    );
  }

  async fingerprint(deadline: Deadline): Promise<string> {
    const lateRenewals = await this.#token.lateRenewals(deadline);
    // One project's token says nothing about another's.
    return this.#digest(this.#options.readPassword(), this.#options.scope, lateRenewals);
  }

  accepted(): void {
    this.#token.accepted();
  }

  async settled(signal: AbortSignal): Promise<void> {
    await this.#options.settled?.(signal);
  }

  async authorize(_request: CredentialRequest, deadline: Deadline): Promise<Authorization> {
    const token = await this.#token.current(deadline);
    return {
      headers: { 'x-auth-token': token },
      secrets: [token],
      recover: () => this.#token.replace(token, deadline),
    };
  }

  /** What the requests for a token are made with: the password, which stands in their body. */
  #credentialsOf(password: string): Credentials {
    return {
      fingerprint: async () => this.#digest(password),
      authorize: async () => ({
        headers: {},
        secrets: [password],
        recover: async () => false,
      }),
    };
  }

  #fetchToken(deadline: Deadline): Promise<FetchedSecret<string>> {
    const { clock, readPassword } = this.#options;
    const password = {
      fingerprint: async () => this.#digest(readPassword()),
      settled: (signal: AbortSignal) => this.settled(signal),
    };
    return withCurrentSecret(password, clock, deadline, () => this.#fetchTokenFor(readPassword(), deadline));
  }

  async #fetchTokenFor(password: string, deadline: Deadline): Promise<FetchedSecret<string>> {
    const { project, domain, user, iam, breaker, scope, clock, random } = this.#options;
    const warn = (): void => {
      this.#lines.tell('warn', project, 'life', `token: ${UNREADABLE_END}`, { project });
    };
    const life = () => ({ now: clock.now(), warn });
    const callIam = iam.callWith(this.#credentialsOf(password), breaker);
    const { token, lifeMs } = await fetchIamToken(callIam, { domain, user, password }, scope, life, deadline);
    const marginMs = Math.min(MAX_RENEWAL_MARGIN_MS, lifeMs / 4) * (5 / 6 + random() / 3);
    return { value: token, lifeMs, renewInMs: lifeMs - marginMs };
  }

  #digest(password: string, ...parts: readonly unknown[]): string {
    const { domain, user } = this.#options;
    return createHash('sha256')
      .update(JSON.stringify([domain, user, password, ...parts]))
      .digest('hex');
  }
}
