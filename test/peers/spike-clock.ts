// The simulator's clock, set so that its next spike begins when a test wants it.
import { type Clock, later, systemClock } from '../../src/clock.js';
import { seedOf } from '../../src/simulator/seeded-random.js';
import { type Spike, spikeAt } from '../../src/simulator/sessions/traffic.js';

/** Every spike's period: no later than that does one begin. */
const SEARCH_MS = 120_000;
const STEP_MS = 250;

/** The node's spike begins about `delayMs` from now; ahead of real time by less than two minutes. */
export function clockWithSpikeIn(
  delayMs: number,
  seed: number,
  nodeId: string,
): { readonly clock: Clock; readonly spike: Spike } {
  const nodeSeed = seedOf(seed, nodeId);
  for (let ahead = 0; ahead <= SEARCH_MS; ahead += STEP_MS) {
    const spike = spikeAt(nodeSeed, systemClock.now() + delayMs + ahead);
    if (spike !== undefined && spike.sinceMs < 2 * STEP_MS) {
      return { clock: { ...systemClock, now: () => later(systemClock.now(), ahead) }, spike };
    }
  }
  throw new Error(`no spike begins within ${SEARCH_MS} ms`);
}
