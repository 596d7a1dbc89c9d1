// A value that must not be seen: it can be read, but not printed, logged or serialised. One from a file follows the
// file when it changes.
import { inspect } from 'node:util';
import type { Kind } from './kinds.js';
import { SecretFiles } from './secrets/secret-files.js';

const SHOWN = '<secret>';

export interface SecretKind extends Kind<string> {
  /** What of such a text must not be seen, should it stand in a file that others may read. */
  readonly secretPart: RegExp;
}

export const ANY_SECRET: SecretKind = { expected: 'a secret', parse: (text) => text, secretPart: /./u };

/** What a header can carry. */
export const HEADER_SECRET: SecretKind = {
  ...ANY_SECRET,
  parse: (text) => {
    if (!/^[\x21-\x7e]+$/u.test(text)) {
      throw new Error('it has a character outside ASCII');
    }
    return text;
  },
};

export class Secret {
  readonly #read: () => string;
  /** The files that it comes from; undefined where it comes from none. */
  readonly files: SecretFiles | undefined;
  /** Which secret of which files; undefined where it comes from none. */
  readonly source: string | undefined;

  /** `read` answers with the text of the moment, which `checkedSecret` has passed. */
  private constructor(read: () => string, from?: { readonly files: SecretFiles; readonly name: string }) {
    this.#read = read;
    this.files = from?.files;
    this.source = from && `${from.files.key} ${from.name}`;
  }

  /** Throws an Error that says what is wrong, never with the text. */
  static fromText(text: string, kind: Kind<string> = ANY_SECRET): Secret {
    const checked = checkedSecret(text, kind);
    return new Secret(() => checked);
  }

  /** Throws an Error that says what is wrong, never with the path or the content. `name`: what messages call it. */
  static fromFile(path: string, kind: Kind<string> = ANY_SECRET, name = 'secret'): Secret {
    const parse = (bytes: Buffer) => ({ [name]: secretOf(bytes, kind) });
    return Secret.of(new SecretFiles([{ path, parse }]), name);
  }

  /** The one of this name that the files hold. */
  static of(files: SecretFiles, name: string): Secret {
    return new Secret(() => files.current().texts[name] ?? '', { files, name });
  }

  /** Those of one mapping, by name: what comes from files is taken together. */
  static together<Secrets extends Readonly<Record<string, Secret | undefined>>>(secrets: Secrets): Secrets {
    const sets = Object.values(secrets).flatMap((secret) => secret?.files ?? []);
    const files = SecretFiles.together(sets);
    return Object.fromEntries(
      Object.entries(secrets).map(([name, secret]) => [
        name,
        secret?.files === undefined ? secret : Secret.of(files, name),
      ]),
    ) as Secrets;
  }

  /** The current text; of files that have become unreadable or wrong, the last good one. */
  read(): string {
    return this.#read();
  }

  /** Resolves once all of its files have been still; rejects with the signal's reason when that aborts first. */
  async settled(signal: AbortSignal): Promise<void> {
    await this.files?.settled(signal);
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

/** All that are anywhere in a value. */
export function secretsIn(value: unknown): Secret[] {
  if (value instanceof Secret) {
    return [value];
  }
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(secretsIn) : [];
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

/** The text of a file. Throws as checkedSecret does. */
function secretOf(bytes: Buffer, kind: Kind<string>): string {
  const text = textOf(bytes);
  if (text.startsWith('\ufeff')) {
    throw new Error('it starts with the byte-order mark of UTF-8: save it without one');
  }
  return checkedSecret(text, kind);
}

/** Throws an Error that says what is wrong, never with the content. */
export function textOf(bytes: Buffer): string {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    throw new Error('it starts with the byte-order mark of UTF-16: save it as UTF-8');
  }
  return bytes.toString('utf8');
}
