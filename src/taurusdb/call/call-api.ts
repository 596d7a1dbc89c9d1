// The layers that each call of the API passes, from the operation to the wire.

import type { CallApi, Layer } from './api-call.js';
import { type AuthorizeOptions, authorize, recoverRefused } from './authorize.js';
import { type CredentialCircuit, guardCredential } from './circuit-breaker.js';
import type { Credentials } from './credentials.js';
import { keepBudget, type RateLimiter } from './rate-limiter.js';
import { type RepeatOptions, repeatFailed } from './retry.js';
import { type SendOptions, send } from './send.js';

export interface CallApiOptions extends RepeatOptions, AuthorizeOptions, SendOptions {
  readonly credentials: Credentials;
  readonly circuit: CredentialCircuit;
  readonly limiter: RateLimiter;
}

export function createCallApi(options: CallApiOptions): CallApi {
  const { credentials, circuit, limiter } = options;
  const layers: readonly Layer[] = [
    repeatFailed(options),
    guardCredential(credentials, circuit),
    recoverRefused,
    keepBudget(limiter),
  ];
  return layers.reduceRight((next, layer) => layer(next), authorize(options, send(options)));
}
