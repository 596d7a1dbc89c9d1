// How it was before an incident: the median of a few collections, of the node as a whole and of each value. Where that is not known for sure it is the most
// that it can have been, so that growth is never said to be more than it is.
import type { Measure } from '../observation.js';
import { type List, measureOf } from './counted-values.js';

/** Of a value in a collection, or the most that it can have had. */
export interface PastCount {
  readonly sessions: number | undefined;
  readonly active: number | undefined;
}

export interface PastCollection extends PastCount {
  /** Undefined where the value is not kept. */
  countOf(list: List, key: string): PastCount | undefined;
  /** Of values that are not kept; undefined where the list does not count so. */
  missingIn(list: List): PastCount;
}

export class Before {
  readonly #collections: readonly PastCollection[];

  constructor(collections: readonly PastCollection[]) {
    this.#collections = collections;
  }

  /** Of all sessions of the node, or all active ones. */
  total(measure: Measure): number | undefined {
    return median(this.#collections.map((collection) => collection[measure]));
  }

  /** Undefined where no collection counted such values. */
  of(list: List, key: string, measure: Measure): number | undefined {
    const counted = measureOf(list, measure);
    return median(
      this.#collections.map(
        (collection) => collection.countOf(list, key)?.[counted] ?? collection.missingIn(list)[counted],
      ),
    );
  }
}

/** Of those that are known; a half is rounded up. */
function median(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined).sort((a, b) => a - b);
  const middle = known.length / 2;
  const upper = known[Math.floor(middle)];
  const lower = known[Math.ceil(middle) - 1];
  return upper === undefined || lower === undefined ? undefined : Math.ceil((lower + upper) / 2);
}
