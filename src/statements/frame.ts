// What is known of the parentheses, or of the CASE, that a token stands in.
import { Chain } from './chain.js';
import type { Output } from './output.js';
import type { Tables } from './tables.js';
import { CLOSE, ELLIPSIS } from './tokens.js';
import type { Verb } from './verb.js';

export type FrameRole =
  /** The whole text. */
  | 'text'
  | 'case'
  | 'parentheses'
  /** The list of IN. */
  | 'in'
  /** The first row of VALUES. */
  | 'row'
  /** The arguments of CALL. */
  | 'call';

export class Frame {
  readonly role: FrameRole;
  /** Where the opening token stands in the output; -1 for the whole text. */
  readonly opening: number;
  /** `others` of the output when it began. */
  readonly others: number;
  readonly tables: Tables;
  readonly operands: Chain;
  readonly branches: Chain;
  readonly cases: Chain;
  readonly #output: Output;

  constructor(role: FrameRole, output: Output, tables: Tables) {
    const { tokens, others } = output;
    this.#output = output;
    this.role = role;
    this.opening = tokens.length - 1;
    this.others = others;
    this.tables = tables;
    this.operands = new Chain(tokens);
    this.branches = new Chain(tokens);
    this.cases = new Chain(tokens);
    this.operands.begin();
    this.branches.begin();
  }

  /** To `...`, if there are but literals in the parentheses, or what there is does not matter. */
  collapse(): boolean {
    const { tokens } = this.#output;
    const length = tokens.length - this.opening - 1;
    const isFolded =
      this.role === 'call' ||
      (this.role === 'in' && this.#hasValuesAlone && length > 0) ||
      (length === 3 && this.#output.endsRow(1));
    if (isFolded) {
      tokens.length = this.opening + 1;
      tokens.push(ELLIPSIS);
    }
    return isFolded;
  }

  /** Of rows and the like it is guessed how they go on; else values alone may be the beginning of `(...)` or of more. */
  endCut(): void {
    const { tokens } = this.#output;
    if (this.role === 'text' || this.role === 'case') {
      return;
    }
    if (this.role !== 'parentheses' && this.collapse()) {
      tokens.push(CLOSE);
    } else if (this.#hasValuesAlone && tokens[this.opening + 1]?.kind === 'literal') {
      tokens.length = this.opening + 1;
    }
  }

  get #hasValuesAlone(): boolean {
    return this.#output.others === this.others;
  }
}

/** @param isInText not in parentheses, nor in CASE */
export function roleOfParentheses(output: Output, verb: Verb, isInText: boolean): FrameRole {
  const last = output.last();
  if (last?.kind !== 'word' && last?.kind !== 'name') {
    return 'parentheses';
  }
  if (isInText && verb.is('call')) {
    return 'call';
  }
  const isRows =
    (last.key === 'values' && !last.isCalled) ||
    (last.key === 'value' && verb.is('insert', 'replace') && last.isCalled === false) ||
    (last.key === 'row' && output.last(2)?.key === 'values');
  return last.key === 'in' ? 'in' : isRows ? 'row' : 'parentheses';
}
