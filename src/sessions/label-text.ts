// What a label says of a value of the database, and the labels that stand for no single value.
import { hash } from 'node:crypto';

/** The label of an empty or NULL value. */
export const NONE = 'none';
/** The label of all values beyond a dimension's `maxValues`, and of those that there is no room for. */
export const OTHER = 'other';

export const MAX_CHARACTERS = 128;
const HASH_DIGITS = 8;
const KEPT_CHARACTERS = MAX_CHARACTERS - HASH_DIGITS - 1;
/** The last character that UTF-16 writes as one unit. */
const LAST_OF_ONE_UNIT = 0xffff;

/**
 * The label of a text of the database, which is trimmed and well formed, as all that was decoded from bytes is. Two texts
 * never become one label. Characters are code points; control characters are kept, for the exposition format escapes them.
 */
export function labelText(text: string | undefined): string {
  if (text === undefined) {
    return NONE;
  }
  if (text.length <= MAX_CHARACTERS || endOfCharacters(text, MAX_CHARACTERS) === text.length) {
    return text;
  }
  const start = text.slice(0, endOfCharacters(text, KEPT_CHARACTERS));
  return `${start}…${hash('sha256', text).slice(0, HASH_DIGITS)}`;
}

/** Where the first `count` characters end, in units of UTF-16. */
function endOfCharacters(text: string, count: number): number {
  let end = 0;
  for (let passed = 0; passed < count && end < text.length; passed++) {
    end += (text.codePointAt(end) ?? 0) > LAST_OF_ONE_UNIT ? 2 : 1;
  }
  return end;
}
