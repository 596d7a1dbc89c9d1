// How long sessions have been in their state, by command: sums and longest times.
import { OTHER } from './label-text.js';
import type { SessionTime } from './snapshot.js';

/** In place of a label, where sessions are not told apart by command. */
export const ALL_COMMANDS = -1;

interface TimeSum {
  totalSeconds: number;
  longestSeconds: number;
}

export class CommandTimes {
  /** By the number of the command's label. */
  readonly #sums = new Map<number, TimeSum>();

  add(label: number, seconds: number): void {
    addTo(this.#sums, label, seconds, seconds);
  }

  /** One entry for each of the commands shown, to which `other` takes the times of the rest. */
  byCommand(shown: readonly string[], nameOf: (label: number) => string): readonly SessionTime[] {
    const named = new Set(shown);
    const sums = new Map<string, TimeSum>();
    for (const [label, { totalSeconds, longestSeconds }] of this.#sums) {
      const name = nameOf(label);
      addTo(sums, named.has(name) ? name : OTHER, totalSeconds, longestSeconds);
    }
    return shown.map((command) => ({ command, ...(sums.get(command) ?? NONE) }));
  }

  /** What was added under ALL_COMMANDS. */
  ofAll(): SessionTime {
    return { command: undefined, ...(this.#sums.get(ALL_COMMANDS) ?? NONE) };
  }
}

const NONE: TimeSum = { totalSeconds: 0, longestSeconds: 0 };

function addTo<Key>(sums: Map<Key, TimeSum>, key: Key, totalSeconds: number, longestSeconds: number): void {
  const sum = sums.get(key);
  if (sum === undefined) {
    sums.set(key, { totalSeconds, longestSeconds });
  } else {
    sum.totalSeconds += totalSeconds;
    sum.longestSeconds = Math.max(sum.longestSeconds, longestSeconds);
  }
}
