// What the last collections of a node counted, in 16 KiB: of each the totals, and the values with the most sessions, by a hash instead of their
// names. Nobody asks it which values there were, only what one had that is there now.
import { randomInt } from 'node:crypto';
import type { Observed } from '../observation.js';
import { Before, type PastCollection, type PastCount } from './before.js';
import { type CountedList, type CountedValue, countedList, LISTS } from './counted-values.js';

/** So many are kept. */
export const RECENT_COLLECTIONS = 15;
/** So many before an incident say what was before it. */
const BEFORE_COLLECTIONS = 5;

/** Of a collection: sessions and active ones, for each list the most that a missing value can have of them, and the number of values. */
const HEADER_WORDS = 2 + 2 * LISTS.length;
const WORD = 4;
const HEADER_BYTES = HEADER_WORDS * WORD + 2;
const COLLECTION_BYTES = 960;
const UNKNOWN = 0xffff_ffff;
const MAX_COUNT = 0xffff_fff0;
/** A hash, and two counts of five bytes at most. */
const MAX_VALUE_BYTES = WORD + 2 * 5;

/** So that nobody can choose names that are taken for each other. */
const SECRET = randomInt(2 ** 32);

/** Of one node. After a reload that counts otherwise, say by other groups of hosts, begin a new one: names are not comparable then. */
export class RecentValues {
  readonly #bytes = new DataView(new ArrayBuffer(RECENT_COLLECTIONS * COLLECTION_BYTES));
  #added = 0;

  add(observed: Observed): void {
    const lists = LISTS.map((list) => countedList(list, observed));
    const writer = new CollectionWriter(this.#collection(this.#added));
    const left = writer.writeValues(lists);
    writer.writeHeader(observed, lists, left);
    this.#added += 1;
  }

  /** As it was before the last `since` collections; undefined where none is known. It stays so, whatever is added. */
  before(since: number): Before | undefined {
    const end = this.#added - Math.max(0, since);
    const first = Math.max(0, end - BEFORE_COLLECTIONS, this.#added - RECENT_COLLECTIONS);
    if (first >= end) {
      return undefined;
    }
    const numbers = Array.from({ length: end - first }, (_, index) => first + index);
    return new Before(numbers.map((number) => readCollection(this.#collection(number))));
  }

  #collection(number: number): DataView {
    const start = (number % RECENT_COLLECTIONS) * COLLECTION_BYTES;
    return new DataView(this.#bytes.buffer, start, COLLECTION_BYTES);
  }
}

/** Whichever of a list was not written had at most so much. */
interface Left {
  sessions: number;
  active: number;
}

class CollectionWriter {
  readonly #view: DataView;
  #end = HEADER_BYTES;
  #values = 0;

  constructor(view: DataView) {
    this.#view = view;
  }

  /** The first of each list, the second of each, and so on while there is room. */
  writeValues(lists: readonly (CountedList | undefined)[]): readonly Left[] {
    const left = lists.map((): Left => ({ sessions: 0, active: 0 }));
    const longest = Math.max(0, ...lists.map((list) => list?.values.length ?? 0));
    for (let rank = 0; rank < longest; rank++) {
      for (const [number, list] of lists.entries()) {
        const value = list?.values[rank];
        const ofList = left[number];
        if (value !== undefined && ofList !== undefined && !this.#writeValue(number, value)) {
          ofList.sessions = Math.max(ofList.sessions, value.sessions ?? 0);
          ofList.active = Math.max(ofList.active, value.active ?? 0);
        }
      }
    }
    return left;
  }

  writeHeader(
    { snapshot }: Observed,
    lists: readonly (CountedList | undefined)[],
    left: readonly Left[],
  ): void {
    const words = [
      snapshot.sessions,
      snapshot.active,
      ...lists.flatMap((list, number) => [
        atMost(list?.missing.sessions, left[number]?.sessions),
        atMost(list?.missing.active, left[number]?.active),
      ]),
    ];
    for (const [place, word] of words.entries()) {
      this.#view.setUint32(place * WORD, word === undefined ? UNKNOWN : Math.min(word, MAX_COUNT));
    }
    this.#view.setUint16(HEADER_WORDS * WORD, this.#values);
  }

  #writeValue(list: number, { key, sessions, active }: CountedValue): boolean {
    if (this.#end + MAX_VALUE_BYTES > this.#view.byteLength) {
      return false;
    }
    this.#view.setUint32(this.#end, hashOf(list, key));
    this.#end += WORD;
    this.#writeCount(sessions);
    this.#writeCount(active);
    this.#values += 1;
    return true;
  }

  /** Seven bits a byte, the lowest first; 0 stands for unknown. */
  #writeCount(count: number | undefined): void {
    let rest = count === undefined ? 0 : Math.min(count, MAX_COUNT) + 1;
    while (rest >= 0x80) {
      this.#view.setUint8(this.#end++, (rest & 0x7f) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.#view.setUint8(this.#end++, rest);
  }
}

function readCollection(view: DataView): PastCollection {
  const word = (place: number): number | undefined => {
    const value = view.getUint32(place * WORD);
    return value === UNKNOWN ? undefined : value;
  };
  const counts = new Map<number, PastCount>();
  let place = HEADER_BYTES;
  const readCount = (): number | undefined => {
    let count = 0;
    for (let factor = 1; ; factor *= 0x80) {
      const byte = view.getUint8(place++);
      count += (byte & 0x7f) * factor;
      if (byte < 0x80) {
        return count === 0 ? undefined : count - 1;
      }
    }
  };
  for (let left = view.getUint16(HEADER_WORDS * WORD); left > 0; left--) {
    const hash = view.getUint32(place);
    place += WORD;
    counts.set(hash, { sessions: readCount(), active: readCount() });
  }
  return {
    sessions: word(0),
    active: word(1),
    countOf: (list, key) => counts.get(hashOf(LISTS.indexOf(list), key)),
    missingIn: (list) => {
      const start = 2 + 2 * LISTS.indexOf(list);
      return { sessions: word(start), active: word(start + 1) };
    },
  };
}

function atMost(missing: number | undefined, left = 0): number | undefined {
  return missing === undefined ? undefined : Math.max(missing, left);
}

/** 32 bits (the mixing of MurmurHash3). */
function hashOf(list: number, key: string): number {
  let hash = SECRET ^ Math.imul(list + 1, 0x9e37_79b1);
  for (let place = 0; place < key.length; place++) {
    hash = Math.imul(hash ^ key.charCodeAt(place), 0x5bd1_e995);
    hash ^= hash >>> 15;
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
