// The layers that each call of the API passes, from the operation to the wire.
import type { CallApi, Layer } from './api-call.js';
import { type AuthorizeOptions, authorize } from './authorize.js';
import { type FollowedSecret, useCurrentProxy, useCurrentSecret } from './current-secret.js';
import { type GuardOptions, guardCredential } from './guard-credential.js';
import { keepBudget, type RateLimiter } from './rate-limiter.js';
import { type RepeatOptions, repeatFailed } from './retry.js';
import { type SendOptions, send } from './send.js';

export interface CallApiOptions extends RepeatOptions, GuardOptions, AuthorizeOptions, SendOptions {
  readonly limiter: RateLimiter;
  /** Undefined where requests go straight. */
  readonly proxy: FollowedSecret | undefined;
}

export function createCallApi(options: CallApiOptions): CallApi {
  const { credentials, limiter, proxy, clock } = options;
  const layers: readonly Layer[] = [
    ...(proxy === undefined ? [] : [useCurrentProxy(proxy, clock)]),
    repeatFailed(options),
    useCurrentSecret(credentials, clock),
    guardCredential(options),
    keepBudget(limiter),
  ];
  return layers.reduceRight((next, layer) => layer(next), authorize(options, send(options)));
}
