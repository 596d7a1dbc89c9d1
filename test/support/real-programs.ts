// Real programs that some tests need: promtool, mariadbd, chromium, … In CI a missing one is a failure; elsewhere
// the test is skipped, and says why.
import { accessSync, constants } from 'node:fs';
import path from 'node:path';

// Debian keeps servers where ordinary users do not look.
const DIRECTORIES = [...(process.env.PATH ?? '').split(path.delimiter), '/usr/sbin', '/sbin'];

/** Where the program is. Call it with `this` of a test or hook: where the program is missing it does not return. */
export function requireProgram(context: Mocha.Context, name: string): string {
  const found = DIRECTORIES.map((directory) => path.join(directory, name)).find(isExecutable);
  if (found !== undefined) {
    return found;
  }
  if (process.env.CI !== undefined) {
    throw new Error(`${name} is not installed: CI needs it, see .ci/run`);
  }
  process.stderr.write(`skipped: ${name} is not installed\n`);
  return context.skip();
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
