// How long a secret that a server handed out will last, by the server's own clock: ours may be off.
import type { EpochMs } from '../../clock.js';
import { apiError } from '../errors.js';
import type { HttpAnswer } from '../http/http-client.js';

/** Short enough to be renewed before most secrets end. */
const ASSUMED_LIFE_MS = 3_600_000;

/** For the log, where the end cannot be read. */
export const UNREADABLE_END = 'got no readable expires_at, expected a date: taken to last an hour';

export interface LifeReader {
  /** For an answer that has no Date. */
  readonly now: EpochMs;
  /** Called when the end cannot be read, so that an hour is assumed. */
  readonly warn: () => void;
}

/** Milliseconds from the answer's own time to `expiresAt`; throws where that has passed. */
export function remainingLife(
  what: string,
  expiresAt: unknown,
  answer: HttpAnswer,
  { now, warn }: LifeReader,
): number {
  const endsAt = typeof expiresAt === 'string' ? Date.parse(expiresAt) : Number.NaN;
  if (Number.isNaN(endsAt)) {
    warn();
    return ASSUMED_LIFE_MS;
  }
  const lifeMs = endsAt - (Date.parse(answer.header('date') ?? '') || now);
  if (lifeMs > 0) {
    return lifeMs;
  }
  throw apiError(answer.site, 'api', {
    got: `a ${what} that ended ${Math.round(-lifeMs / 1_000)} s ago`,
    expected: 'one that lasts',
  });
}
