// The reasons why a collection fails: one closed list for the type, the metric's label, the documentation and the tests.
import type { Moment } from '../clock.js';

export const FAILURE_REASONS = [
  'network',
  'timeout',
  'auth',
  'throttled',
  'api',
  'task_error',
  'task_unrecognized',
  'csv',
  'too_large',
  'internal',
] as const;
export type FailureReason = (typeof FAILURE_REASONS)[number];

/** Facts for the log, by the names of its fields. Never a secret, a signed URL or a cell. */
export interface FailureDetails {
  readonly operation?: string | undefined;
  readonly instance_id?: string | undefined;
  readonly status?: number | undefined;
  readonly error_code?: string | undefined;
  readonly code?: string | undefined;
  readonly proxy_status?: string | undefined;
  readonly request_id?: string | undefined;
  readonly task_request_id?: string | undefined;
  readonly attempts?: number | undefined;
  readonly thrown_at?: string | undefined;
}

/** A failure as it is remembered and shown. */
export interface LastFailure {
  readonly reason: FailureReason;
  readonly message: string;
  readonly details: FailureDetails;
  readonly at: Moment;
}

export class CollectionError extends Error {
  override readonly name = 'CollectionError';
  readonly reason: FailureReason;
  readonly details: FailureDetails;

  /** `message` reads *what: got …, expected … (where)*, lower case, one line. */
  constructor(reason: FailureReason, message: string, details: FailureDetails = {}, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
    this.details = details;
  }
}

/** Any thrown value as the error that is counted and logged. */
export function explainFailure(error: unknown): CollectionError {
  if (error instanceof CollectionError) {
    return error;
  }
  // Without the message of an unforeseen error: it may quote a cell. Its place is enough to find the mistake.
  const name = error instanceof Error ? error.constructor.name : typeof error;
  return new CollectionError(
    'internal',
    `collection: got an unforeseen ${name}, expected a snapshot`,
    { thrown_at: error instanceof Error ? framesOf(error)[0] : undefined },
    { cause: error },
  );
}

/** Where an error was thrown, the innermost call first; never its message. */
export function framesOf(error: Error): string[] {
  return [...(error.stack ?? '').matchAll(/^ {4}at (.+)$/gmu)].map(([, frame = '']) => frame);
}
