// The floor: reads the stream and counts the line ends.
import { openSessionFile } from '../open-session-file.js';

export async function run(file: string): Promise<number> {
  let lines = 0;
  // A stream without an encoding yields Buffers.
  for await (const chunk of openSessionFile(file) as AsyncIterable<Buffer>) {
    for (let at = chunk.indexOf(0x0a); at !== -1; at = chunk.indexOf(0x0a, at + 1)) {
      lines++;
    }
  }
  return lines;
}
