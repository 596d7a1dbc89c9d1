// The stream that other parsers in JavaScript read from, in chunks large enough that reading them is not what is
// measured. (Of chunks of 64 KiB, Node's default, each costs more turns of the event loop than parsing.)
import { createReadStream, type ReadStream } from 'node:fs';

const CHUNK_BYTES = 256 * 1024;

export function openSessionFile(file: string, encoding?: BufferEncoding): ReadStream {
  return createReadStream(file, { highWaterMark: CHUNK_BYTES, ...(encoding && { encoding }) });
}
