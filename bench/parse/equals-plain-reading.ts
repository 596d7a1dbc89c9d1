// Whether the program reads a file as the tests' plain reading does, which shares no code with it: the snapshot to the
// last figure, the columns and the tally. In a process of its own, for it takes 0.2 ms a row.
import { readFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { readSnapshot } from '../../src/sessions/read-snapshot.js';
import { emptyTally } from '../../src/sessions/snapshot.js';
import { readPlainly } from '../../test/sessions/plain-reading/read-plainly.js';
import { settingsFor } from './candidates/program.js';
import { maxValuesOf } from './figures.js';
import { openSessionFile } from './open-session-file.js';
import type { FileKind } from './session-files.js';

export async function run(file: string, kind: FileKind): Promise<boolean> {
  const settings = settingsFor(maxValuesOf(kind));
  const [tally, plainTally] = [emptyTally(), emptyTally()];
  const read = await readSnapshot(openSessionFile(file), settings, tally);
  const plain = readPlainly(await readFile(file), settings, plainTally);
  return isDeepStrictEqual([read, tally], [plain, plainTally]);
}
