// Reads a list of so many sessions, each of which runs a statement of its own, made as it is read.
import { readSnapshot } from '../../../src/sessions/read-snapshot.js';
import { emptyTally } from '../../../src/sessions/snapshot.js';
import { createRandom } from '../../../src/simulator/seeded-random.js';
import { settingsFor } from '../../parse/candidates/program.js';
import { activeLine, HEADER } from '../statement-files.js';

const CHUNK_ROWS = 200;

/** Resolves to the sessions that are active. */
export async function run(rows: number, counted: string): Promise<number> {
  const statements = { sqlMode: 'auto', shapes: 256, maxText: 400, shown: 20 } as const;
  const settings = { ...settingsFor(100), ...(counted === 'on' && { statements }) };
  const { snapshot } = await readSnapshot(list(rows), settings, emptyTally());
  return (counted === 'on' ? snapshot.statements?.sessions : snapshot.active) ?? 0;
}

async function* list(rows: number): AsyncGenerator<Uint8Array, void, undefined> {
  const random = createRandom(7);
  yield Buffer.from(HEADER);
  for (let row = 0; row < rows; row += CHUNK_ROWS) {
    const lines = Array.from({ length: CHUNK_ROWS }, (_, place) =>
      activeLine(row + place, row + place, random),
    );
    yield Buffer.from(lines.join(''));
  }
}
