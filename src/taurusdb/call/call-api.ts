// One call of the API, through everything that stands between an operation and the wire:
// retry → credential circuit → request budget → authorization → exchange.

import type { Log } from '../../log.js';
import type { ApiOperation } from '../../model/api-observer.js';
import type { Deadline } from '../../model/deadline.js';
import type { Credentials } from '../credentials/credentials.js';
import { ApiError } from '../errors.js';
import { encodePath, encodeQuery } from '../percent-encode.js';
import type { CredentialCircuit } from './circuit-breaker.js';
import { type ExchangeOptions, exchange, type ReadAnswer } from './exchange.js';
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
      if (isAnswer(error, 401)) admission.refused();
      // Known to the API, but without the permission.
      if (isAnswer(error, 403)) admission.accepted();
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
      if (!mayRecover || !isAnswer(error, 401)) throw error;
      if (!(await authorization.recover(error.outcome.date))) throw error;
      return send(call, deadline, read, false);
    }
  }
}

function isAnswer(error: unknown, status: number): error is ApiError {
  return error instanceof ApiError && error.outcome.status === status;
}
