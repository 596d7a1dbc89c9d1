// What of the API's lists cannot be used, record by record: counted by what is odd of it, so that one line tells of all.

type InAnyList = 'that are no objects' | 'without an id' | 'with an id of another kind' | 'listed twice';

/** A closed list: what a server sends takes no more room than that. */
export type Oddity =
  | `${'instances' | 'nodes'} ${InAnyList}`
  | 'instances without a name of at most 256 characters'
  | 'instances without a status'
  | 'instances without a list of nodes'
  | 'instances too large to be read'
  | 'instances counted and not listed'
  | 'nodes without a status'
  | 'nodes in two instances';

/** Completes "discovery: …". No failure. */
export const ODD_RECORDS = 'got odd records, expected none: the others are used';

export class OddRecords {
  /** How many there are, and where the first one is. */
  readonly #found = new Map<Oddity, { count: number; readonly first: string }>();

  /** `where`: an id that can be one, or a place; nothing else that a server wrote. */
  add(what: Oddity, where: string, count = 1): void {
    const found = this.#found.get(what);
    if (found === undefined) {
      this.#found.set(what, { count, first: where });
    } else {
      found.count += count;
    }
  }

  addAll(others: OddRecords): void {
    for (const [what, { count, first }] of others.#found) {
      this.add(what, first, count);
    }
  }

  get count(): number {
    return [...this.#found.values()].reduce((sum, { count }) => sum + count, 0);
  }

  /** For people, in one line; empty where there are none. */
  toString(): string {
    return [...this.#found]
      .map(([what, { count, first }]) => `${what}: ${count} (the first: ${first})`)
      .join(', ');
  }
}
