// The records of a list in an answer, read one by one: one that is odd is left out, told of, and hides no other.
import { isObject, type JsonObject } from '../../json.js';
import type { IdFormat } from '../../model/ids.js';
import { type Oddity, OddRecords } from '../../model/odd-records.js';

/**
 * Which words the API has is not documented in full. These say that nothing runs that could be asked for sessions;
 * any other word is worth a try, and so is `failed`, which means abnormal.
 */
const DOWN = new Set(['creating', 'build', 'createfail', 'deleting', 'deleted', 'frozen', 'shutdown']);

export function isDown({ status }: { readonly status: string }): boolean {
  return DOWN.has(asWord(status));
}

/** Words of the API are compared without their case, and without what stands around them. */
export function asWord(text: string): string {
  return text.trim().toLowerCase();
}

/** What /v3 calls by words of its own and /v3.1 by these. */
const UNIFIED = new Map([
  ['active', 'normal'],
  ['failed', 'abnormal'],
  ['build', 'creating'],
]);

/** Whether two words mean one status, in whichever version's words: a selection holds under both. */
export function isSameStatus(one: string, other: string): boolean {
  const [word, otherWord] = [asWord(one), asWord(other)];
  return (UNIFIED.get(word) ?? word) === (UNIFIED.get(otherWord) ?? otherWord);
}

export interface RecordKind<Item> {
  readonly noun: 'instances' | 'nodes';
  readonly id: IdFormat;
  /** What is odd of a record, or what it says. */
  read(json: JsonObject, id: string): Item | Oddity;
}

export interface Records<Item> {
  /** The sound ones, each id once. */
  readonly items: ReadonlyMap<string, Item>;
  /** Ids of those that are odd otherwise: they exist, and no more is known. */
  readonly unclear: ReadonlySet<string>;
  /** How many have no id, or one of another kind: each may be any. */
  readonly nameless: number;
  readonly odd: OddRecords;
}

/**
 * `place` completes "record 2 of …"; the first record is number `first`. Of several records of one id the first sound one counts,
 * but one that runs before one that is down.
 */
export function readRecords<Item extends { readonly status: string }>(
  list: readonly unknown[],
  { noun, id: format, read }: RecordKind<Item>,
  place: string,
  first = 1,
): Records<Item> {
  const items = new Map<string, Item>();
  const unclear = new Map<string, Oddity>();
  const odd = new OddRecords();
  let nameless = 0;
  for (const [index, json] of list.entries()) {
    const position = `record ${first + index} of ${place}`;
    const id = isObject(json) ? json.id : undefined;
    if (!isObject(json) || typeof id !== 'string' || id === '') {
      nameless += 1;
      odd.add(isObject(json) ? `${noun} without an id` : `${noun} that are no objects`, place, position);
    } else if (!format.matches(id)) {
      // Ids go into the addresses of calls: nothing that could change where those lead.
      nameless += 1;
      odd.add(`${noun} with an id of another kind`, place, position);
    } else {
      const before = items.get(id);
      const item = read(json, id);
      if (before !== undefined || unclear.has(id)) {
        odd.add(`${noun} listed twice`, id);
      }
      if (typeof item === 'string') {
        unclear.set(id, unclear.get(id) ?? item);
      } else if (before === undefined || (isDown(before) && !isDown(item))) {
        items.set(id, item);
      }
    }
  }
  // In whichever order its records stand.
  for (const [id, oddity] of unclear) {
    if (items.has(id)) {
      unclear.delete(id);
    } else {
      odd.add(oddity, id);
    }
  }
  return { items, unclear: new Set(unclear.keys()), nameless, odd };
}
