// The layer that makes an HTTP request of a call: encoded, and authorized with the project's credential. A refusal says
// whether the same call, authorized anew, may be accepted.
import { ApiError, hasStatus } from '../errors.js';
import type { CallApi } from './api-call.js';
import type { Authorization, Credentials } from './credentials.js';
import { SecretChanged } from './current-secret.js';
import { encodePath, encodeQuery } from './encode-target.js';
import type { SendRequest } from './send.js';

export interface AuthorizeOptions {
  /** Of the API, with the port where it is not the scheme's own. */
  readonly host: string;
  /** The API for people: its host, and that of the proxy that a request now goes through. */
  readonly where: () => string;
  /** X-Language: `en-us` or `zh-cn`. */
  readonly language: string;
  readonly credentials: Credentials;
}

export function authorize(
  { host, where, language, credentials }: AuthorizeOptions,
  send: SendRequest,
): CallApi {
  return async (call, deadline, read) => {
    const { operation, ofIam, region, instanceId, method, path, query = {}, projectId, attempt = 1 } = call;
    const body = call.body === undefined ? undefined : JSON.stringify(call.body);
    const contentType = body === undefined ? undefined : 'application/json';
    // It may have waited for its turn since it was let through.
    if (call.fingerprint !== undefined && (await credentials.fingerprint(deadline)) !== call.fingerprint) {
      throw new SecretChanged();
    }
    const authorization = await credentials.authorize(
      { method, host, projectId, path, query, contentType, body: body ?? '' },
      deadline,
    );
    const headers = {
      'accept-encoding': 'identity',
      'user-agent': 'taurusdb-session-exporter',
      'x-language': language,
      ...(contentType === undefined ? {} : { 'content-type': contentType }),
      ...authorization.headers,
    };
    const search = encodeQuery(query);
    const target = search === '' ? encodePath(path) : `${encodePath(path)}?${search}`;
    try {
      return await send(
        {
          request: { method, target, headers, body, secrets: authorization.secrets, attempt },
          site: { operation, ofIam, region, instanceId, where: where() },
        },
        deadline,
        read,
      );
    } catch (error) {
      throw hasStatus(error, 401) ? recoverable(error, authorization) : error;
    }
  };
}

function recoverable(
  { reason, message, details, outcome }: ApiError,
  authorization: Authorization,
): ApiError {
  const recover = () => authorization.recover(outcome.date);
  return new ApiError(reason, message, details, { ...outcome, recover });
}
