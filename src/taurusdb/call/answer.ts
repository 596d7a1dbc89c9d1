// What comes with an answer, read safely: its body, decoded and bounded; its JSON, its error, its type.
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { type JsonObject, parseJsonObject } from '../../json.js';
import { redact } from '../../redact.js';
import { apiError } from '../errors.js';
import type { HttpAnswer } from '../http/http-client.js';
import { utf8Of } from '../refusal/body-text.js';
import {
  describeErrorBody,
  type ErrorBody,
  errorBesideResult,
  errorInBody,
  errorInJson,
  isFailure,
} from '../refusal/error-body.js';

const MAX_JSON_BYTES = 1024 * 1024;
const GZIP = [0x1f, 0x8b];
const GZIP_NAMES = ['gzip', 'x-gzip'];
/** Any other name is none of a compression, like `utf-8` or `aws-chunked`, and the bytes are as they are. */
const COMPRESSIONS = [
  ...GZIP_NAMES,
  ...['br', 'bzip2', 'compress', 'x-compress', 'deflate', 'lz4', 'lzma', 'snappy', 'xz', 'zstd'],
];
const MAX_NAMES_SHOWN = 4;
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
  const json = await readJsonObject(answer, secrets);
  refuseError(answer, json, secrets, result);
  return json;
}

export async function readJsonObject(answer: HttpAnswer, secrets: readonly string[]): Promise<JsonObject> {
  const bytes = await readWholeBody(answer, MAX_JSON_BYTES);
  const json = parseJsonObject(utf8Of(bytes));
  if (json === undefined) {
    const said = describeErrorBody(errorIn(answer, bytes, secrets));
    throw apiError(answer.site, 'api', {
      got: `${bytes.length} bytes that are no JSON object, of the type "${redact(contentType(answer), secrets)}"${said}`,
      expected: 'a JSON object',
    });
  }
  return json;
}

/** See readJsonAnswer. */
export function refuseError(
  answer: HttpAnswer,
  json: JsonObject,
  secrets: readonly string[],
  result: string,
): void {
  const hasResult = (json[result] ?? null) !== null;
  const error = hasResult ? errorBesideResult(json, secrets) : errorInJson(json, secrets);
  if (error === undefined) {
    return;
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
  const chunks = freedOnReturn(answer, bytesOf(answer))[Symbol.asyncIterator]();
  const sent = await readExplanation(chunks);
  // Whatever its Content-Encoding is: its words are not lost where that is wrong.
  const isGzip = GZIP.every((byte, index) => sent[index] === byte);
  const bytes = isGzip ? await readExplanation(gunzipped([sent])[Symbol.asyncIterator]()) : sent;
  return errorIn(answer, bytes, secrets);
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
  return errorInBody(bytes, answer.header('content-type'), secrets, answer.status >= 400);
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
  const compressions = compressionsOf(answer);
  let bytes = 0;
  let lastByte: number | undefined;
  try {
    for await (const chunk of decoded(answer, compressions)) {
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
  if (isLines && !answer.isDelimited && compressions.length === 0 && lastByte !== 0x0a) {
    throw apiError(answer.site, 'network', {
      got: `the end of the connection after ${bytes} bytes, not at the end of a line`,
      expected: 'a final line break, or a Content-Length',
    });
  }
}

/** One after the other, as they were applied. */
function compressionsOf(answer: HttpAnswer): readonly string[] {
  const names = (answer.header('content-encoding') ?? '').toLowerCase().split(',');
  return names.map((name) => name.trim()).filter((name) => COMPRESSIONS.includes(name));
}

async function* decoded(answer: HttpAnswer, compressions: readonly string[]): AsyncGenerator<Uint8Array> {
  const [first, ...others] = compressions;
  if (first === undefined) {
    yield* answer.body;
    return;
  }
  if (!GZIP_NAMES.includes(first) || others.length > 0) {
    throw apiError(answer.site, 'api', {
      got: `an answer encoded as "${compressions.slice(0, MAX_NAMES_SHOWN).join(', ')}"`,
      expected: 'identity or gzip',
    });
  }
  try {
    yield* gunzipped(answer.body);
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

function gunzipped(chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  // The callback is for errors that end the iteration all the same.
  return pipeline(Readable.from(chunks), createGunzip(), () => {});
}

async function* bytesOf(answer: HttpAnswer): AsyncGenerator<Uint8Array> {
  yield* answer.body;
}
