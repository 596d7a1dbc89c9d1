// Operands of OR, branches of UNION, cases of CASE: a run of equal ones becomes the first of them and `...`.
import { ELLIPSIS, type Token } from './tokens.js';

export class Chain {
  readonly #output: Token[];
  /** Where the item that is being read begins; -1 where there is none. */
  #start = -1;
  /** Where the item that those behind it are compared with begins and ends. */
  #first = -1;
  #firstEnd = -1;
  /** What joins the item that is being read to those before it (`or`, `union all`), and where. */
  #link = '';
  #linkStart = -1;
  /** What joins the `...`; undefined where there is none yet. */
  #foldedLink: string | undefined;

  constructor(output: Token[]) {
    this.#output = output;
  }

  /** Whether there is an item before the one that is being read. */
  get isLinked(): boolean {
    return this.#first !== -1;
  }

  get isOpen(): boolean {
    return this.#start !== -1;
  }

  /** The first item begins. */
  begin(): void {
    this.#first = -1;
    this.#foldedLink = undefined;
    this.#start = this.#output.length;
  }

  /** What follows belongs to no item. */
  end(): void {
    this.begin();
    this.#start = -1;
  }

  /** An item ends, and its link to the next one begins. */
  link(link: string): void {
    this.settle(false);
    this.#link = link;
    this.#linkStart = this.#output.length;
  }

  /** The link has ended, or went on with another word. */
  next(link = this.#link): void {
    this.#link = link;
    this.#start = this.#output.length;
  }

  /** The item is the `...` of a text that was normalised before, with no link before it. */
  fold(): void {
    this.settle(false);
    this.#foldedLink = this.#link;
    this.#start = -1;
  }

  /** @param isCut the item may go on: it equals what begins as it does */
  settle(isCut: boolean): void {
    const start = this.#start;
    const length = this.#output.length - start;
    // The end of a link that is cut may be missing (`union` of `union all`).
    const isFolded =
      this.#foldedLink === this.#link || (isCut && this.#foldedLink?.startsWith(this.#link) === true);
    if (start === -1) {
      return;
    }
    if (this.#first !== -1 && length === 1 && this.#output[start]?.kind === 'ellipsis') {
      this.#output.length = isFolded ? this.#linkStart : this.#output.length;
      this.#foldedLink = this.#link;
    } else if (
      this.#first !== -1 &&
      (isFolded || this.#foldedLink === undefined) &&
      this.#isFirstAgain(length, isCut)
    ) {
      this.#output.length = isFolded ? this.#linkStart : start;
      if (!isFolded) {
        this.#output.push(ELLIPSIS);
      }
      this.#foldedLink = this.#link;
    } else {
      this.#first = length > 0 ? start : -1;
      this.#firstEnd = this.#output.length;
      this.#foldedLink = undefined;
    }
    this.#start = -1;
  }

  #isFirstAgain(length: number, isCut: boolean): boolean {
    const firstLength = this.#firstEnd - this.#first;
    const isLong = isCut ? length > 0 || this.#foldedLink !== undefined : length === firstLength;
    if (!isLong || length > firstLength) {
      return false;
    }
    for (let index = 0; index < length; index += 1) {
      if (this.#output[this.#first + index]?.key !== this.#output[this.#start + index]?.key) {
        return false;
      }
    }
    return true;
  }
}
