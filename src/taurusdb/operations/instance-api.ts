// Discovery's calls, under the version of the API that the cloud has. /v3 is to be switched off (API reference, page
// ListGaussMySqlInstances); /v3.1 (pages …UnifyStatus) takes the same query and answers the same records with fewer status words.
import type { ApiCall, CallApi } from '../call/api-call.js';
import { ApiError, hasStatus } from '../errors.js';
import { isOfService } from '../refusal/error-body.js';

export type ApiVersion = 'v3' | 'v3.1';

/** Remembers which version answered last, and asks it first. */
export class InstanceApi {
  readonly #callVersion: (version: ApiVersion) => CallApi;
  #versions: readonly [first: ApiVersion, second: ApiVersion] = ['v3', 'v3.1'];
  #isKnown = false;

  constructor(callVersion: (version: ApiVersion) => CallApi) {
    this.#callVersion = callVersion;
  }

  readonly call: CallApi = async (call, deadline, read) => {
    const [first, second] = this.#versions;
    const ask = async (version: ApiVersion, other: ApiVersion) => {
      const result = await this.#callVersion(version)(call, deadline, read);
      this.#versions = [version, other];
      this.#isKnown = true;
      return result;
    };
    try {
      return await ask(first, second);
    } catch (refusal) {
      if (!this.#mayLackVersion(call, refusal)) {
        throw refusal;
      }
      this.#isKnown = false;
      return await ask(second, first).catch((another: unknown) => {
        throw another instanceof ApiError ? ofBoth([first, refusal], [second, another]) : another;
      });
    }
  };

  /** Behind the first page a 404 is the end of a list whose version has just answered. */
  #mayLackVersion({ instanceId, query }: ApiCall, refusal: unknown): refusal is ApiError {
    const isLaterPage = Number(query?.offset ?? 0) > 0;
    if (!isNotFound(refusal) || (isLaterPage && this.#isKnown)) {
      return false;
    }
    // Of an instance the service may say that it is gone; a list is there wherever its version is.
    return instanceId === undefined || !refusal.outcome.isNotThere;
  }
}

function isNotFound(error: unknown): error is ApiError {
  return hasStatus(error, 404) || hasStatus(error, 410);
}

type Refused = readonly [version: ApiVersion, error: ApiError];

/** Where neither is found, a service that speaks tells more than what stands before it. Either error names both versions. */
function ofBoth(one: Refused, another: Refused): ApiError {
  const refused = [one, another];
  const ofService = refused.find(([, { details }]) => isOfService(details.error_code));
  const [, shown] = isNotFound(another[1]) ? (ofService ?? one) : another;
  const asked = refused.map(([version, { outcome, reason }]) => `/${version} (${outcome.status ?? reason})`);
  const message = `${shown.message}, asked under ${asked.join(' and ')}`;
  return new ApiError(shown.reason, message, shown.details, shown.outcome);
}
