// What every candidate works out from a session file, so that speeds are of equal results.
import type { FileKind } from './session-files.js';

/** The sessions of each value of a column; an empty value is `none`. */
export interface ValueCounts {
  /** All values that there are. */
  readonly distinct: number;
  /** Of the most frequent ones; those of the rest are `other`. */
  readonly sessions: Readonly<Record<string, number>>;
}

/** Longest: the longest time of each command. */
export interface Figures {
  readonly user: ValueCounts;
  readonly host: ValueCounts;
  readonly database: ValueCounts;
  readonly command: ValueCounts;
  readonly state: ValueCounts;
  readonly longest: Readonly<Record<string, number>>;
}

/** How many values of a column are told one by one: all that there are, but of a million what the program shows by default. */
export function maxValuesOf(kind: FileKind): number {
  return kind === 'distinct' ? 100 : 10_000;
}

/** Adds up rows of strings, with as little work as the task allows; for the parsers that yield such rows. */
export class RowFigures {
  readonly #user = new Map<string, number>();
  readonly #host = new Map<string, number>();
  readonly #database = new Map<string, number>();
  readonly #command = new Map<string, number>();
  readonly #state = new Map<string, number>();
  readonly #longest = new Map<string, number>();

  /** `row` has the columns of the benchmarks' files. */
  add(row: readonly string[]): void {
    const [, user = '', host = '', database = '', command = '', time = '', state = ''] = row;
    const port = host.lastIndexOf(':');
    count(this.#user, user);
    count(this.#host, port === -1 ? host : host.slice(0, port));
    count(this.#database, database);
    count(this.#command, command);
    count(this.#state, state);
    this.#longest.set(command, Math.max(this.#longest.get(command) ?? 0, Number(time)));
  }

  figures(maxValues = Number.POSITIVE_INFINITY): Figures {
    return {
      user: mostFrequent(this.#user, maxValues),
      host: mostFrequent(this.#host, maxValues),
      database: mostFrequent(this.#database, maxValues),
      command: mostFrequent(this.#command, maxValues),
      state: mostFrequent(this.#state, maxValues),
      longest: record(this.#longest),
    };
  }
}

/** `shown` are the most frequent of `distinct` values, which are `rows` sessions in all. */
export function valueCounts(shown: readonly ValueCount[], distinct: number, rows: number): ValueCounts {
  const rest = rows - sumOf(shown);
  return { distinct, sessions: record(rest > 0 ? [...shown, ['other', rest]] : shown) };
}

export function record(entries: Iterable<ValueCount>): Record<string, number> {
  const named = [...entries].map(([value, number]) => [value === '' ? 'none' : value, number] as const);
  return Object.fromEntries(named.sort(([a], [b]) => (a < b ? -1 : 1)));
}

type ValueCount = readonly [value: string, sessions: number];

/** Of those that are equally frequent, the first in the alphabet. */
export function mostFrequent(counts: ReadonlyMap<string, number>, maxValues: number): ValueCounts {
  const ranked = [...counts].sort(([a, ofA], [b, ofB]) => ofB - ofA || (a < b ? -1 : 1));
  return valueCounts(ranked.slice(0, maxValues), counts.size, sumOf(ranked));
}

export function sumOf(counts: readonly ValueCount[]): number {
  return counts.reduce((sum, [, sessions]) => sum + sessions, 0);
}

function count(counts: Map<string, number>, value: string): void {
  counts.set(value, (counts.get(value) ?? 0) + 1);
}
