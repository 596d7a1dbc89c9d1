// The files that one set of settings was read from: reads them, and detects when one of them changes.
import { FollowedFile } from '../../small-file.js';

// A certificate chain has some kB.
const MAX_BYTES = 1024 * 1024;

export class WatchedFiles {
  readonly #files = new Map<string, FollowedFile>();

  /**
   * The file's text; throws the reason alone: not the path, in whose place somebody may have written a private key. The
   * path is watched from here on, even when this throws.
   */
  read(path: string): string {
    const file = new FollowedFile(path, MAX_BYTES);
    this.#files.set(path, file);
    try {
      return file.read().toString('utf8');
    } catch (error) {
      throw new Error(`cannot be read: ${error instanceof Error ? error.message : 'unknown error'}`);
    }
  }

  /** Whether a file that was read here is readable for more users than need it. */
  isExposed(path: string): boolean {
    return this.#files.get(path)?.isExposed === true;
  }

  changed(): boolean {
    return [...this.#files.values()].some((file) => file.changed());
  }
}
