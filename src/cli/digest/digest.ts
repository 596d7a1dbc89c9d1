// Prints digest and text of statements: of files, a statement a line, or of standard input.
import { fstatSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { chunkBuffer, fileChunks, whyUnreadable } from '../../file-chunks.js';
import { KERNELS } from '../../sessions/kernel/kernel-pool.js';
import { ShapeCache } from '../../statements/statement-cache.js';
import { statementOf } from '../../statements/statement-of.js';
import type { FlagValues } from '../flags.js';
import { printError } from '../terminal.js';
import { LineOutput } from './line-output.js';
import { statementLine } from './statement-line.js';
import { piecesOf, StatementReader } from './statement-reader.js';

const STANDARD_INPUT = '-';
/** It is not known at which length statements were cut. */
const NO_CAP = 0;
/** Lines of some 40,000 kinds of statements: to make one takes as long as to copy fifty. */
const CACHE_BYTES = 16 * 1024 * 1024;
/** Of a line in the cache, besides its bytes: the Buffer itself. */
const BUFFER_BYTES = 200;

/** Prints the statements of the files that can be read; resolves to 1 when one of them cannot. */
export async function digest(
  flags: FlagValues,
  files: readonly string[],
  stream: Writable = process.stdout,
): Promise<number> {
  const kernel = await KERNELS.take();
  kernel.readStatements(flags['sql-mode'] ?? 'auto', flags.cap ?? NO_CAP);
  const output = new LineOutput(stream);
  const lines = new ShapeCache(
    (shape) => statementLine(statementOf(shape), flags.output === 'json'),
    (line) => BUFFER_BYTES + line.length,
    CACHE_BYTES,
  );
  const reader = new StatementReader(kernel, {
    isNullParted: flags.null === true,
    take: (hash, shape) => output.add(lines.valueOf(hash, shape)),
  });
  const buffer = chunkBuffer();
  let exitCode = 0;
  for (const file of files.length === 0 ? [STANDARD_INPUT] : files) {
    if (!isReadable(file)) {
      exitCode = 1;
      continue;
    }
    try {
      for await (const chunk of file === STANDARD_INPUT ? standardInput() : fileChunks(file, buffer)) {
        for (const piece of piecesOf(chunk)) {
          reader.read(piece);
          await output.flush();
        }
      }
    } catch (error) {
      exitCode = 1;
      printError(`${nameOf(file)}: ${error instanceof Error ? error.message : String(error)}\n`);
    }
    reader.end();
    await output.flush();
  }
  return exitCode;
}

function standardInput(): AsyncIterable<Uint8Array> {
  if (process.stdin.isTTY) {
    printError('reads statements from the terminal, one a line; Ctrl-D ends it\n');
  }
  return process.stdin;
}

/** Says what is wrong with a file that cannot be opened. */
function isReadable(file: string): boolean {
  const reason = file === STANDARD_INPUT ? whyNoInput() : whyUnreadable(file);
  if (reason !== undefined) {
    const expected = reason === 'a folder' ? 'the files in it' : 'a file of statements, one a line';
    printError(`${nameOf(file)}: ${reason}: name ${expected}\n`);
  }
  return reason === undefined;
}

/** Node reads nothing of a folder, and says so to nobody. */
function whyNoInput(): string | undefined {
  return fstatSync(0).isDirectory() ? 'a folder' : undefined;
}

function nameOf(file: string): string {
  return file === STANDARD_INPUT ? 'standard input' : file;
}
