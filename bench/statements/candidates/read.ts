// Reads a session list again and again, with or without its statements.
import { chunkBuffer, fileChunks } from '../../../src/file-chunks.js';
import type { StatementSettings } from '../../../src/sessions/counting/statement-counts.js';
import { readSnapshot } from '../../../src/sessions/read-snapshot.js';
import { emptyTally } from '../../../src/sessions/snapshot.js';
import { settingsFor } from '../../parse/candidates/program.js';

const buffer = chunkBuffer();
const OFF = settingsFor(100);
const STATEMENTS: StatementSettings = { sqlMode: 'auto', shapes: 256, maxText: 400, shown: 20 };

/** Resolves to the sessions that run a statement. */
export async function readAgain(file: string, times: number, withStatements: boolean): Promise<number> {
  const settings = withStatements ? { ...OFF, statements: STATEMENTS } : OFF;
  let sessions = 0;
  for (let time = 0; time < times; time++) {
    const { snapshot } = await readSnapshot(fileChunks(file, buffer), settings, emptyTally());
    sessions = (withStatements ? snapshot.statements?.sessions : snapshot.active) ?? 0;
  }
  return sessions;
}
