// Reads small files (the configuration, secrets) whole: never more than a bound, never one that blocks.
import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';

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
