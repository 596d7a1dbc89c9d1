// A failed call: what the layers around it must know, such as whether it may be repeated, and what the server said.
import { isObject } from '../json.js';
import type { ApiOperation } from '../model/api-observer.js';
import { CollectionError, type FailureDetails, type FailureReason } from '../model/failure.js';
import { redact } from '../redact.js';

const MAX_MESSAGE_LENGTH = 200;
/** What follows is neither searched for secrets nor shown. */
const MAX_MESSAGE_READ = 64 * 1024;

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
  /** The answer's `Date` header. */
  readonly date?: string | undefined;
  /** After a refused credential: whether the same call, authorized anew, may be accepted. */
  readonly recover?: () => Promise<boolean>;
}

/** Which call a failure belongs to. */
export interface CallSite {
  readonly operation: ApiOperation;
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
  { operation, where }: CallSite,
  reason: FailureReason,
  { got, expected }: { readonly got: string; readonly expected: string },
  details: FailureDetails = {},
  outcome: CallOutcome = {},
): ApiError {
  const message = `${operation}: got ${got}, expected ${expected} (${where})`;
  return new ApiError(reason, message, { operation, ...details }, outcome);
}

/** Whether the API answered, and with this status. */
export function hasStatus(error: unknown, status: number): error is ApiError {
  return error instanceof ApiError && error.outcome.status === status;
}

/** What the API, the gateway in front of it or IAM says when it refuses, made fit for a log line. */
export interface ErrorBody {
  /** As documented, like `DBS.200001` or `APIGW.0301`; undefined where it looks otherwise. */
  readonly code: string | undefined;
  /** One line of at most 200 characters; undefined where there is none. */
  readonly message: string | undefined;
}

/** Undefined where `json` has none of the four known shapes. `secrets` are struck out, should the server echo them. */
export function parseErrorBody(json: unknown, secrets: readonly string[]): ErrorBody | undefined {
  if (!isObject(json)) {
    return undefined;
  }
  const error = isObject(json.error) ? json.error : json;
  const code = error.error_code ?? error.errorCode ?? error.code;
  const message = error.error_msg ?? error.errorMsg ?? error.message;
  // Not `String(code)` of anything: an object may have a toString that is none.
  const codeText = typeof code === 'string' || typeof code === 'number' ? String(code) : undefined;
  if (codeText === undefined && typeof message !== 'string') {
    return undefined;
  }
  return {
    code: /^\w{1,40}(\.\w{1,40})?$/u.test(codeText ?? '') ? redact(codeText ?? '', secrets) : undefined,
    message: typeof message === 'string' ? oneLine(message, secrets) : undefined,
  };
}

/** ` CODE "message"`, or nothing: the server's part of an error's message. */
export function describeErrorBody(body: ErrorBody | undefined): string {
  const code = body?.code === undefined ? '' : ` ${body.code}`;
  return body?.message === undefined ? code : `${code} ${JSON.stringify(body.message)}`;
}

function oneLine(text: string, secrets: readonly string[]): string {
  const seen = text
    .slice(0, MAX_MESSAGE_READ)
    .replace(/[\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}]/gu, '')
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
  // Secrets go once it reads as it will be shown, and before it is cut: of a cut one a piece may be too short to be known.
  const clean = redact(seen, secrets).trim();
  const characters = [...clean];
  return characters.length <= MAX_MESSAGE_LENGTH
    ? clean
    : `${characters.slice(0, MAX_MESSAGE_LENGTH - 1).join('')}…`;
}
