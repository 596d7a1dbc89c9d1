// Of which files the program's reading may be measured: those that it reads as the tests' plain reading does.
import os from 'node:os';
import { CandidateProcess } from '../candidate-process.js';
import { type FileKind, writeSessionFile } from './session-files.js';

export interface SessionFile {
  readonly kind: FileKind;
  readonly rows: number;
}

/** The plain reading of so many takes 20 s. What comes behind them in a longer file is the same again, or of the same kind. */
const MOST_ROWS = 100_000;

/** Uses all cores: nothing is to be measured meanwhile. Returns what holds of each of the files. */
export async function comparePlainReading(
  folder: string,
  files: readonly SessionFile[],
): Promise<(file: SessionFile) => boolean> {
  const equal = new Map<string, boolean>();
  const keyOf = ({ kind, rows }: SessionFile): string => `${kind} ${Math.min(rows, MOST_ROWS)}`;
  const waiting = new Map(files.map((file) => [keyOf(file), file])).entries();
  const compareSome = async (): Promise<void> => {
    for (const [key, { kind, rows }] of waiting) {
      const file = await writeSessionFile(folder, kind, Math.min(rows, MOST_ROWS));
      const process = new CandidateProcess('parse/equals-plain-reading.js');
      try {
        const { result } = await process.run(file, kind);
        equal.set(key, result === true);
      } finally {
        process.stop();
      }
    }
  };
  await Promise.all(Array.from({ length: os.availableParallelism() }, compareSome));
  return (file) => equal.get(keyOf(file)) === true;
}
