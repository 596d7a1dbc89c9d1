// What every candidate works out from a session file, so that speeds are of equal results.

/** Sessions by value; an empty value is `none`. Longest: the longest time of each command. */
export interface Figures {
  readonly user: Readonly<Record<string, number>>;
  readonly host: Readonly<Record<string, number>>;
  readonly database: Readonly<Record<string, number>>;
  readonly command: Readonly<Record<string, number>>;
  readonly state: Readonly<Record<string, number>>;
  readonly longest: Readonly<Record<string, number>>;
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

  figures(): Figures {
    return {
      user: record(this.#user),
      host: record(this.#host),
      database: record(this.#database),
      command: record(this.#command),
      state: record(this.#state),
      longest: record(this.#longest),
    };
  }
}

export function record(entries: Iterable<readonly [value: string, count: number]>): Record<string, number> {
  const named = [...entries].map(([value, number]) => [value === '' ? 'none' : value, number] as const);
  return Object.fromEntries(named.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function count(counts: Map<string, number>, value: string): void {
  counts.set(value, (counts.get(value) ?? 0) + 1);
}
