// The layers for secrets that change while they are in use, the URL of a proxy among them. What the old one was refused for
// is done again with the new one, also where its files are just being written.
import type { Clock } from '../../clock.js';
import { type Deadline, startDeadline } from '../../model/deadline.js';
import { CollectionError } from '../../model/failure.js';
import { ApiError, hasStatus } from '../errors.js';
import type { Layer } from './api-call.js';
import type { Credentials } from './credentials.js';

/** Longer than files that are written take to be still. */
const LONGEST_WAIT_MS = 10_000;
/** A secret changes once in two seconds at most: more attempts than that would be a mistake of ours. */
const MAX_ATTEMPTS = 3;

export interface FollowedSecret extends Pick<Credentials, 'fingerprint'> {
  /** See Credentials. */
  readonly settled?: ((signal: AbortSignal) => Promise<void>) | undefined;
}

/** The secret changed between the permission to use it and its use: nothing was sent. */
export class SecretChanged extends CollectionError {
  constructor() {
    super('auth', 'credential: got another secret each time that it was used, expected one that stays');
  }
}

export function useCurrentSecret(credentials: Credentials, clock: Clock): Layer {
  return (next) => (call, deadline, read) =>
    withCurrentSecret(credentials, clock, deadline, () => next(call, deadline, read));
}

export function useCurrentProxy(proxy: FollowedSecret, clock: Clock): Layer {
  return (next) => (call, deadline, read) =>
    withCurrentSecret(proxy, clock, deadline, () => next(call, deadline, read), mayBeTheProxy);
}

/** Has the attempt made again where it was refused and the secret is another one by then. */
export async function withCurrentSecret<T>(
  secret: FollowedSecret,
  clock: Clock,
  deadline: Deadline,
  attempt: () => Promise<T>,
  mayBeIt: (error: unknown) => boolean = mayBeTheSecret,
): Promise<T> {
  for (let attempts = 1; ; attempts += 1) {
    const fingerprint = await secret.fingerprint(deadline);
    try {
      return await attempt();
    } catch (error) {
      if (attempts === MAX_ATTEMPTS || !mayBeIt(error)) {
        throw error;
      }
      await untilSettled(secret, clock, deadline);
      if (!(error instanceof SecretChanged) && (await secret.fingerprint(deadline)) === fingerprint) {
        throw error;
      }
    }
  }
}

/** Refused by the API, or held back by the circuit breaker as others were refused; a missing permission (403) is neither. */
function mayBeTheSecret(error: unknown): boolean {
  return (
    hasStatus(error, 401) ||
    (error instanceof CollectionError && !(error instanceof ApiError) && error.reason === 'auth')
  );
}

/** The request never arrived: the proxy is not there, or opens no tunnel. */
function mayBeTheProxy(error: unknown): boolean {
  return (
    error instanceof ApiError &&
    error.reason === 'network' &&
    (error.outcome.repeatable === 'any' || error.details.code === 'proxy')
  );
}

/** A change that does not come to rest in time is none for this call. */
async function untilSettled(secret: FollowedSecret, clock: Clock, { signal }: Deadline): Promise<void> {
  const wait = startDeadline(clock, LONGEST_WAIT_MS, signal);
  try {
    await secret.settled?.(wait.signal);
  } catch (error) {
    if (error !== wait.signal.reason) {
      throw error;
    }
  } finally {
    wait.clear();
  }
}
