// Text of the database → value of a label. Two texts never become one label, but for blanks around them.
import { createHash } from 'node:crypto';

/** The label of an empty or NULL value. */
export const NONE = 'none';
/** The label of all values beyond a dimension's `maxValues`. */
export const OTHER = 'other';

const MAX_CHARACTERS = 128;
const HASH_DIGITS = 8;
const KEPT_CHARACTERS = MAX_CHARACTERS - HASH_DIGITS - 1;

/**
 * `text` is trimmed and well formed, as whatever was decoded from bytes is. Characters are code points;
 * control characters are kept, for the exposition format escapes them.
 */
export function labelText(text: string | undefined): string {
  if (text === undefined) return NONE;
  if (text.length <= MAX_CHARACTERS) return text;
  const start: string[] = [];
  for (const character of text) {
    if (start.push(character) > MAX_CHARACTERS) {
      const hash = createHash('sha256').update(text).digest('hex').slice(0, HASH_DIGITS);
      return `${start.slice(0, KEPT_CHARACTERS).join('')}…${hash}`;
    }
  }
  return text;
}
