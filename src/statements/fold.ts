// From a statement's tokens to those of its text: values in a row, rows, operands and branches that repeat are folded as
// they come, so that no token is looked at more often than parentheses are nested.
import { Frame, roleOfParentheses } from './frame.js';
import { isValue } from './is-value.js';
import { APART, CALLED, EDGE, KEYWORD, LEADING, meaningOf } from './keywords.js';
import { Output } from './output.js';
import { Tables } from './tables.js';
import { keyword, lowerCase, quotedName, type Token } from './tokens.js';
import { Verb } from './verb.js';

/** Parentheses deeper than that are left out, but not what is in them; a deeper CASE is a word of the one that it is in. */
const MAX_DEPTH = 64;

export interface Folded {
  readonly tokens: readonly Token[];
  readonly isSensitive: boolean;
}

const BEHIND_BRANCHES = new Set(['into', 'limit', 'lock', 'order', 'returning']);

const PLAIN_NAME = /^[A-Za-z_$\u{80}-\u{10ffff}][\w$\u{80}-\u{10ffff}]*$/u;

export function fold(tokens: readonly Token[], isCut: boolean): Folded {
  return new Folding(tokens, isCut).fold();
}

class Folding {
  readonly #tokens: readonly Token[];
  readonly #isCut: boolean;
  readonly #output = new Output();
  readonly #frames: Frame[];
  readonly #verb = new Verb();
  #top: Frame;
  /** The token that is read next. */
  #next = 0;
  #depth = 0;
  /** Parentheses left out for their depth that are open. */
  #leftOut = 0;
  /** Behind ON DUPLICATE KEY UPDATE: VALUES is a function. */
  #isUpdating = false;

  constructor(tokens: readonly Token[], isCut: boolean) {
    this.#tokens = tokens;
    this.#isCut = isCut;
    this.#top = new Frame('text', this.#output, new Tables(true));
    this.#frames = [this.#top];
  }

  fold(): Folded {
    while (this.#next < this.#tokens.length) {
      const token = this.#tokens[this.#next] as Token;
      this.#next += 1;
      this.#read(token);
    }
    this.#end();
    return { tokens: this.#output.tokens, isSensitive: this.#verb.isSensitive };
  }

  #read(token: Token): void {
    const isHidden = this.#verb.hides(token);
    this.#verb.read(token);
    if (
      isHidden ||
      token.kind === 'literal' ||
      isValue(token, this.#peek()?.kind, this.#output, this.#verb)
    ) {
      this.#output.addLiteral();
      while (isHidden && this.#peek()?.kind === 'dot') {
        this.#next += 2;
      }
    } else if (token.kind === 'word') {
      this.#addWord(token);
    } else if (token.kind === 'name') {
      this.#addName(token);
    } else if (token.kind === 'open') {
      this.#open(token);
    } else if (token.kind === 'close') {
      this.#close(token);
    } else if (token.kind === 'comma') {
      this.#endOperand();
      this.#output.tokens.push(token);
      this.#top.operands.begin();
      this.#top.tables.readComma();
    } else if (token.kind === 'ellipsis') {
      this.#addEllipsis();
    } else if (token.kind === 'semicolon') {
      this.#endStatement(token);
    } else if (token.key === '||') {
      this.#linkOperands(token);
    } else {
      this.#output.add(token);
    }
  }

  #peek(ahead = 0): Token | undefined {
    return this.#tokens[this.#next + ahead];
  }

  #addEllipsis(): void {
    const { role, cases } = this.#top;
    if (role === 'case' && cases.isOpen && !this.#output.startsExpression(1)) {
      cases.fold();
    }
    this.#output.addEllipsis();
  }

  #addWord(token: Token): void {
    const next = this.#peek()?.kind;
    const isMember = this.#output.last()?.kind === 'dot';
    const meaning = isMember ? 0 : meaningOf(token.key);
    const isCall = next === 'open' && (meaning & CALLED) !== 0;
    const isApart = next === 'open' && (meaning & APART) !== 0 && !this.#top.tables.isDue;
    const isKeyword = (meaning & KEYWORD) !== 0;
    if (!isKeyword && !isApart) {
      const isUpper = (meaning & LEADING) !== 0 && this.#verb.isLeading;
      this.#addBare(isUpper ? token.key.toUpperCase() : token.text, token.key);
      return;
    }
    if (token.key === 'values' && this.#isUpdating) {
      this.#output.add(keyword(token.key, true));
    } else if (isCall || isApart) {
      this.#output.add(keyword(token.key, isCall));
      // A row is no less of literals for its name.
      this.#output.others -= token.key === 'row' ? 1 : 0;
    } else {
      this.#top.tables.readWord(token.key, this.#output.last()?.key, next, this.#verb);
      this.#addKeyword(keyword(token.key, false), meaning);
    }
  }

  #addKeyword(token: Token, meaning: number): void {
    const { key } = token;
    const last = this.#output.last()?.key;
    if (key === 'or') {
      this.#linkOperands(token);
    } else if (key === 'union') {
      this.#endOperand();
      this.#top.branches.link(key);
      this.#output.add(token);
      this.#top.branches.next();
      this.#top.operands.begin();
    } else if (last === 'union' && (key === 'all' || key === 'distinct')) {
      this.#output.add(token);
      this.#top.branches.next(`union ${key}`);
      this.#top.operands.begin();
    } else if (key === 'case') {
      this.#output.add(token);
      if (this.#frames.length <= MAX_DEPTH) {
        this.#push(new Frame('case', this.#output, new Tables(false)));
      }
    } else if (key === 'end' && this.#top.role === 'case') {
      this.#pop(false);
      this.#output.add(token);
    } else if ((meaning & EDGE) !== 0) {
      this.#addEdge(token);
    } else {
      this.#isUpdating ||= key === 'update' && last === 'key';
      this.#output.add(token);
    }
  }

  #addEdge(token: Token): void {
    this.#endClause(token.key);
    this.#output.add(token);
    this.#top.operands.begin();
  }

  #endClause(key: string): void {
    const { branches, cases, role } = this.#top;
    this.#endOperand();
    if (key === 'select' && !branches.isLinked) {
      branches.begin();
    } else if (branches.isLinked && this.#endsBranches(key)) {
      branches.settle(false);
      branches.end();
    } else if (key === 'when' && role === 'case') {
      cases.link('');
      cases.next();
    } else if (key === 'else' && role === 'case') {
      cases.settle(false);
    }
  }

  /** What the word begins is said of all branches of UNION. */
  #endsBranches(key: string): boolean {
    const next = this.#peek()?.key;
    return key === 'for'
      ? next === 'update' || next === 'share'
      : key === 'on'
        ? next === 'duplicate'
        : BEHIND_BRANCHES.has(key);
  }

  #linkOperands(token: Token): void {
    this.#top.operands.link(token.key);
    this.#output.add(token);
    this.#top.operands.next();
  }

  #endOperand(): void {
    if (this.#top.operands.isLinked) {
      this.#top.operands.settle(false);
    }
  }

  #addName({ text, key }: Token): void {
    const next = this.#peek()?.kind;
    const isMember = this.#output.last()?.kind === 'dot';
    const meaning = meaningOf(key);
    const isTaken =
      (meaning & KEYWORD) !== 0 ||
      (next === 'open' && (meaning & APART) !== 0) ||
      (next === 'literal' && key.startsWith('_')) ||
      ((meaning & LEADING) !== 0 && this.#verb.isLeading);
    if (PLAIN_NAME.test(text) && (isMember || !isTaken)) {
      this.#addBare(text, key);
    } else {
      const quoted = quotedName(text);
      this.#addBare(quoted, lowerCase(quoted), 'name');
    }
  }

  #addBare(text: string, key: string, kind: 'word' | 'name' = 'word'): void {
    const last = this.#output.last();
    const meaning = last?.kind === 'dot' || kind === 'name' ? 0 : meaningOf(key);
    // `window` and `returning` are names where an operand begins.
    const isEdge = (meaning & EDGE) !== 0 && !this.#output.startsExpression(1);
    if (isEdge) {
      this.#endClause(key);
    }
    const { tables } = this.#top;
    const isName = tables.isDue || last?.kind === 'dot' || kind === 'name';
    const use = tables.readName(last, this.#output.last(2));
    this.#output.add({ kind, text, key, ...use });
    if (!isName) {
      tables.readWord(key, last?.key, this.#peek()?.kind, this.#verb);
    }
    if (isEdge) {
      this.#top.operands.begin();
    }
  }

  #push(frame: Frame): void {
    this.#frames.push(frame);
    this.#top = frame;
  }

  /** Nothing more comes in the frame; if the statement is cut, that may be for want of the rest. */
  #pop(isCut: boolean): Frame {
    const frame = this.#top;
    frame.operands.settle(isCut);
    frame.cases.settle(isCut);
    frame.branches.settle(isCut);
    this.#frames.pop();
    this.#top = this.#frames.at(-1) ?? frame;
    return frame;
  }

  #open(token: Token): void {
    if (this.#depth >= MAX_DEPTH) {
      this.#leftOut += 1;
      return;
    }
    const role = roleOfParentheses(this.#output, this.#verb, this.#top.role === 'text');
    this.#depth += 1;
    this.#output.tokens.push(token);
    this.#push(new Frame(role, this.#output, this.#top.tables.inParentheses()));
  }

  #close(token: Token): void {
    if (this.#leftOut > 0) {
      this.#leftOut -= 1;
    } else if (this.#depth === 0) {
      this.#output.add(token);
    } else {
      while (this.#top.role === 'case') {
        this.#pop(false);
      }
      const frame = this.#pop(false);
      this.#depth -= 1;
      frame.collapse();
      this.#output.tokens.push(token);
      if (frame.role === 'row') {
        this.#skipRows();
      }
    }
  }

  /** All rows have the shape of the first, or are not worth telling apart. */
  #skipRows(): void {
    while (this.#peek()?.kind === 'comma') {
      const isNamed = this.#peek(1)?.key === 'row';
      let end = this.#next + (isNamed ? 2 : 1);
      if (end < this.#tokens.length && this.#tokens[end]?.kind !== 'open') {
        return;
      }
      let depth = 0;
      do {
        const kind = this.#tokens[end]?.kind;
        depth += kind === 'open' ? 1 : kind === 'close' ? -1 : 0;
        end += 1;
      } while (depth > 0 && end < this.#tokens.length);
      this.#next = end;
    }
  }

  #endStatement(token: Token): void {
    while (this.#top.role === 'case') {
      this.#pop(false);
    }
    if (this.#top.role !== 'text') {
      this.#output.add(token);
      return;
    }
    const { operands, branches } = this.#top;
    operands.settle(false);
    branches.settle(false);
    if (this.#output.tokens.length > 0 && this.#output.last()?.kind !== 'semicolon') {
      this.#output.tokens.push(token);
    }
    operands.begin();
    branches.begin();
    this.#top.tables.end();
    this.#verb.begin();
    this.#isUpdating = false;
  }

  #end(): void {
    if (this.#isCut) {
      this.#output.trimList();
    }
    while (this.#frames.length > 0) {
      const frame = this.#pop(this.#isCut);
      if (this.#isCut) {
        frame.endCut();
      }
    }
  }
}
