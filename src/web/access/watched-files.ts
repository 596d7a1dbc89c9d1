// The files that one set of settings was read from: reads them, and says whether one of them has changed since.
import { FollowedFile } from '../../small-file.js';

// A certificate chain takes some kB; anything of this size is somebody's mistake.
const MAX_BYTES = 1024 * 1024;

export class WatchedFiles {
  readonly #files = new Map<string, FollowedFile>();

  /** The file's text; throws without quoting any of it. The path is watched from here on, even when this throws. */
  read(path: string): string {
    const file = new FollowedFile(path, MAX_BYTES);
    this.#files.set(path, file);
    try {
      return file.read().toString('utf8');
    } catch (error) {
      throw new Error(`cannot read "${path}": ${error instanceof Error ? error.message : 'unknown error'}`);
    }
  }

  /** Whether users may read a file that was read here who need not. */
  isExposed(path: string): boolean {
    return this.#files.get(path)?.isExposed === true;
  }

  changed(): boolean {
    return [...this.#files.values()].some((file) => file.changed());
  }
}
