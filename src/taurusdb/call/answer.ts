// What comes with an answer, read safely: its body, decoded and bounded; its JSON, its error, its type.
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { type JsonObject, parseJsonObject } from '../../json.js';
import { redact } from '../../redact.js';
import { apiError } from '../errors.js';
import type { HttpAnswer } from '../http/http-client.js';
import {
  describeErrorBody,
  type ErrorBody,
  errorBesideResult,
  errorInBody,
  errorInJson,
  isFailure,
} from '../refusal/error-body.js';

const MAX_JSON_BYTES = 1024 * 1024;
/** Known by name. Any other text may be anything, and is not shown. */
const ENCODINGS = ['br', 'compress', 'deflate', 'gzip', 'identity', 'x-gzip', 'zstd'];
const MAX_EXPLANATION_BYTES = 64 * 1024;

/**
 * An object that holds `result`, by which its reader knows it, or says nothing of an error: else the error that calls itself a
 * success is thrown, in whatever form it comes. `secrets` are struck out of what the server says.
 */
export async function readJsonAnswer(
  answer: HttpAnswer,
  secrets: readonly string[],
  result: string,
): Promise<JsonObject> {
  const bytes = await readWholeBody(answer, MAX_JSON_BYTES);
  const json = parseJsonObject(bytes);
  if (json === undefined) {
    const said = describeErrorBody(errorIn(answer, bytes, secrets));
    throw apiError(answer.site, 'api', {
      got: `${bytes.length} bytes that are no JSON object, of the type "${redact(contentType(answer), secrets)}"${said}`,
      expected: 'a JSON object',
    });
  }
  const hasResult = (json[result] ?? null) !== null;
  const error = hasResult ? errorBesideResult(json, secrets) : errorInJson(json, secrets);
  if (error === undefined) {
    return json;
  }
  const { status } = answer;
  const what = error.code === undefined || isFailure(error) ? 'with the error' : `without ${result}:`;
  throw apiError(
    answer.site,
    'api',
    { got: `${status} ${what}${describeErrorBody(error, status)}`, expected: 'no error' },
    { status, error_code: error.code },
  );
}

/** What a refusal says of itself: reads the beginning of the rest of the answer; undefined where that says nothing. */
export async function readErrorBody(
  answer: HttpAnswer,
  secrets: readonly string[],
): Promise<ErrorBody | undefined> {
  const chunks = readBody(answer, { maxBytes: Number.POSITIVE_INFINITY, isLines: false });
  return errorIn(answer, await readExplanation(chunks[Symbol.asyncIterator]()), secrets);
}

/** Of a body that is not what was asked for, `start` and what follows: what it says of an error stands at its beginning. Ends the reading. */
export async function readExplanation(
  chunks: AsyncIterator<Uint8Array>,
  start: Uint8Array = new Uint8Array(),
): Promise<Uint8Array> {
  const parts = [start];
  try {
    for (let length = start.length; length < MAX_EXPLANATION_BYTES; ) {
      const { done, value } = await chunks.next();
      if (done === true) {
        break;
      }
      parts.push(value);
      length += value.length;
    }
  } catch {
    // That the answer is bad is known already; why its explanation ends here adds nothing.
  }
  await chunks.return?.();
  return Buffer.concat(parts).subarray(0, MAX_EXPLANATION_BYTES);
}

/** What the body says of an error. A plain text is that of a refusal alone: any other may be what was asked for. */
export function errorIn(
  answer: HttpAnswer,
  bytes: Uint8Array,
  secrets: readonly string[],
): ErrorBody | undefined {
  const error = errorInBody(bytes, answer.header('content-type'), secrets);
  return error?.format === 'text' && answer.status < 400 ? undefined : error;
}

/** The type that the body is said to have: lower case, without parameters; empty where it is missing or none. */
export function contentType(answer: HttpAnswer): string {
  const [type = ''] = (answer.header('content-type') ?? '').split(';');
  const name = type.trim().toLowerCase();
  return /^[\w.+-]{1,60}\/[\w.+-]{1,60}$/u.test(name) ? name : '';
}

export interface BodyLimits {
  /** After decoding. */
  readonly maxBytes: number;
  /** Text in lines: where nothing else shows the body's end, the final line break must. */
  readonly isLines: boolean;
}

/**
 * Decoded and bounded. No request asks for compression; a server or a proxy that compresses all the same is understood
 * for gzip, decoded strictly: a cut file must not pass for a short one. Iterate to the end or call `return()`: either
 * frees the connection.
 */
export function readBody(answer: HttpAnswer, limits: BodyLimits): AsyncIterable<Uint8Array> {
  return freedOnReturn(answer, checkedChunks(answer, limits));
}

/** `chunks` of the answer's body; `return()` frees the connection, whatever they wait for. */
export function freedOnReturn(
  answer: HttpAnswer,
  chunks: AsyncGenerator<Uint8Array>,
): AsyncIterable<Uint8Array> {
  return {
    [Symbol.asyncIterator]: () => ({
      next: () => chunks.next(),
      // Not the generator's own return(): before the first chunk it would not run, and during a wait only after it.
      return: async () => {
        answer.discard();
        return { done: true, value: undefined };
      },
    }),
  };
}

export async function readWholeBody(answer: HttpAnswer, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of readBody(answer, { maxBytes, isLines: false })) {
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function* checkedChunks(
  answer: HttpAnswer,
  { maxBytes, isLines }: BodyLimits,
): AsyncGenerator<Uint8Array> {
  const encoding = answer.header('content-encoding')?.trim().toLowerCase() || 'identity';
  let bytes = 0;
  let lastByte: number | undefined;
  try {
    for await (const chunk of decoded(answer, encoding)) {
      bytes += chunk.length;
      lastByte = chunk.at(-1);
      if (bytes > maxBytes) {
        throw apiError(answer.site, 'too_large', {
          got: `a body of more than ${maxBytes} bytes`,
          expected: 'at most so many',
        });
      }
      yield chunk;
    }
  } finally {
    answer.discard();
  }
  if (isLines && !answer.isDelimited && encoding === 'identity' && lastByte !== 0x0a) {
    throw apiError(answer.site, 'network', {
      got: `the end of the connection after ${bytes} bytes, not at the end of a line`,
      expected: 'a final line break, or a Content-Length',
    });
  }
}

async function* decoded(answer: HttpAnswer, encoding: string): AsyncGenerator<Uint8Array> {
  if (encoding === 'identity') {
    yield* answer.body;
    return;
  }
  if (encoding !== 'gzip' && encoding !== 'x-gzip') {
    throw apiError(answer.site, 'api', {
      got: `an answer encoded as ${isKnown(encoding) ? `"${encoding}"` : 'something without a name'}`,
      expected: 'identity or gzip',
    });
  }
  const gunzip = createGunzip();
  try {
    // The callback is for errors that end the iteration below all the same.
    yield* pipeline(Readable.from(answer.body), gunzip, () => {});
  } catch (error) {
    throw error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')
      ? apiError(
          answer.site,
          'network',
          { got: `${error.code} while decompressing`, expected: 'one whole gzip file' },
          { code: String(error.code) },
        )
      : error;
  }
}

/** One, or several one after the other. */
function isKnown(encoding: string): boolean {
  return encoding.split(/, ?/u).every((name) => ENCODINGS.includes(name));
}
