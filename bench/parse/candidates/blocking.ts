// How long reading a file blocks the event loop, while something else always waits for its turn.

import { readSnapshot } from '../../../src/sessions/read-snapshot.js';
import { emptyTally } from '../../../src/sessions/snapshot.js';
import { openSessionFile } from '../open-session-file.js';
import { settingsFor } from './program.js';

/** The longest times between two turns, ms. */
export interface Blocks {
  readonly reading: number;
  /** From the end of the bytes to the snapshot. */
  readonly ending: number;
}

const SETTINGS = settingsFor(100);

export async function run(file: string): Promise<Blocks> {
  const longest = { reading: 0, ending: 0 };
  let phase: keyof Blocks = 'reading';
  let last = performance.now();
  const note = (): void => {
    const now = performance.now();
    longest[phase] = Math.max(longest[phase], now - last);
    last = now;
  };
  let turn = setImmediate(function again() {
    note();
    turn = setImmediate(again);
  });
  const bytes = async function* () {
    yield* openSessionFile(file) as AsyncIterable<Buffer>;
    phase = 'ending';
  };
  await readSnapshot(bytes(), SETTINGS, emptyTally());
  // Nothing has had a turn since the snapshot was begun.
  note();
  clearImmediate(turn);
  return longest;
}
