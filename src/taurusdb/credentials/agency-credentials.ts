// Requests signed with the temporary keys of the agency of the ECS that the program runs on.

import type { Clock } from '../../clock.js';
import type { Log } from '../../log.js';
import type { ApiObserver } from '../../model/api-observer.js';
import type { Deadline } from '../../model/deadline.js';
import { RepeatedLines } from '../../repeated-lines.js';
import type { Credentials } from '../call/credentials.js';
import { UNREADABLE_END } from '../call/remaining-life.js';
import { MetadataService } from './metadata-service.js';
import { type FetchedSecret, RenewedSecret } from './renewed-secret.js';
import {
  type KeySource,
  SigningCredentials,
  type SigningKey,
  type SigningOptions,
} from './signing-credentials.js';

/** The metadata service has the next key by then; the official SDK renews at the same time. */
const RENEWAL_MARGIN_MS = 40 * 60_000;
const MIN_RENEWAL_MS = 60_000;

export interface AgencyOptions extends SigningOptions {
  readonly clock: Clock;
  readonly project: string;
  /** Where the metadata service answers; METADATA_ENDPOINT anywhere but in tests. */
  readonly metadataEndpoint: string;
  readonly observer: ApiObserver;
  readonly log: Log;
  readonly closing: AbortSignal;
}

export function agencyCredentials(options: AgencyOptions): Credentials {
  return new SigningCredentials(new AgencyKeys(options), options);
}

class AgencyKeys implements KeySource {
  readonly #metadata: MetadataService;
  readonly #keys: RenewedSecret<SigningKey>;
  #last: SigningKey | undefined;

  constructor({ project, metadataEndpoint, clock, observer, log, closing }: AgencyOptions) {
    const lines = new RepeatedLines(log, clock);
    const warn = (): void => {
      lines.tell('warn', project, 'life', `temporary key: ${UNREADABLE_END}`, { project });
    };
    this.#metadata = new MetadataService({
      project,
      endpoint: metadataEndpoint,
      clock,
      log,
      observer,
      warn,
    });
    closing.addEventListener('abort', () => this.#metadata.close().catch(() => {}), { once: true });
    this.#keys = new RenewedSecret({
      what: 'temporary key',
      project,
      clock,
      log,
      closing,
      fetch: (deadline) => this.#fetch(deadline),
    });
  }

  current(deadline: Deadline): Promise<SigningKey> {
    return this.#keys.current(deadline);
  }

  replace(refused: SigningKey, deadline: Deadline): Promise<boolean> {
    return this.#keys.replace(refused, deadline);
  }

  async #fetch(deadline: Deadline): Promise<FetchedSecret<SigningKey>> {
    const { key, lifeMs } = await this.#metadata.fetchKey(deadline);
    // The same key again is no replacement for one that was refused.
    if (this.#last?.accessKey !== key.accessKey || this.#last.securityToken !== key.securityToken) {
      this.#last = key;
    }
    return {
      value: this.#last,
      lifeMs,
      // A key near its end is asked for again and again until there is another one.
      renewInMs: Math.max(MIN_RENEWAL_MS, lifeMs - RENEWAL_MARGIN_MS),
    };
  }
}
