// Fetches a finished task's result, a CSV file (API reference, page DownloadRealtimeSession).
import type { Deadline } from '../../model/deadline.js';
import { redact } from '../../redact.js';
import { contentType, readBody, readErrorBody } from '../call/answer.js';
import type { CallApi, CallTarget } from '../call/api-call.js';
import { apiError, type CallSite, describeErrorBody } from '../errors.js';

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
): Promise<AsyncIterable<Uint8Array>> {
  const path = `${node.path}/realtime-session-result`;
  return callApi(
    { operation: 'download', scope: node.scope, method: 'GET', path, query: { request_id: requestId } },
    deadline,
    async (answer, secrets) => {
      const type = contentType(answer);
      // Which type the file has is not documented; these it cannot have.
      if (!/html|json|xml/u.test(type)) {
        return withHeaderChecked(readBody(answer, { maxBytes, isLines: true }), answer.site, secrets);
      }
      const said = describeErrorBody(await readErrorBody(answer, secrets));
      throw apiError(answer.site, 'csv', {
        got: `a body of the type "${redact(type, secrets)}"${said}`,
        expected: type.includes('html') ? 'a CSV file: does a proxy answer?' : 'a CSV file',
      });
    },
  );
}

/** As long as a header may be; see sessions/columns.ts. */
const MAX_FIRST_LINE = 64 * 1024;
const LINE_END = /[\r\n]/u;
/** A shorter secret may be the name of a column. */
const MIN_SECRET = 8;

/** Names of the header are shown: a first line that repeats a secret is refused before anybody reads it. */
function withHeaderChecked(
  body: AsyncIterable<Uint8Array>,
  site: CallSite,
  secrets: readonly string[],
): AsyncIterable<Uint8Array> {
  return {
    [Symbol.asyncIterator]: () => {
      const chunks = body[Symbol.asyncIterator]();
      let line = '';
      let isChecked = false;
      const next = async () => {
        const result = await chunks.next();
        if (isChecked) {
          return result;
        }
        const chunk = result.done
          ? ''
          : Buffer.from(result.value.subarray(0, MAX_FIRST_LINE)).toString('latin1');
        const [more = ''] = (line === '' ? chunk.trimStart() : chunk).split(LINE_END, 1);
        line += more;
        isChecked =
          result.done === true || (line !== '' && LINE_END.test(chunk)) || line.length >= MAX_FIRST_LINE;
        if (isChecked && redact(line, secrets, MIN_SECRET) !== line) {
          await chunks.return?.();
          throw apiError(site, 'csv', {
            got: 'a first line that repeats a secret of the request',
            expected: 'a CSV header line',
          });
        }
        return result;
      };
      return { next, return: async () => (await chunks.return?.()) ?? { done: true, value: undefined } };
    },
  };
}
