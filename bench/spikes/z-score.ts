// The textbook's rule, as a yardstick: more than the last hour's mean by so many standard deviations, twice in a row.
import type { DetectedSpike } from './judge.js';

const HOUR_MS = 3_600_000;
const COOLDOWN_MS = 600_000;
const DEVIATIONS = 3;
const HOLD = 2;
const MIN_COLLECTIONS = 10;

/** Begins and ends as incidents do. */
export function zScoreSpikes(instants: readonly number[], values: readonly number[]): DetectedSpike[] {
  const spikes: DetectedSpike[] = [];
  let [oldest, sum, squares] = [0, 0, 0];
  let [held, quiet, calmUntil, startedAt] = [0, 0, 0, 0];
  let isOpen = false;
  for (const [index, value] of values.entries()) {
    const at = instants[index] ?? 0;
    for (; (instants[oldest] ?? at) < at - HOUR_MS; oldest++) {
      const left = values[oldest] ?? 0;
      [sum, squares] = [sum - left, squares - left * left];
    }
    const count = index - oldest;
    const mean = sum / count;
    const deviation = Math.sqrt(Math.max(0, squares / count - mean * mean));
    const isAbove = count >= MIN_COLLECTIONS && value > mean + DEVIATIONS * deviation;
    held = isAbove ? held + 1 : 0;
    quiet = isAbove ? 0 : quiet + 1;
    if (held === 1) {
      startedAt = at;
    }
    if (isOpen && quiet >= HOLD) {
      isOpen = false;
      calmUntil = at + COOLDOWN_MS;
    } else if (!isOpen && held >= HOLD && at >= calmUntil) {
      isOpen = true;
      spikes.push({ startedAt, recordedAt: at });
    }
    [sum, squares] = [sum + value, squares + value * value];
  }
  return spikes;
}
