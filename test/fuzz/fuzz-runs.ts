// How many cases a property gets: a fixed few in `npm test`, so that a failure there is the change's and not the
// dice's; in `npm run fuzz` as many as FUZZ_RUNS says, and others each time.
import type { Parameters } from 'fast-check';

const RUNS = Number(process.env.FUZZ_RUNS ?? 0);

/** `few`: the number in `npm test`. fast-check prints the seed of what fails. */
export function fuzzRuns(few: number): Parameters<unknown> {
  return RUNS > 0 ? { numRuns: RUNS } : { numRuns: few, seed: 20_260_102 };
}
