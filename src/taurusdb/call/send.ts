// The innermost layer: one HTTP request and its answer, counted, limited in time, and an error unless the answer is
// good.
import type { Clock } from '../../clock.js';
import type { ApiObserver, ApiOperation } from '../../model/api-observer.js';
import { type Deadline, startDeadline } from '../../model/deadline.js';
import { apiError, type CallSite } from '../errors.js';
import type { HttpClient, HttpRequest } from '../http/http-client.js';
import type { ReadAnswer } from './api-call.js';
import { refusedAnswer } from './refused-answer.js';

/** Which success code the submitting POST has is not documented, and IAM answers 201. What is only accepted has no result yet. */
const GOOD_STATUSES: Readonly<Record<ApiOperation, readonly number[]>> = {
  submit: [200, 201, 202],
  wait: [200, 201, 202],
  download: [200],
  list_instances: [200],
  show_instance: [200],
  token: [200, 201, 202],
};

export interface AuthorizedRequest {
  readonly request: HttpRequest;
  readonly site: CallSite;
}

export type SendRequest = <T>(
  authorized: AuthorizedRequest,
  deadline: Deadline,
  read: ReadAnswer<T>,
) => Promise<T>;

export interface SendOptions {
  /** Name of the project in the configuration: for counting and the log. */
  readonly project: string;
  /** From the start of the connection to the end of reading the answer, and for each wait for more of a streamed body. */
  readonly requestTimeoutMs: number;
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly observer: ApiObserver;
}

export function send({ project, requestTimeoutMs, http, clock, observer }: SendOptions): SendRequest {
  return async ({ request, site }, deadline, read) => {
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
      const secrets = [...request.secrets, ...http.secrets()];
      if (!GOOD_STATUSES[site.operation].includes(answer.status)) {
        throw await refusedAnswer(answer, secrets, clock.now());
      }
      return await read(answer, secrets);
    } catch (error) {
      if (error !== timer.signal.reason) {
        throw error;
      }
      throw apiError(site, 'timeout', {
        got: `no whole answer within ${requestTimeoutMs / 1_000} s`,
        expected: 'one',
      });
    } finally {
      timer.clear();
    }
  };
}
