// The layers that each call of the API passes, from the operation to the wire.
import type { CallApi, Layer } from './api-call.js';
import { type AuthorizeOptions, authorize } from './authorize.js';
import { type GuardOptions, guardCredential } from './guard-credential.js';
import { keepBudget, type RateLimiter } from './rate-limiter.js';
import { type RepeatOptions, repeatFailed } from './retry.js';
import { type SendOptions, send } from './send.js';

export interface CallApiOptions extends RepeatOptions, GuardOptions, AuthorizeOptions, SendOptions {
  readonly limiter: RateLimiter;
}

export function createCallApi(options: CallApiOptions): CallApi {
  const { limiter } = options;
  const layers: readonly Layer[] = [repeatFailed(options), guardCredential(options), keepBudget(limiter)];
  return layers.reduceRight((next, layer) => layer(next), authorize(options, send(options)));
}
