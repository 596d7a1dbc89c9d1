// A JSON answer: bounded, an object, and not an error that calls itself a success.

import { describeErrorBody, parseErrorBody, redact } from '../error-body.js';
import { apiError } from '../errors.js';
import type { HttpAnswer } from '../http/http-client.js';
import { contentType } from './content-type.js';
import { type JsonObject, parseJsonObject } from './json-object.js';
import { readWholeBody } from './read-body.js';

const MAX_JSON_BYTES = 1024 * 1024;

/** `secrets` are struck out of the server's words. */
export async function readJsonAnswer(answer: HttpAnswer, secrets: readonly string[]): Promise<JsonObject> {
  const bytes = await readWholeBody(answer, MAX_JSON_BYTES);
  const json = parseJsonObject(bytes);
  if (json === undefined) {
    throw apiError(answer.site, 'api', {
      got: `${bytes.length} bytes that are no JSON object, of the type "${redact(contentType(answer), secrets)}"`,
      expected: 'a JSON object',
    });
  }
  const error = parseErrorBody(json, secrets);
  if (error?.code !== undefined) {
    throw apiError(
      answer.site,
      'api',
      { got: `${answer.status} with the error${describeErrorBody(error)}`, expected: 'no error' },
      { status: answer.status, error_code: error.code },
    );
  }
  return json;
}
