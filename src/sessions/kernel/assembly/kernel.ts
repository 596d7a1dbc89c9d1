// The session kernel: takes the bytes of a session list a piece at a time, finds its records, looks up the texts of each row,
// reads its numbers and adds its session up. In AssemblyScript, which is TypeScript with WebAssembly's types and
// instructions; `npm run wasm` compiles it to ../kernel.wasm.ts, once with the processor's wide registers and once without.
//
// The rules of text, such as what is blank, what a label is, and how people write seconds, are the program's:
// it is asked for them, once for most texts (asks.ts).
import {
  ALL_COMMANDS,
  ALL_TIMES,
  ANSWER,
  ANSWER_BYTES,
  COLUMNS,
  COUNTS,
  FIGURES_END,
  INFO_FIELD,
  MAY_BEGIN,
  MORE,
  NO_FIELD,
  TELLING_FIELD,
} from '../layout';
import { resetDetails } from './details';
import { resetHeap, wipeHeap } from './heap';
import { wipeShapes } from './shapes/readings';
import { resetShapes } from './shapes/shape';

export { chosenNotable, countDetails, rankPairs } from './details';
export { roomFor } from './heap';
export { addOtherTimes, rankLabels, sortLabels } from './labels';
export { findRecords } from './records';
export { addRecords, resetRows } from './rows';
export { shape } from './shapes/shape';
export { makeCounters, rankShares } from './statements';
export { count, entryOf, keptText, makeColumn } from './texts';

/** Forgets the file before. */
export function reset(): void {
  resetHeap();
  resetShapes();
  resetDetails();
  memory.fill(COUNTS, 0, FIGURES_END - COUNTS);
  memory.fill(MAY_BEGIN, 0, COLUMNS - MAY_BEGIN);
  store<u32>(TELLING_FIELD, 0);
  store<u32>(INFO_FIELD, NO_FIELD);
  store<u32>(ALL_COMMANDS, ALL_TIMES, MORE);
}

/** Overwrites what was read of the file, and what was made of it. */
export function wipe(): void {
  wipeHeap();
  wipeShapes();
  memory.fill(ANSWER, 0, ANSWER_BYTES);
}
