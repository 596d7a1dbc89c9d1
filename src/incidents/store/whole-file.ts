// Files that are whole or not there: written under another name, and renamed. Nothing follows a symbolic link, waits for a pipe's writer, or reads
// more than it was told to. Rejects with Node's own errors.
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, rename, unlink } from 'node:fs/promises';
import path from 'node:path';

const { O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;
/** Of its owner alone. */
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;
const FOR_OTHERS = 0o077;

/** `.<name>.<12 hex digits>.tmp`: what a crash leaves. */
const TEMPORARY = /^\.(.+)\.[0-9a-f]{12}\.tmp$/u;

/** The name of the file that it was to become; undefined for a file of another make. */
export function temporaryOf(name: string): string | undefined {
  return TEMPORARY.exec(name)?.[1];
}

/** `open`: it was there, and others than its owner may look into it. */
export async function makeFolder(folder: string): Promise<'made' | 'private' | 'open'> {
  if (await make(folder)) {
    return 'made';
  }
  return withFile(folder, O_RDONLY | O_DIRECTORY, async (handle) =>
    ((await handle.stat()).mode & FOR_OTHERS) === 0 ? 'private' : 'open',
  );
}

/** Resolves to whether there was none. Its parents not by Node, whose own way never ends where one that is there says that it is not, as those of /proc do. */
async function make(folder: string): Promise<boolean> {
  const isMade = await makeOne(folder);
  if (isMade !== 'no parent') {
    return isMade;
  }
  await make(path.dirname(folder));
  const isMadeNow = await makeOne(folder);
  if (isMadeNow === 'no parent') {
    throw Object.assign(new Error('ENOENT: no folder can be made there'), { code: 'ENOENT' });
  }
  return isMadeNow;
}

async function makeOne(folder: string): Promise<boolean | 'no parent'> {
  try {
    await mkdir(folder, FOLDER_MODE);
    return true;
  } catch (error) {
    const code = codeOf(error);
    if (code === 'EEXIST') {
      return false;
    }
    if (code === 'ENOENT' && path.dirname(folder) !== folder) {
      return 'no parent';
    }
    throw error;
  }
}

/** A folder in one of ours, which a link is not. */
export async function makeFolderWithin(folder: string): Promise<void> {
  await makeFolder(folder);
  if ((await lstat(folder)).isSymbolicLink()) {
    throw Object.assign(new Error('ELOOP: a symbolic link'), { code: 'ELOOP' });
  }
}

/** `survives`: a loss of power too, which costs some milliseconds; without it, one leaves the old file, the new or an empty one. */
export async function writeWhole(
  file: { readonly folder: string; readonly name: string },
  bytes: Uint8Array,
  survives: boolean,
): Promise<void> {
  const temporary = path.join(file.folder, `.${file.name}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    await withFile(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, async (handle) => {
      await handle.writeFile(bytes);
      if (survives) {
        await handle.sync();
      }
    });
    await rename(temporary, path.join(file.folder, file.name));
  } catch (error) {
    await unlink(temporary).catch(() => {});
    throw error;
  }
  if (survives) {
    await withFile(file.folder, O_RDONLY | O_DIRECTORY, (handle) => handle.sync());
  }
}

interface FilePart {
  /** Undefined: not a regular file, or one of more than `maxBytes`. */
  readonly bytes: Buffer | undefined;
  readonly size: number;
  readonly changedAtMs: number;
  /** The last two bytes. */
  readonly end: string;
}

/** The first `count` bytes of a file of at most `maxBytes`. */
export function readStart(file: string, count: number, maxBytes: number): Promise<FilePart> {
  return withFile(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, async (handle) => {
    const stats = await handle.stat();
    const { size, mtimeMs: changedAtMs } = stats;
    if (!stats.isFile() || size > maxBytes) {
      return { bytes: undefined, size, changedAtMs, end: '' };
    }
    const bytes = await readAt(handle, 0, Math.min(count, size));
    const end = size > bytes.length ? await readAt(handle, size - 2, 2) : bytes.subarray(-2);
    return { bytes, size, changedAtMs, end: end.toString('latin1') };
  });
}

async function readAt(handle: FileHandle, position: number, count: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafeSlow(count);
  let length = 0;
  for (let read = -1; read !== 0 && length < count; length += read) {
    ({ bytesRead: read } = await handle.read(buffer, length, count - length, position + length));
  }
  return buffer.subarray(0, length);
}

async function withFile<T>(file: string, flags: number, use: (handle: FileHandle) => Promise<T>): Promise<T> {
  const handle = await open(file, flags, FILE_MODE);
  try {
    return await use(handle);
  } finally {
    await handle.close();
  }
}

export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
