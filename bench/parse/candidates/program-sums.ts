// This project's core with the limits that it has by default: the sessions that each dimension adds up to.

import { chunkBuffer, fileChunks } from '../../../src/file-chunks.js';
import { readSnapshot } from '../../../src/sessions/read-snapshot.js';
import { emptyTally } from '../../../src/sessions/snapshot.js';
import { settingsFor } from './program.js';

const buffer = chunkBuffer();
const SETTINGS = settingsFor(100);

export async function run(file: string): Promise<readonly number[]> {
  const { snapshot } = await readSnapshot(fileChunks(file, buffer), SETTINGS, emptyTally());
  return [...snapshot.dimensions.values()].map(({ values }) =>
    values.reduce((sum, { sessions }) => sum + sessions, 0),
  );
}
