// The tokens of a text, as they are added one by one: values in a row become `?, ...` at its end, and what comes before a
// value and is part of it is taken back.
import { BEFORE_EXPRESSION, meaningOf } from './keywords.js';
import { ELLIPSIS, LITERAL, type Token } from './tokens.js';

export class Output {
  readonly tokens: Token[] = [];
  /** How many tokens were added that are neither values nor part of a list of values. */
  others = 0;

  last(back = 1): Token | undefined {
    return this.tokens[this.tokens.length - back];
  }

  add(token: Token): void {
    this.tokens.push(token);
    this.others += 1;
  }

  /** Whether an expression may begin behind the token that is `back` from the end. */
  startsExpression(back: number): boolean {
    const token = this.last(back);
    switch (token?.kind) {
      case undefined:
      case 'comma':
      case 'open':
      case 'semicolon':
        return true;
      case 'operator':
        return token.key !== '}';
      case 'word':
        return (meaningOf(token.key) & BEFORE_EXPRESSION) !== 0 && this.last(back + 1)?.kind !== 'dot';
      default:
        return false;
    }
  }

  /** Whether the token that is `back` from the end is that of a `?, ...`. */
  endsRow(back: number): boolean {
    return (
      this.last(back)?.kind === 'ellipsis' &&
      this.last(back + 1)?.kind === 'comma' &&
      this.last(back + 2)?.kind === 'literal'
    );
  }

  addLiteral(): void {
    this.#dropIntroducers();
    this.#dropSigns();
    const last = this.last();
    const isInRow = last?.kind === 'comma';
    if (last?.kind === 'literal' || this.endsRow(1)) {
      // Adjacent texts are one value.
    } else if (this.#endsWithOffset() || (isInRow && this.endsRow(2))) {
      this.tokens.pop();
    } else {
      this.tokens.push(isInRow && this.last(2)?.kind === 'literal' ? ELLIPSIS : LITERAL);
    }
  }

  /** The `...` of a text that was normalised before. */
  addEllipsis(): void {
    if (this.last()?.kind === 'comma' && this.endsRow(2)) {
      this.tokens.pop();
    } else {
      this.tokens.push(ELLIPSIS);
    }
  }

  /** Of a cut statement: of a list that may go on, or not, the comma. */
  trimList(): void {
    if (this.#endsWithOffset() || (this.last()?.kind === 'comma' && this.endsRow(2))) {
      this.tokens.pop();
    }
  }

  #drop(): void {
    this.tokens.pop();
    this.others -= 1;
  }

  /** `_utf8mb4 'a'` */
  #dropIntroducers(): void {
    for (let last = this.last(); last?.kind === 'word' && last.key.startsWith('_'); last = this.last()) {
      if (this.last(2)?.kind === 'dot') {
        return;
      }
      this.#drop();
    }
  }

  /** Where an expression begins a sign is the value's: `= -1`, but not `a - 1`. */
  #dropSigns(): void {
    for (let key = this.last()?.key; key === '-' || key === '+'; key = this.last()?.key) {
      if (!this.startsExpression(2)) {
        return;
      }
      this.#drop();
    }
  }

  /** Whether `LIMIT 20,` or `LIMIT 10 OFFSET` stands there: of both numbers one is kept. */
  #endsWithOffset(): boolean {
    const last = this.last();
    return (
      (last?.kind === 'comma' || (last?.kind === 'word' && last.key === 'offset')) &&
      this.last(2)?.kind === 'literal' &&
      this.last(3)?.kind === 'word' &&
      this.last(3)?.key === 'limit'
    );
  }
}
