// Small files (the configuration, secrets, certificates): read whole, never more than a bound and never one that blocks;
// who may read one, and whether it has changed. Synchronous: on a few small local files, also before a TLS handshake.
import { closeSync, constants, fstatSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import { type EpochMs, epochMs } from './clock.js';

/** What is wrong with the file itself, and stays so until it changes. */
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
      throw new Error(
        `not a regular file${stats.isFIFO() ? ': only --config.file takes a pipe, at the start' : ''}`,
      );
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

/** Throws an Error whose message is the reason alone, with no part of the text. */
export function utf8Text(bytes: Buffer): string {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    throw new Error('it starts with the byte-order mark of UTF-16: save it as UTF-8');
  }
  if (bytes.includes(0)) {
    throw new Error('it has a NUL byte, as UTF-16 text has: save it as UTF-8');
  }
  // Editors on Windows save Chinese text so, where they are not told otherwise. No byte of a character is a line feed.
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let line = 1;
  try {
    for (let start = 0; start < bytes.length; line++) {
      const end = bytes.indexOf(0x0a, start);
      const next = end === -1 ? bytes.length : end + 1;
      decoder.decode(bytes.subarray(start, next));
      start = next;
    }
  } catch {
    throw new Error(`not UTF-8 text (line ${line}): save it as UTF-8, not as GBK, GB18030 or ANSI`);
  }
  return decoder.decode(bytes);
}

function open(path: string): number {
  try {
    // Without O_NONBLOCK, opening a named pipe without a writer would block the program.
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const code = codeOf(error) ?? 'unknown error';
    throw new Error(REASONS[code] ?? code, { cause: error });
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

/** What fs.Stats says of the file. */
export interface FilePermissions {
  readonly mode: number;
  readonly uid: number;
}

const ROOT = 0;

/**
 * Whether a file with a secret is readable for more users than need it. `reader`: the user of this process. A file of
 * another owner, as secrets that Kubernetes mounts, is read by its group; root needs no group.
 */
export function isExposed({ mode, uid }: FilePermissions, reader = process.getuid?.()): boolean {
  const needsGroup = reader !== uid && reader !== ROOT;
  return (mode & (needsGroup ? 0o004 : 0o044)) !== 0;
}

/** Such as EMFILE, too many open files: the same file may be read a moment later. */
export function isOfTheMachine(error: unknown): boolean {
  const code = codeOf(error instanceof Error ? (error.cause ?? error) : error);
  return code !== undefined && REASONS[code] === undefined;
}

/** Differs between two states of a file; `changedAt`: when the later one came to be, undefined where that is unknown. */
export interface FileStamp {
  readonly text: string;
  readonly changedAt: EpochMs | undefined;
}

// The inode catches a file that was renamed into place (as Kubernetes does with a whole directory), the change time
// one whose permissions alone were mended.
export function stampOf(path: string): FileStamp {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
    const changedNs = mtimeNs > ctimeNs ? mtimeNs : ctimeNs;
    return {
      text: [dev, ino, size, mtimeNs, ctimeNs].join(':'),
      changedAt: epochMs(Number(changedNs / 1_000_000n)),
    };
  } catch (error) {
    return { text: codeOf(error) ?? 'unknown error', changedAt: undefined };
  }
}
