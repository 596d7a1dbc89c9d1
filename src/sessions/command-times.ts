// How long sessions have been in their state, by command: sums and longest times.
import { OTHER } from './label-text.js';
import type { SessionTime } from './snapshot.js';

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

  ofAll(): SessionTime {
    const sums = new Map<undefined, TimeSum>();
    for (const { totalSeconds, longestSeconds } of this.#sums.values()) {
      addTo(sums, undefined, totalSeconds, longestSeconds);
    }
    return { command: undefined, ...(sums.get(undefined) ?? NONE) };
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
