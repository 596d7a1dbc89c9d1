// Reads small files (the configuration, secrets) whole: never more than a bound, never one that blocks.
import {
  type BigIntStats,
  closeSync,
  constants,
  fstatSync,
  openSync,
  readFileSync,
  readSync,
  type Stats,
  statSync,
} from 'node:fs';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  ENOTDIR: 'no such file',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
};

export interface BoundedFile {
  readonly bytes: Buffer;
  readonly stats: Stats;
}

/** Throws an Error whose message is the reason alone, without the path. */
export function readBoundedFile(path: string, maxBytes: number): BoundedFile {
  const descriptor = open(path);
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) {
      throw new Error('not a regular file');
    }
    const buffer = Buffer.alloc(maxBytes + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length < buffer.length; length += read) {
      read = readSync(descriptor, buffer, length, buffer.length - length, null);
    }
    if (length > maxBytes) {
      throw new Error(`larger than ${maxBytes} bytes`);
    }
    return { bytes: buffer.subarray(0, length), stats };
  } finally {
    closeSync(descriptor);
  }
}

function open(path: string): number {
  try {
    // Without O_NONBLOCK a named pipe that nobody writes to would stop the program here.
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw new Error(REASONS[code] ?? code, { cause: error });
  }
}

// Whether a file with a secret lets more users read it than need to.

/** What fs.Stats says of the file. */
export interface FilePermissions {
  readonly mode: number;
  readonly uid: number;
}

const ROOT = 0;

/**
 * `reader`: the user who needs it. Of a file that is another's, as secrets that Kubernetes mounts are, the group is how
 * we get to read it; root needs no group.
 */
export function isExposed({ mode, uid }: FilePermissions, reader = process.getuid?.()): boolean {
  const needsGroup = reader !== uid && reader !== ROOT;
  return (mode & (needsGroup ? 0o004 : 0o044)) !== 0;
}

// The files that one set of settings was read from: reads them, and tells cheaply whether any has changed since.
// Synchronous on purpose: it runs between a connection's arrival and its handshake, on a few small local files.

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
