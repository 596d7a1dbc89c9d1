// The port through which the API client counts its requests; the metrics and the log's summary implement it.

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
  /** One HTTP request has ended: `code` is the status or `error`, `seconds` the time to the response headers. */
  request(project: string, operation: ApiOperation, code: string, seconds: number): void;
  /** A failed request will be repeated. */
  retry(project: string, operation: ApiOperation): void;
  /** The clocks of the API and of this host differ too much for signatures: signing uses the API's from now on. */
  clockCorrection(project: string): void;
}

/** Tells all of them everything. */
export function observers(...all: readonly ApiObserver[]): ApiObserver {
  const tell = (what: (one: ApiObserver) => void): void => {
    for (const one of all) {
      what(one);
    }
  };
  return {
    request: (...request) => tell((one) => one.request(...request)),
    retry: (...retry) => tell((one) => one.retry(...retry)),
    clockCorrection: (project) => tell((one) => one.clockCorrection(project)),
  };
}
