// The port through which the API client counts its requests; expose/ turns them into metrics.

export const API_OPERATIONS = [
  'submit',
  'wait',
  'download',
  'list_instances',
  'show_instance',
  'token',
] as const;
export type ApiOperation = (typeof API_OPERATIONS)[number];

export interface ApiObserver {
  /** One HTTP request has ended: `code` is the status or `error`, `seconds` the time until its answer's headers. */
  request(project: string, operation: ApiOperation, code: string, seconds: number): void;
  /** A failed request is going to be repeated. */
  retry(project: string, operation: ApiOperation): void;
  /** The API's clock and ours were too far apart for signatures; signing follows the API's from now on. */
  clockCorrection(project: string): void;
}
