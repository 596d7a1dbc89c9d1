// A figure made of the numbers of one column: not 0, but unknown where there are cells for it of which none can be read.
import { UNREADABLE } from '../numbers.js';

export class NumberFigure {
  total = 0;
  longest = 0;
  #hasRead = false;
  #hasUnreadable = false;

  /** MISSING is nothing. */
  add(number: number): void {
    if (number >= 0) {
      this.#hasRead = true;
      this.total += number;
      if (number > this.longest) {
        this.longest = number;
      }
    } else if (number === UNREADABLE) {
      this.#hasUnreadable = true;
    }
  }

  /** Of other sessions, such as those of another command. */
  merge(other: NumberFigure): void {
    this.total += other.total;
    this.longest = Math.max(this.longest, other.longest);
    this.#hasRead ||= other.#hasRead;
    this.#hasUnreadable ||= other.#hasUnreadable;
  }

  get hasNumbers(): boolean {
    return this.#hasRead;
  }

  get isKnown(): boolean {
    return this.#hasRead || !this.#hasUnreadable;
  }
}
