// The files that one set of settings was read from: reads them, and tells cheaply whether any has changed since.
// Synchronous on purpose: it runs between a connection's arrival and its handshake, on a few small local files.
import { type BigIntStats, readFileSync, statSync } from 'node:fs';
import { isExposed } from './exposed-file.js';

// A certificate chain takes some kB; anything of this size is somebody's mistake.
const MAX_BYTES = 1024 * 1024;

export class WatchedFiles {
  readonly #stamps = new Map<string, string>();

  /** The file's text; throws without quoting any of it. The path is watched from here on, even when this throws. */
  read(file: string): string {
    const { stamp, stats } = inspect(file);
    this.#stamps.set(file, stamp);
    if (stats === undefined) {
      throw new Error(`cannot read "${file}": got ${stamp}`);
    }
    // A pipe or a device would block or never end.
    if (!stats.isFile() || stats.size > MAX_BYTES) {
      throw new Error(`cannot read "${file}": expected a regular file of at most ${MAX_BYTES} bytes`);
    }
    try {
      return readFileSync(file, 'utf8');
    } catch (error) {
      throw new Error(`cannot read "${file}": got ${codeOf(error)}`);
    }
  }

  /** Whether users may read a file that was read here who need not. */
  isExposed(file: string): boolean {
    return isExposed(statSync(file));
  }

  changed(): boolean {
    return [...this.#stamps].some(([file, stamp]) => inspect(file).stamp !== stamp);
  }
}

// The inode catches a file that was renamed into place (as Kubernetes does with a whole directory), the change time
// one whose permissions alone were mended.
function inspect(file: string): { readonly stamp: string; readonly stats?: BigIntStats } {
  try {
    const stats = statSync(file, { bigint: true });
    return { stamp: [stats.dev, stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs].join(':'), stats };
  } catch (error) {
    return { stamp: codeOf(error) };
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'an unknown error';
}
