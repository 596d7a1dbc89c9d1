// One HTTP request and its answer: sent when the project's budget allows, limited in time, counted, and an error
// unless the answer is good.
import type { Clock } from '../../clock.js';
import type { ApiObserver } from '../../model/api-observer.js';
import { type Deadline, startDeadline } from '../../model/deadline.js';
import { apiError, type CallSite } from '../errors.js';
import type { HttpAnswer, HttpClient, HttpRequest } from '../http/http-client.js';
import type { RateLimiter } from './rate-limiter.js';
import { refusedAnswer } from './refused-answer.js';

/** Which success code the submitting POST has is not documented. */
const GOOD_STATUSES = [200, 201, 202];

/**
 * What to make of a good answer, within the request's time. `secrets` are the request's: strike them out of what
 * the server wrote before anyone sees it.
 */
export type ReadAnswer<T> = (answer: HttpAnswer, secrets: readonly string[]) => Promise<T>;

export interface Exchange {
  readonly request: HttpRequest;
  readonly secrets: readonly string[];
  readonly site: CallSite;
  readonly deadline: Deadline;
}

export interface ExchangeOptions {
  readonly project: string;
  /** From the start of the connection to the end of reading the answer; a streamed body goes on after it. */
  readonly requestTimeoutMs: number;
  readonly http: HttpClient;
  readonly limiter: RateLimiter;
  readonly clock: Clock;
  readonly observer: ApiObserver;
}

export async function exchange<T>(
  { project, requestTimeoutMs, http, limiter, clock, observer }: ExchangeOptions,
  { request, secrets, site, deadline }: Exchange,
  read: ReadAnswer<T>,
): Promise<T> {
  const timer = startDeadline(clock, requestTimeoutMs);
  const startedAt = clock.monotonic();
  const count = (code: string): void =>
    observer.request(project, site.operation, code, (clock.monotonic() - startedAt) / 1_000);

  try {
    const answer = await http
      .send(request, site, AbortSignal.any([deadline.signal, timer.signal]))
      .catch((error: unknown) => {
        count('error');
        throw error;
      });
    count(String(answer.status));
    if (!GOOD_STATUSES.includes(answer.status)) {
      const refusal = await refusedAnswer(answer, secrets, clock.now());
      if (answer.status === 429) limiter.slowDown(refusal.outcome.retryAfterMs);
      throw refusal;
    }
    return await read(answer, secrets);
  } catch (error) {
    if (error !== timer.signal.reason) throw error;
    throw apiError(site, 'timeout', {
      got: `no whole answer within ${requestTimeoutMs / 1_000} s`,
      expected: 'one',
    });
  } finally {
    timer.clear();
  }
}
