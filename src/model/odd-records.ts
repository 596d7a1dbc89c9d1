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

interface Found {
  readonly count: number;
  /** The first in the order of the ids, as that of a list may change. */
  readonly about: string;
  readonly place: string;
}

export class OddRecords {
  readonly #found = new Map<Oddity, Found>();

  /**
   * `about`: the record's id where it can be one, else the list that it is of; `place`: the same for people, such as the record's
   * position. Nothing else that a server wrote.
   */
  add(what: Oddity, about: string, place = about, count = 1): void {
    const found = this.#found.get(what);
    const isFirst = found === undefined || about < found.about;
    this.#found.set(what, {
      count: (found?.count ?? 0) + count,
      ...(isFirst ? { about, place } : { about: found.about, place: found.place }),
    });
  }

  addAll(others: OddRecords): void {
    for (const [what, { about, place, count }] of others.#found) {
      this.add(what, about, place, count);
    }
  }

  get count(): number {
    return [...this.#found.values()].reduce((sum, { count }) => sum + count, 0);
  }

  /** For people, in one line; empty where there are none. */
  toString(): string {
    return this.#text(({ place }) => place);
  }

  /** The same for the same records, in whatever order and at whatever positions they are listed. */
  key(): string {
    return this.#text(({ about }) => about);
  }

  #text(first: (found: Found) => string): string {
    return [...this.#found]
      .map(([what, found]) => `${what}: ${found.count} (the first: ${first(found)})`)
      .sort()
      .join(', ');
  }
}
