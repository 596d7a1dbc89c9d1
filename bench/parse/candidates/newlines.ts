// The floor: reads the file as the program does, and counts the line ends.
import { chunkBuffer, fileChunks } from '../../../src/file-chunks.js';

const buffer = chunkBuffer();

export async function run(file: string): Promise<number> {
  let lines = 0;
  for await (const chunk of fileChunks(file, buffer)) {
    for (let at = chunk.indexOf(0x0a); at !== -1; at = chunk.indexOf(0x0a, at + 1)) {
      lines++;
    }
  }
  return lines;
}
