// A failed call: its message, and what the layers around it must know, such as whether it may be repeated.
import type { ApiOperation } from '../model/api-observer.js';
import { CollectionError, type FailureDetails, type FailureReason } from '../model/failure.js';

/**
 * Which calls may be repeated after a failure: `any`, as the API never acted on the request; only `reads`, as it
 * may have; `none`, as the answer would be the same.
 */
export type Repeatable = 'any' | 'reads' | 'none';

/** The part of a failed call that decides what happens next. */
export interface CallOutcome {
  readonly repeatable?: Repeatable;
  /** How long the API asked to wait before the next request. */
  readonly retryAfterMs?: number | undefined;
  /** Of the answer; undefined where there was none. */
  readonly status?: number;
  /** The API itself says that there is no such thing as was asked for. */
  readonly isNotThere?: boolean;
  /** The answer's `Date` header. */
  readonly date?: string | undefined;
  /** After a refused credential: whether the same call, authorized anew, may be accepted. */
  readonly recover?: () => Promise<boolean>;
}

/** Which call a failure belongs to. */
export interface CallSite {
  readonly operation: ApiOperation;
  /** What is asked of IAM where that is not a token, though it counts as one. */
  readonly ofIam?: 'projects' | undefined;
  /** Where a project is asked for by the name of its region, that region. */
  readonly region?: string | undefined;
  /** Where one is asked for after the other, the one that this call asks for. */
  readonly instanceId?: string | undefined;
  /** Host and port of the API, and of the proxy where there is one. */
  readonly where: string;
}

export class ApiError extends CollectionError {
  readonly outcome: CallOutcome;

  constructor(reason: FailureReason, message: string, details: FailureDetails, outcome: CallOutcome) {
    super(reason, message, details);
    this.outcome = outcome;
  }
}

export function apiError(
  { operation, instanceId, where }: CallSite,
  reason: FailureReason,
  { got, expected }: { readonly got: string; readonly expected: string },
  details: FailureDetails = {},
  outcome: CallOutcome = {},
): ApiError {
  const place = instanceId === undefined ? where : `instance ${instanceId}, ${where}`;
  const message = `${operation}: got ${got}, expected ${expected} (${place})`;
  const ofInstance = instanceId === undefined ? {} : { instance_id: instanceId };
  return new ApiError(reason, message, { operation, ...ofInstance, ...details }, outcome);
}

/** Whether the API answered, and with this status. */
export function hasStatus(error: unknown, status: number): error is ApiError {
  return error instanceof ApiError && error.outcome.status === status;
}
