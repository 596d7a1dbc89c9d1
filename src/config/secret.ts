// A value that must not be seen: it can be read, but not printed, logged or serialised. One from a file follows the
// file when it changes.
import { statSync } from 'node:fs';
import { inspect } from 'node:util';
import { type FilePermissions, isExposed, readBoundedFile } from '../small-file.js';

const MAX_SECRET_BYTES = 64 * 1024;
const SHOWN = '<secret>';

/** Of the file that a secret was read from: another mark, another content. */
interface FileMark extends FilePermissions {
  readonly mtimeMs: number;
  readonly size: number;
  readonly ino: number;
}

export class Secret {
  #text: string;
  readonly #path: string | undefined;
  readonly #part: (text: string) => string;
  #mark: FileMark | undefined;

  private constructor(text: string, path?: string, mark?: FileMark, part = wholeOf) {
    this.#text = text;
    this.#path = path;
    this.#mark = mark;
    this.#part = part;
  }

  /** Throws an Error that says what is wrong, never with the text. */
  static fromText(text: string): Secret {
    return new Secret(checked(text));
  }

  /**
   * Throws an Error that says what is wrong, never with the path or the content. `part` picks the secret from a file
   * that holds more than it.
   */
  static fromFile(path: string, part = wholeOf): Secret {
    const { bytes, stats } = readBoundedFile(path, MAX_SECRET_BYTES);
    return new Secret(checked(part(bytes.toString('utf8'))), path, stats, part);
  }

  /** The current text; of a file that has become unreadable or empty, the last good one. */
  read(): string {
    if (this.#path !== undefined) {
      try {
        this.#follow(this.#path);
      } catch {
        // Whoever replaces the file may be halfway through: asked again at the next read.
      }
    }
    return this.#text;
  }

  /** Whether users may read its file who need not. */
  get isExposed(): boolean {
    return this.#mark !== undefined && isExposed(this.#mark);
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

  #follow(path: string): void {
    const { mtimeMs, size, ino } = statSync(path);
    if (mtimeMs !== this.#mark?.mtimeMs || size !== this.#mark.size || ino !== this.#mark.ino) {
      const { bytes, stats } = readBoundedFile(path, MAX_SECRET_BYTES);
      this.#text = checked(this.#part(bytes.toString('utf8')));
      this.#mark = stats;
    }
  }
}

function wholeOf(text: string): string {
  return text;
}

function checked(text: string): string {
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
  return trimmed;
}
