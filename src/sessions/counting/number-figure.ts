// A figure made of the numbers of one column: not 0, but unknown where there are cells for it of which none can be read.
import { UNREADABLE } from '../numbers.js';

export class NumberFigure {
  total = 0;
  longest = 0;
  /** How many are the threshold or more. */
  reached = 0;
  readonly #threshold: number;
  #hasRead = false;
  #hasUnreadable = false;

  constructor(threshold = Number.POSITIVE_INFINITY) {
    this.#threshold = threshold;
  }

  /** MISSING is nothing. */
  add(number: number): void {
    if (number >= 0) {
      this.#hasRead = true;
      this.total += number;
      if (number > this.longest) {
        this.longest = number;
      }
      if (number >= this.#threshold) {
        this.reached++;
      }
    } else if (number === UNREADABLE) {
      this.#hasUnreadable = true;
    }
  }

  /** Of another column's part, such as another command. */
  merge(other: NumberFigure): void {
    this.total += other.total;
    this.longest = Math.max(this.longest, other.longest);
    this.reached += other.reached;
    this.#hasRead ||= other.#hasRead;
    this.#hasUnreadable ||= other.#hasUnreadable;
  }

  get isKnown(): boolean {
    return this.#hasRead || !this.#hasUnreadable;
  }
}
