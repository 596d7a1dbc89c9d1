// Reads gzip as strictly as it can be read: one member and nothing behind it. Node itself reads on where another follows.
import { crc32, inflateRawSync } from 'node:zlib';

const HEADER_BYTES = 10;
const TRAILER_BYTES = 8;

/** The text; throws where the bytes are not just one member without a name, a comment and the like. */
export function readOneMember(bytes: Buffer): Buffer {
  const start = bytes.subarray(0, 4).toString('hex');
  if (start !== '1f8b0800') {
    throw new Error(`gzip: got ${start} at the start`);
  }
  // With `info` there is more than the declaration of the function says.
  const inflated: unknown = inflateRawSync(bytes.subarray(HEADER_BYTES), { info: true });
  const { buffer, engine } = inflated as { buffer: Buffer; engine: { bytesWritten: number } };
  const end = HEADER_BYTES + engine.bytesWritten;
  if (bytes.length !== end + TRAILER_BYTES) {
    throw new Error(`gzip: got ${bytes.length - end} bytes behind the last block, expected ${TRAILER_BYTES}`);
  }
  const [crc, length] = [bytes.readUInt32LE(end), bytes.readUInt32LE(end + 4)];
  if (crc !== crc32(buffer) || length !== buffer.length % 2 ** 32) {
    throw new Error(
      `gzip: got CRC ${crc} and ${length} bytes, expected ${crc32(buffer)} and ${buffer.length}`,
    );
  }
  return buffer;
}
