// Holds what a rule detected against the floods that a history has.
import { FIRST_JUDGED_WEEK, type Flood, MINUTES_A_WEEK, type NodeHistory } from './synthetic-history.js';

export const MINUTE_MS = 60_000;
/** A rule that wants two collections in a row may have the first of them in the flood's last minute. */
const HOLD = 2;

/** Instants are milliseconds since the history's beginning. */
export interface DetectedSpike {
  /** The first collection of its row. */
  readonly startedAt: number;
  /** When it is known. */
  readonly recordedAt: number;
}

export interface Verdict {
  readonly floods: readonly JudgedFlood[];
  /** Begun where no flood was. */
  readonly falseAlarms: number;
}

export interface JudgedFlood extends Flood {
  /** Collections from its first one, which counts as 0, to that in which it was known; undefined where it was not found. */
  readonly delay: number | undefined;
}

/** Of the judged weeks. A flood is found when a spike begins in it; further ones in the same flood are neither found nor false. */
export function judge({ minutes, floods }: NodeHistory, spikes: readonly DetectedSpike[]): Verdict {
  const firstMinute = FIRST_JUDGED_WEEK * MINUTES_A_WEEK;
  const judged = spikes.filter(({ startedAt }) => startedAt / MINUTE_MS >= firstMinute);
  const isIn = ({ start, end }: Flood, { startedAt }: DetectedSpike): boolean =>
    startedAt / MINUTE_MS >= start && startedAt / MINUTE_MS < end + HOLD;
  return {
    floods: floods
      .filter(({ start }) => start >= firstMinute)
      .map((flood) => {
        const found = judged.find((spike) => isIn(flood, spike));
        return {
          ...flood,
          delay: found && collectionsIn(minutes, flood.start, found.recordedAt / MINUTE_MS),
        };
      }),
    falseAlarms: judged.filter((spike) => !floods.some((flood) => isIn(flood, spike))).length,
  };
}

/** From the first minute on and before the other. */
function collectionsIn(minutes: readonly number[], from: number, to: number): number {
  return minutes.filter((minute) => minute >= from && minute < to).length;
}
