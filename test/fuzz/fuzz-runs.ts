// How many cases a property gets: a few in `npm test`, as many as FUZZ_RUNS says in `npm run fuzz`.
import type { Parameters } from 'fast-check';

const RUNS = Number(process.env.FUZZ_RUNS ?? 0);

/** `few`: the number in `npm test`. fast-check prints the seed of what fails. */
export function fuzzRuns(few: number): Parameters<unknown> {
  return { numRuns: RUNS > 0 ? RUNS : few };
}
