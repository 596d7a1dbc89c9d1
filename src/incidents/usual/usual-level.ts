// What is usual of one figure of a node, made of its collections: the highest of the median of the last hour and of the levels
// around this time yesterday and a week ago. deploy/prometheus has the same as recording rules.
import { type EpochMs, later } from '../../clock.js';
import { isObject, type JsonObject } from '../../json.js';
import { deviationOf, medianOf } from '../median.js';
import { HOUR_MS, LastHour, type SavedHour } from './last-hour.js';
import { BLOCK_MS, blockStart, type SavedLevels, WEEK_MS, WeekLevels } from './week-levels.js';

const DAY_MS = 24 * HOUR_MS;
/** Either way of this time yesterday and a week ago: a batch may start late, and clocks change. */
const AROUND_MS = HOUR_MS;
/** Before that many collections nothing is usual. */
export const MIN_COLLECTIONS = 10;

export interface Expected {
  readonly usual: number;
  /** The median absolute deviation of the last hour; 0 where it has no value. */
  readonly deviation: number;
}

export interface SavedLevel extends SavedHour, SavedLevels {
  /** At most MIN_COLLECTIONS. */
  readonly collections: number;
}

export class UsualLevel {
  readonly #hour = new LastHour();
  readonly #week = new WeekLevels();
  /** Since the last time that no history was left. */
  #collections = 0;

  /** From the collections before this instant; undefined while there were too few of them, and where all are too long ago. */
  expected(at: EpochMs): Expected | undefined {
    if (this.#collections < MIN_COLLECTIONS) {
      return undefined;
    }
    const hour = this.#hour.valuesIn(later(at, -HOUR_MS), at);
    const median = medianOf(hour);
    const parts = [median, this.#around(at, DAY_MS), this.#around(at, WEEK_MS)];
    const known = parts.filter((part) => !Number.isNaN(part));
    return known.length === 0
      ? undefined
      : { usual: Math.max(...known), deviation: hour.length === 0 ? 0 : deviationOf(hour, median) };
  }

  /** A collection's; what is no number of sessions is none. */
  add(at: EpochMs, value: number | undefined): void {
    if (value === undefined || !(value >= 0 && Number.isFinite(value) && Number.isFinite(at))) {
      return;
    }
    if (!this.#hasHistory(at)) {
      this.#collections = 0;
    }
    this.#collections = Math.min(this.#collections + 1, MIN_COLLECTIONS);
    if (this.#hour.add(at, value)) {
      const start = blockStart(at);
      this.#week.set(at, medianOf(this.#hour.valuesIn(start, later(start, BLOCK_MS))));
    }
  }

  save(): SavedLevel {
    return { collections: this.#collections, ...this.#hour.save(), ...this.#week.save() };
  }

  /** Of what cannot be read nothing is taken. */
  restore(saved: unknown): void {
    if (!isObject(saved) || !isSavedLevel(saved)) {
      return;
    }
    const isRead = this.#hour.restore(saved) && this.#week.restore(saved);
    if (isRead) {
      this.#collections = saved.collections;
    } else {
      this.#hour.restore({ at: null, values: '' });
      this.#week.restore({ block: null, levels: '' });
    }
  }

  #hasHistory(at: EpochMs): boolean {
    return (
      this.#hour.hasValueIn(later(at, -HOUR_MS), at) ||
      [DAY_MS, WEEK_MS].some((agoMs) => !Number.isNaN(this.#around(at, agoMs)))
    );
  }

  #around(at: EpochMs, agoMs: number): number {
    return this.#week.highest(later(at, -agoMs - AROUND_MS), later(at, AROUND_MS - agoMs));
  }
}

function isSavedLevel(saved: JsonObject): saved is JsonObject & SavedLevel {
  const { collections, at, values, block, levels } = saved;
  return (
    Number.isInteger(collections) &&
    Number(collections) >= 0 &&
    Number(collections) <= MIN_COLLECTIONS &&
    (at === null || (typeof at === 'number' && Number.isFinite(at))) &&
    (block === null || Number.isSafeInteger(block)) &&
    typeof values === 'string' &&
    typeof levels === 'string'
  );
}
