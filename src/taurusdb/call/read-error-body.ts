// The explanation that comes with an answer that is not the one asked for.
import { type ErrorBody, parseErrorBody } from '../error-body.js';
import type { HttpAnswer } from '../http/http-client.js';
import { parseJsonObject } from './json-object.js';
import { readWholeBody } from './read-body.js';

const MAX_ERROR_BODY_BYTES = 64 * 1024;

/** Reads the rest of the answer; undefined where it holds no explanation of a known shape. */
export async function readErrorBody(
  answer: HttpAnswer,
  secrets: readonly string[],
): Promise<ErrorBody | undefined> {
  try {
    return parseErrorBody(parseJsonObject(await readWholeBody(answer, MAX_ERROR_BODY_BYTES)), secrets);
  } catch {
    // That the answer is bad is known already; an explanation that is cut off adds nothing.
    return undefined;
  }
}
