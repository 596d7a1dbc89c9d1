// What a body that is no CSV file begins as: the JSON, HTML or XML that gateways answer with. A header's first name may stand
// in brackets, so one byte does not tell.

/** So many bytes from the first one on that is no blank are enough to tell. */
export const START_BYTES = 256;

const JSON_START = /^(?:\{\s*(?:["}]|$)|\[\s*(?:[[{"\]\d-]|true\b|false\b|null\b|$))/u;
const MARKUP_START = /^<(?:[!?/a-z]|$)/iu;
/** Behind the closing bracket of JSON's or markup's first part comes no comma. */
const NAME_IN_BRACKETS = /^(?:\[[^[\]{}<>,\r\n]+\]|\{[^[\]{}<>,:\r\n]+\}|<[^[\]{}<>,\r\n]+>)[ \t]*,/u;

/** `start`: bytes as Latin-1, the first of them no blank, at least START_BYTES or all there are. */
export function foreignStart(start: string): 'JSON' | 'HTML or XML' | undefined {
  if (NAME_IN_BRACKETS.test(start)) {
    return undefined;
  }
  if (JSON_START.test(start)) {
    return 'JSON';
  }
  return MARKUP_START.test(start) ? 'HTML or XML' : undefined;
}
