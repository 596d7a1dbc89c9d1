// One call of the API, through everything that stands between an operation and the wire:
// retry → credential circuit → request budget → authorization → exchange.

import type { Clock } from '../../clock.js';
import type { Log } from '../../log.js';
import type { ApiObserver, ApiOperation } from '../../model/api-observer.js';
import { type Deadline, startDeadline } from '../../model/deadline.js';
import { ApiError, apiError, type CallSite } from '../errors.js';
import type { HttpAnswer, HttpClient, HttpRequest } from '../http/http-client.js';
import type { CredentialCircuit } from './circuit-breaker.js';
import type { Credentials } from './credentials.js';
import { encodePath, encodeQuery } from './encode-target.js';
import type { RateLimiter } from './rate-limiter.js';
import { refusedAnswer } from './refused-answer.js';
import { retry } from './retry.js';

export interface ApiCall {
  readonly operation: ApiOperation;
  readonly method: 'GET' | 'POST';
  /** Not encoded. */
  readonly path: string;
  /** Not encoded. */
  readonly query?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: object;
  /** Undefined where the call is about no project in particular. */
  readonly projectId?: string;
  /** May be repeated although it may have arrived; a GET always may. */
  readonly isRead?: boolean;
}

export type CallApi = <T>(call: ApiCall, deadline: Deadline, read: ReadAnswer<T>) => Promise<T>;

export interface CallApiOptions extends ExchangeOptions {
  /** Of the API, with the port where it is not the scheme's own. */
  readonly host: string;
  /** The API for people: its host, and the proxy's where there is one. */
  readonly where: string;
  /** X-Language: `en-us` or `zh-cn`. */
  readonly language: string;
  readonly maxRetries: number;
  readonly credentials: Credentials;
  readonly circuit: CredentialCircuit;
  /** In [0, 1). */
  readonly random: () => number;
  readonly log: Log;
}

export function createCallApi(options: CallApiOptions): CallApi {
  const { project, host, where, language, maxRetries, limiter, credentials, circuit } = options;
  const { clock, random, observer, log } = options;

  return (call, deadline, read) => {
    const isRead = call.isRead ?? call.method === 'GET';
    const onRetry = (error: ApiError, waitMs: number): void => {
      observer.retry(project, call.operation);
      log.debug(`repeating a request: ${error.message}`, {
        project,
        ...error.details,
        wait_ms: Math.round(waitMs),
      });
    };
    return retry({ maxRetries, isRead, deadline, clock, random, onRetry }, () =>
      tryCredential(deadline, () => send(call, deadline, read)),
    );
  };

  async function tryCredential<T>(deadline: Deadline, sendWithIt: () => Promise<T>): Promise<T> {
    const fingerprint = await credentials.fingerprint(deadline);
    const admission = await circuit.enter(fingerprint, deadline.signal);
    try {
      const result = await sendWithIt();
      admission.accepted();
      return result;
    } catch (error) {
      if (isAnswer(error, 401)) {
        admission.refused();
      }
      // Known to the API, but without the permission.
      if (isAnswer(error, 403)) {
        admission.accepted();
      }
      throw error;
    } finally {
      admission.leave();
    }
  }

  async function send<T>(
    call: ApiCall,
    deadline: Deadline,
    read: ReadAnswer<T>,
    mayRecover = true,
  ): Promise<T> {
    await limiter.take(deadline);
    const { operation, method, path, query = {}, projectId } = call;
    const body = call.body === undefined ? undefined : JSON.stringify(call.body);
    const contentType = body === undefined ? undefined : 'application/json';
    const authorization = await credentials.authorize(
      { method, host, projectId, path, query, contentType, body: body ?? '' },
      deadline,
    );
    const search = encodeQuery(query);
    const headers = {
      'accept-encoding': 'identity',
      'user-agent': 'taurusdb-session-exporter',
      'x-language': language,
      ...(contentType === undefined ? {} : { 'content-type': contentType }),
      ...authorization.headers,
    };
    const target = search === '' ? encodePath(path) : `${encodePath(path)}?${search}`;
    try {
      return await exchange(
        options,
        {
          request: { method, target, headers, body },
          secrets: authorization.secrets,
          site: { operation, where },
          deadline,
        },
        read,
      );
    } catch (error) {
      if (!mayRecover || !isAnswer(error, 401)) {
        throw error;
      }
      if (!(await authorization.recover(error.outcome.date))) {
        throw error;
      }
      return send(call, deadline, read, false);
    }
  }
}

function isAnswer(error: unknown, status: number): error is ApiError {
  return error instanceof ApiError && error.outcome.status === status;
}

// One HTTP request and its answer: sent when the project's budget allows, limited in time, counted, and an error
// unless the answer is good.

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
      if (answer.status === 429) {
        limiter.slowDown(refusal.outcome.retryAfterMs);
      }
      throw refusal;
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
}
