// What messages may repeat of a file. A slip of the pen makes a secret a key, a part of another value or an item of a
// list: so what the schema does not know is not shown, except where it is harmless.
import leven from 'leven';
import type { ConfigPath } from './config-errors.js';
import { nearestName } from './nearest-name.js';
import {
  isStructure,
  keysOf,
  knownTextsOf,
  partsBelow,
  type SchemaParts,
  secretPartOf,
} from './schema-parts.js';

/**
 * What may be repeated of a part of a file, besides keys that are known. `names`: it has no secrets, nor stands beside
 * them; names and words of the user's. `typos`: it stands beside secrets; keys that all but are known ones, and words too
 * short to be of use to anybody. `nothing`: it has secrets; short figures alone.
 */
export type Shows = 'names' | 'typos' | 'nothing';

/** The longest of the names that Prometheus, time zones and the cloud's ids are made of. */
const LONGEST_NAME = 40;
/** No sign that would part a key from a value, or a user from a host. */
const NAME = /^[\p{L}\p{N}_.,*?/+[\]-]*[:\d]*$/u;
const SHORT_WORD = 5;
const SHORT_FIGURE = /^[\d.-]{1,5}$/u;
/** So that of anything else at most three characters are shown. */
const MOST_WRONG_LETTERS = 3;

export class Disclosure {
  readonly #schema: SchemaParts;
  readonly #showsAt: (path: ConfigPath) => Shows;

  constructor(schema: SchemaParts, showsAt: (path: ConfigPath) => Shows) {
    this.#schema = schema;
    this.#showsAt = showsAt;
  }

  /** The path down to the last key that may be shown. */
  path(path: ConfigPath): ConfigPath {
    let parts = this.#schema;
    for (const [index, key] of path.entries()) {
      const below = partsBelow(parts, key);
      if (below?.isNamedByUser !== false && !this.#mayShowKey(path.slice(0, index), key, parts)) {
        return path.slice(0, index);
      }
      if (below === undefined) {
        return path.slice(0, index + 1);
      }
      parts = below.parts;
    }
    return path;
  }

  /** Whether a message about the place may repeat this text, which stands there. */
  mayShow(path: ConfigPath, text: string): boolean {
    const parts = path.reduce<SchemaParts | undefined>(
      (above, key) => above && partsBelow(above, key)?.parts,
      this.#schema,
    );
    // A text in the place of a mapping may be all of its keys and values.
    if (parts === undefined || isStructure(parts) || secretPartOf(parts) !== undefined) {
      return false;
    }
    const shows = this.#showsAt(path);
    if (shows === 'nothing') {
      return SHORT_FIGURE.test(text);
    }
    return (
      hasShortWords(text) ||
      (shows === 'names' && isName(text)) ||
      isLike(text.toLowerCase(), knownTextsOf(parts))
    );
  }

  /** A key that the schema does not name. `parts`: of the mapping that it stands in. */
  #mayShowKey(above: ConfigPath, key: string | number, parts: SchemaParts): boolean {
    const shows = this.#showsAt(above);
    if (typeof key === 'number' || shows === 'nothing') {
      return false;
    }
    const isNamedByUser = partsBelow(parts, key) !== undefined;
    return isNamedByUser ? shows === 'names' && isName(key) : isTypo(key, keysOf(parts));
  }
}

function hasShortWords(text: string): boolean {
  return text.split(/\s+/u).every((word) => word.length <= SHORT_WORD);
}

function isName(text: string): boolean {
  return text.length <= LONGEST_NAME && NAME.test(text);
}

function isTypo(key: string, known: readonly string[]): boolean {
  return /^[a-z_]{1,64}$/u.test(key) && isLike(key, known);
}

function isLike(text: string, known: readonly string[]): boolean {
  const meant = nearestName(text, known);
  return meant !== undefined && leven(text, meant) <= MOST_WRONG_LETTERS;
}
