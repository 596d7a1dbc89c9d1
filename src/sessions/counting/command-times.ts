// How long sessions have been in their state, by command: sums and longest times.
import type { SessionTime } from '../snapshot.js';
import { OTHER } from './label-counts.js';

/** In place of a label, where sessions are not told apart by command. */
export const ALL_COMMANDS = -1;

interface TimeSum {
  totalSeconds: number;
  longestSeconds: number;
}

export class CommandTimes {
  /** By the number of the command's label and 1, so that ALL_COMMANDS has a place. */
  readonly #sums: TimeSum[] = [];

  add(label: number, seconds: number): void {
    const sum = this.#sums[label + 1];
    if (sum === undefined) {
      this.#sums[label + 1] = { totalSeconds: seconds, longestSeconds: seconds };
    } else {
      sum.totalSeconds += seconds;
      if (seconds > sum.longestSeconds) {
        sum.longestSeconds = seconds;
      }
    }
  }

  /** One entry for each of the commands shown, to which `other` takes the times of the rest. */
  byCommand(shown: readonly string[], nameOf: (label: number) => string): readonly SessionTime[] {
    const named = new Map(shown.map((command) => [command, { command, ...NONE }]));
    const other = named.get(OTHER);
    this.#sums.forEach(({ totalSeconds, longestSeconds }, place) => {
      const time = named.get(nameOf(place - 1)) ?? other;
      if (time === undefined) {
        return;
      }
      time.totalSeconds += totalSeconds;
      time.longestSeconds = Math.max(time.longestSeconds, longestSeconds);
    });
    return [...named.values()];
  }

  /** What was added under ALL_COMMANDS. */
  ofAll(): SessionTime {
    return { command: undefined, ...(this.#sums[0] ?? NONE) };
  }
}

const NONE: TimeSum = { totalSeconds: 0, longestSeconds: 0 };
