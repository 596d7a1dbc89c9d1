// Which names are those of tables and schemas: such as follow FROM, INTO, TABLE and the like, and behind a comma the next.
import { AMONG_TABLES, BEFORE_TABLE, KEYWORD, MODIFIER, meaningOf, SOURCE } from './keywords.js';
import type { Token, TokenKind } from './tokens.js';
import type { Verb } from './verb.js';

export class Tables {
  readonly #isStatement: boolean;
  /** Whether FROM names tables here, and not what a function reads from. */
  #isQuery: boolean;
  #hasSelect = false;
  #hasTable = false;
  /** Whether the next name is a table's (`due`), would be one behind a comma (`listed`), or is none. */
  #state: 'due' | 'listed' | 'none' = 'none';
  /** What is read may be a function, with arguments: there the parentheses are no list of columns. */
  #isSource = false;

  /** @param isStatement not parentheses within one */
  constructor(isStatement: boolean) {
    this.#isStatement = isStatement;
    this.#isQuery = isStatement;
  }

  get isDue(): boolean {
    return this.#state === 'due';
  }

  end(): void {
    this.#state = 'none';
    this.#hasSelect = false;
    this.#hasTable = false;
  }

  /** Those of parentheses that open: what FROM reads may stand in some. */
  inParentheses(): Tables {
    const inner = new Tables(false);
    if (this.#state === 'due') {
      inner.#state = 'due';
      inner.#isSource = true;
      this.#state = 'listed';
    }
    return inner;
  }

  readComma(): void {
    this.#state = this.#state === 'listed' ? 'due' : 'none';
  }

  /**
   * A keyword, or a word that may be one.
   *
   * @param last the word before
   */
  readWord(key: string, last: string | undefined, next: TokenKind | undefined, verb: Verb): void {
    const meaning = meaningOf(key);
    if (key === 'select') {
      this.#isQuery = true;
      this.#hasSelect = true;
    }
    const isSource = (meaning & SOURCE) !== 0;
    if ((isSource || next !== 'open') && this.#isBeforeTable(key, last, verb)) {
      this.#state = 'due';
      this.#isSource = isSource;
    } else if (
      (meaning & KEYWORD) !== 0 &&
      (meaning & (this.#state === 'due' ? MODIFIER : AMONG_TABLES)) === 0
    ) {
      this.#state = 'none';
    }
  }

  /** The meaning of most words is their own; that of some depends on what is before them. */
  #isBeforeTable(key: string, last: string | undefined, verb: Verb): boolean {
    switch (key) {
      case 'delete':
        return last !== 'on';
      case 'from':
        return this.#isQuery;
      case 'in':
        return verb.is('show');
      case 'like':
        return verb.is('create table') && this.#isStatement && !this.#hasSelect;
      case 'of':
        return last === 'update' || last === 'share';
      case 'on':
        return verb.is('create', 'drop') && !this.#hasSelect;
      case 'replace':
        return last !== 'or';
      case 'tables':
        return verb.isLeading;
      case 'to':
        return verb.is('rename table', 'rename tables');
      case 'update':
        return last !== 'for' && last !== 'key' && last !== 'on';
      case 'using':
        return verb.is('delete') && this.#isStatement;
      case 'view':
        return verb.is('alter', 'create', 'drop', 'show') && this.#isStatement && !this.#hasTable;
      default:
        return (meaningOf(key) & BEFORE_TABLE) !== 0;
    }
  }

  /**
   * Reads a name; returns what is known of it.
   *
   * @param last the token before it
   * @param owner the one before that: of `t` in `db.t` it is `db`, which is known to be a schema
   */
  readName(last: Token | undefined, owner: Token | undefined): { isTable: boolean; isCalled: boolean } {
    const isTable = last?.kind === 'dot' ? owner?.isTable === true : this.#state === 'due';
    this.#state = isTable ? 'listed' : this.#state;
    this.#hasTable ||= isTable;
    // `@@a.b` is one word.
    const isVariable = last?.kind === 'dot' && owner?.kind === 'variable';
    const hasColumns = (isTable && !this.#isSource) || last?.key === 'index' || last?.key === 'key';
    return { isTable, isCalled: !hasColumns && !isVariable };
  }
}
