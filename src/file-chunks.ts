// A file as chunks that all lie in one buffer. A stream of Node's makes a buffer for each, outside the heap, for
// which V8 collects garbage several times a file.
import { accessSync, constants, statSync } from 'node:fs';
import { open } from 'node:fs/promises';

// Fewer, larger chunks than Node's 64 KiB: a file of a gigabyte is read twice as fast.
const CHUNK_BYTES = 256 * 1024;

/** For one file at a time: half of it is filled while the other half is read. */
export function chunkBuffer(): Buffer {
  return Buffer.allocUnsafeSlow(2 * CHUNK_BYTES);
}

/** A chunk holds until the next one is asked for. */
export async function* fileChunks(file: string, buffer: Buffer): AsyncGenerator<Uint8Array, void, undefined> {
  const handle = await open(file);
  const fill = (half: Buffer): Promise<Buffer> => {
    const filling = handle.read(half, 0, half.length).then(({ bytesRead }) => half.subarray(0, bytesRead));
    // An error is told to who asks for the chunk, and that may be never.
    filling.catch(() => {});
    return filling;
  };
  let [half, other] = [buffer.subarray(0, CHUNK_BYTES), buffer.subarray(CHUNK_BYTES)];
  let filling = fill(half);
  try {
    // Whoever writes to a pipe may leave it open without a word: nothing is read of it that was not asked for.
    const readsAhead = (await handle.stat()).isFile();
    for (let chunk = await filling; chunk.length > 0; chunk = await filling) {
      [half, other] = [other, half];
      if (readsAhead) {
        filling = fill(half);
        yield chunk;
      } else {
        yield chunk;
        filling = fill(half);
      }
    }
  } finally {
    await filling.catch(() => {});
    await handle.close();
  }
}

/** What is wrong with a file that cannot be opened; undefined: nothing. */
export function whyUnreadable(file: string): string | undefined {
  try {
    if (statSync(file).isDirectory()) {
      return 'a folder';
    }
    accessSync(file, constants.R_OK);
    return undefined;
  } catch (error) {
    const isForbidden = error instanceof Error && 'code' in error && error.code === 'EACCES';
    return isForbidden ? 'permission denied' : 'no such file';
  }
}
