// Requests that carry a token which IAM gave for a user's password: one token for all of them, renewed in time.
import { createHash } from 'node:crypto';
import type { Clock } from '../../clock.js';
import type { Log } from '../../log.js';
import type { Deadline } from '../../model/deadline.js';
import { RepeatedLines } from '../../repeated-lines.js';
import type { CallApi } from '../call/api-call.js';
import type { CircuitBreaker } from '../call/circuit-breaker.js';
import type { Authorization, CredentialRequest, Credentials } from '../call/credentials.js';
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
  readonly #callIam: CallApi;
  readonly #token: RenewedSecret<string>;
  readonly #lines: RepeatedLines;

  /** `previous`: of the same user and scope, at the same IAM; its token is used on. */
  constructor(options: PasswordOptions, previous?: PasswordCredentials) {
    const { project, iam, breaker, clock, log, closing } = options;
    this.#options = options;
    this.#lines = new RepeatedLines(log, clock);
    this.#callIam = iam.callWith(this.#password(), breaker);
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

  async fingerprint(): Promise<string> {
    // One project's token says nothing about another's.
    return this.#digest(this.#options.scope);
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
  #password(): Credentials {
    return {
      fingerprint: async () => this.#digest(),
      authorize: async () => {
        const password = this.#options.readPassword();
        return { headers: {}, secrets: [password], recover: async () => false };
      },
    };
  }

  async #fetchToken(deadline: Deadline): Promise<FetchedSecret<string>> {
    const { project, domain, user, readPassword, scope, clock, random } = this.#options;
    const lines = this.#lines;
    const warn = (message: string): void => {
      lines.tell('warn', project, 'life', message, { project });
    };
    const life = () => ({ nowMs: clock.now(), warn });
    const iamUser = { domain, user, password: readPassword() };
    const { token, lifeMs } = await fetchIamToken(this.#callIam, iamUser, scope, life, deadline);
    const marginMs = Math.min(MAX_RENEWAL_MARGIN_MS, lifeMs / 4) * (5 / 6 + random() / 3);
    return { value: token, lifeMs, renewInMs: lifeMs - marginMs };
  }

  #digest(...parts: readonly unknown[]): string {
    const { domain, user, readPassword } = this.#options;
    return createHash('sha256')
      .update(JSON.stringify([domain, user, readPassword(), ...parts]))
      .digest('hex');
  }
}
