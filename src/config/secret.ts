// A value that must not be seen: it can be read, but not printed, logged or serialised. One from a file follows the
// file when it changes.
import { inspect } from 'node:util';
import { FollowedValue } from '../small-file.js';
import type { Kind } from './kinds.js';

const MAX_SECRET_BYTES = 64 * 1024;
const SHOWN = '<secret>';

export interface SecretKind extends Kind<string> {
  /** What of such a text must not be seen, should it stand in a file that others may read. */
  readonly secretPart: RegExp;
}

export const ANY_SECRET: SecretKind = { expected: 'a secret', parse: (text) => text, secretPart: /./u };

export class Secret {
  readonly #read: () => string;
  readonly #file: FollowedValue<string> | undefined;

  /** `read` answers with the text of the moment, which `checkedSecret` has passed; `file`: that it is the whole of. */
  constructor(read: () => string, file?: FollowedValue<string>) {
    this.#read = read;
    this.#file = file;
  }

  /** Throws an Error that says what is wrong, never with the text. */
  static fromText(text: string, kind: Kind<string> = ANY_SECRET): Secret {
    const checked = checkedSecret(text, kind);
    return new Secret(() => checked);
  }

  /** Throws an Error that says what is wrong, never with the path or the content. */
  static fromFile(path: string, kind: Kind<string> = ANY_SECRET): Secret {
    const file = new FollowedValue(path, MAX_SECRET_BYTES, (text) => checkedSecret(text, kind));
    return new Secret(() => file.read(), file);
  }

  /** The current text; of a file that has become unreadable or wrong, the last good one. */
  read(): string {
    return this.#read();
  }

  /** The file that it follows; undefined where it follows none of its own. */
  get path(): string | undefined {
    return this.#file?.path;
  }

  /** Whether users may read its file who need not. */
  get isExposed(): boolean {
    return this.#file?.isExposed === true;
  }

  toString(): string {
    return SHOWN;
  }

  toJSON(): string {
    return SHOWN;
  }

  [inspect.custom](): string {
    return SHOWN;
  }
}

/** The text without line ends behind it. Throws an Error that says what is wrong, never with the text. */
export function checkedSecret(text: string, { parse }: Kind<string> = ANY_SECRET): string {
  let end = text.length;
  while (text[end - 1] === '\n' || text[end - 1] === '\r') {
    end -= 1;
  }
  const trimmed = text.slice(0, end);
  if (trimmed === '') {
    throw new Error('it is empty');
  }
  if (/[\s\p{Cc}\ufffd]/u.test(trimmed)) {
    throw new Error('it has a blank, a line break or a byte that is not text');
  }
  const secret = parse(trimmed);
  if (secret === undefined) {
    throw new Error('it is another text');
  }
  return secret;
}
