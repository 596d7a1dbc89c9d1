// Fetches a finished task's result, a CSV file (API reference, page DownloadRealtimeSession).
import type { SessionFile } from '../../collect/session-api.js';
import type { Deadline } from '../../model/deadline.js';
import { redact } from '../../redact.js';
import { contentType, readBody, readErrorBody } from '../call/answer.js';
import type { CallApi, CallTarget } from '../call/api-call.js';
import { apiError, describeErrorBody } from '../errors.js';

/** A shorter secret may be the name of a column. */
const MIN_SECRET = 8;

export interface ResultToDownload {
  readonly node: CallTarget;
  readonly requestId: string;
  /** After decoding. */
  readonly maxBytes: number;
}

/** Resolves when the file begins. Iterate to the end or call `return()`: either frees the connection. */
export function downloadResult(
  callApi: CallApi,
  { node, requestId, maxBytes }: ResultToDownload,
  deadline: Deadline,
): Promise<SessionFile> {
  const path = `${node.path}/realtime-session-result`;
  return callApi(
    { operation: 'download', scope: node.scope, method: 'GET', path, query: { request_id: requestId } },
    deadline,
    async (answer, secrets) => {
      const type = contentType(answer);
      // Which type the file has is not documented; these it cannot have.
      if (!/html|json|xml/u.test(type)) {
        const bytes = readBody(answer, { maxBytes, isLines: true });
        return { ...bytes, strikeOut: (text) => redact(text, secrets, MIN_SECRET) };
      }
      const said = describeErrorBody(await readErrorBody(answer, secrets));
      throw apiError(answer.site, 'csv', {
        got: `a body of the type "${redact(type, secrets)}"${said}`,
        expected: type.includes('html') ? 'a CSV file: does a proxy answer?' : 'a CSV file',
      });
    },
  );
}
