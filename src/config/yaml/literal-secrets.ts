// Whether a file holds a secret itself, instead of naming a variable or a file that does.
import { isObject } from '../../json.js';
import { literalIn } from './expand-environment.js';
import { partsBelow, type SchemaParts, secretPartOf } from './schema-parts.js';

/** `value`: as it is written, before variables are filled in. */
export function holdsLiteralSecret(value: unknown, parts: SchemaParts): boolean {
  if (typeof value === 'string') {
    return secretPartOf(parts)?.test(literalIn(value)) === true;
  }
  const items: [string | number, unknown][] = Array.isArray(value)
    ? value.map((item, index) => [index, item])
    : Object.entries(isObject(value) ? value : {});
  return items.some(([key, item]) => {
    const below = partsBelow(parts, key);
    return below !== undefined && holdsLiteralSecret(item, below.parts);
  });
}
