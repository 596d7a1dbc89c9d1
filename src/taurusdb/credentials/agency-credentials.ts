// Requests signed with the temporary keys of the agency of the ECS that the program runs on.

import type { Log } from '../../log.js';
import type { ApiObserver } from '../../model/api-observer.js';
import type { Credentials } from '../call/credentials.js';
import { openMetadataService } from './metadata-service.js';
import { createRenewedSecret } from './renewed-secret.js';
import { type SigningKey, type SigningOptions, signingCredentials } from './signing-credentials.js';

/** The metadata service has the next key by then; the official SDK renews at the same time. */
const RENEWAL_MARGIN_MS = 40 * 60_000;
const MIN_RENEWAL_MS = 60_000;

export interface AgencyOptions extends SigningOptions {
  readonly project: string;
  /** Where the metadata service answers; METADATA_ENDPOINT anywhere but in tests. */
  readonly metadataEndpoint: string;
  readonly observer: ApiObserver;
  readonly log: Log;
  readonly closing: AbortSignal;
}

export function agencyCredentials(options: AgencyOptions): Credentials {
  const { project, metadataEndpoint, clock, observer, log, closing } = options;
  const warn = (message: string): void => log.warn(message, { project });
  const metadata = openMetadataService({ project, endpoint: metadataEndpoint, clock, observer, warn });
  closing.addEventListener('abort', () => metadata.close().catch(() => {}), { once: true });

  let last: SigningKey | undefined;
  const keys = createRenewedSecret({
    what: 'temporary key',
    project,
    clock,
    log,
    closing,
    fetch: async (deadline) => {
      const { key, lifeMs } = await metadata.fetchKey(deadline);
      // The same key again is no replacement for one that was refused.
      if (last?.accessKey !== key.accessKey || last.securityToken !== key.securityToken) {
        last = key;
      }
      return {
        value: last,
        lifeMs,
        // A key near its end is asked for again and again until there is another one.
        renewInMs: Math.max(MIN_RENEWAL_MS, lifeMs - RENEWAL_MARGIN_MS),
      };
    },
  });
  return signingCredentials(keys, options);
}
