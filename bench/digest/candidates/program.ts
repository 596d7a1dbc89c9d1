// The command, which prints to where nobody reads.
import { createWriteStream } from 'node:fs';
import { devNull } from 'node:os';
import { digest } from '../../../src/cli/digest/digest.js';

export async function run(file: string): Promise<number> {
  const output = createWriteStream(devNull);
  const exitCode = await digest({}, [file], output);
  output.end();
  return exitCode;
}
