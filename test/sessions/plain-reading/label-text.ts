// Text of the database → value of a label, the plain way.
import { createHash } from 'node:crypto';

export const OTHER = 'other';

/** Undefined: NULL. Of more than 128 characters the first 119 stay, and 8 digits of the SHA-256 of all of them. */
export function labelText(text: string | undefined): string {
  if (text === undefined) {
    return 'none';
  }
  const characters = [...text];
  if (characters.length <= 128) {
    return text;
  }
  const sha256 = createHash('sha256').update(text).digest('hex');
  return `${characters.slice(0, 119).join('')}…${sha256.slice(0, 8)}`;
}
