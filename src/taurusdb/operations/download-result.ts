// Fetches a finished task's result, a CSV file (API reference, page DownloadRealtimeSession).
import type { SessionFile } from '../../collect/session-api.js';
import type { Deadline } from '../../model/deadline.js';
import { redact } from '../../redact.js';
import { contentType, errorIn, freedOnReturn, readBody, readExplanation } from '../call/answer.js';
import type { CallApi, CallTarget } from '../call/api-call.js';
import { type ApiError, apiError } from '../errors.js';
import type { HttpAnswer } from '../http/http-client.js';
import { type BinaryFile, bodyStart } from '../refusal/body-start.js';
import { bodyFormat, describeErrorBody } from '../refusal/error-body.js';

/** A shorter secret may be the name of a column. */
const MIN_SECRET = 8;

export interface ResultToDownload {
  readonly node: CallTarget;
  readonly requestId: string;
  /** After decoding. */
  readonly maxBytes: number;
}

/** Resolves at the answer's headers. Iterate to the end or call `return()`: either frees the connection. */
export function downloadResult(
  callApi: CallApi,
  { node, requestId, maxBytes }: ResultToDownload,
  deadline: Deadline,
): Promise<SessionFile> {
  const path = `${node.path}/realtime-session-result`;
  return callApi(
    { operation: 'download', scope: node.scope, method: 'GET', path, query: { request_id: requestId } },
    deadline,
    async (answer, secrets) => ({
      ...freedOnReturn(answer, withoutForeign(answer, maxBytes, secrets)),
      strikeOut: (text) => redact(text, secrets, MIN_SECRET),
    }),
  );
}

/**
 * The body's chunks, once its first bytes have said that it can be a file: what its Content-Type says is not documented, and
 * proxies change it. The last check is that of who reads the file, who knows its encoding.
 */
async function* withoutForeign(
  answer: HttpAnswer,
  maxBytes: number,
  secrets: readonly string[],
): AsyncGenerator<Uint8Array> {
  const chunks = readBody(answer, { maxBytes, isLines: true })[Symbol.asyncIterator]();
  let start = Buffer.alloc(0);
  let found = bodyStart(start);
  while (found === 'unclear') {
    const { done, value } = await chunks.next();
    start = Buffer.concat([start, value ?? Buffer.alloc(0)]);
    found = bodyStart(start, done === true);
  }
  if (found === 'explanation') {
    throw explained(answer, await readExplanation(chunks, start), secrets);
  }
  if (found !== 'text') {
    answer.discard();
    throw binary(answer, found);
  }
  yield start;
  yield* { [Symbol.asyncIterator]: () => chunks };
}

function explained(answer: HttpAnswer, body: Uint8Array, secrets: readonly string[]): ApiError {
  const format = bodyFormat(body, answer.header('content-type'));
  const type = contentType(answer);
  const named = type === '' ? format : `${format} of the type "${redact(type, secrets)}"`;
  const said = describeErrorBody(errorIn(answer, body, secrets), answer.status);
  return apiError(answer.site, 'csv', {
    got: `${named}${said}`,
    expected: format === 'HTML' ? 'a CSV file: does a proxy answer?' : 'a CSV file',
  });
}

function binary({ site }: HttpAnswer, { what, hint }: BinaryFile): ApiError {
  return apiError(site, 'csv', { got: what, expected: `a CSV file: ${hint}` });
}
