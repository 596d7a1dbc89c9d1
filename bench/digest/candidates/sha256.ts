// The yardstick: reads the file as the program does, and takes the SHA-256 of each line as it is.
import { createHash } from 'node:crypto';
import { chunkBuffer, fileChunks } from '../../../src/file-chunks.js';

const buffer = chunkBuffer();

/** What stands on both sides of a chunk's end is two lines. */
export async function run(file: string): Promise<number> {
  for await (const chunk of fileChunks(file, buffer)) {
    for (let start = 0, at = 0; at !== -1; start = at + 1) {
      at = chunk.indexOf(0x0a, start);
      createHash('sha256')
        .update(chunk.subarray(start, at === -1 ? chunk.length : at))
        .digest('hex');
    }
  }
  return 0;
}
