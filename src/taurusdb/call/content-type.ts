// What kind of body an answer says it has.
import type { HttpAnswer } from '../http/http-client.js';

/** Lower case, without parameters; empty where it is missing or does not look like one. */
export function contentType(answer: HttpAnswer): string {
  const [type = ''] = (answer.header('content-type') ?? '').split(';');
  const name = type.trim().toLowerCase();
  return /^[\w.+-]{1,60}\/[\w.+-]{1,60}$/u.test(name) ? name : '';
}
