// From a shape's text to tokens: what is a literal, a name, a keyword is settled here as far as the words before it tell.
import { BEFORE_NAME, KEYWORD, meaningOf } from './keywords.js';

export type TokenKind =
  | 'literal'
  /** `...`: more of the same, in a text that was normalised before. */
  | 'ellipsis'
  /** `'user'@'host'` */
  | 'account'
  | 'word'
  /** In backticks; the token's text is without them. */
  | 'name'
  | 'variable'
  | 'operator'
  | 'open'
  | 'close'
  | 'comma'
  | 'dot'
  | 'semicolon';

export interface Token {
  readonly kind: TokenKind;
  /** As it is printed, but for names. */
  readonly text: string;
  /** The text in lower case of ASCII. */
  readonly key: string;
  /** Parentheses behind it follow without a blank. */
  readonly isCalled: boolean;
  /** The name of a table or a schema. */
  readonly isTable: boolean;
}

export function token(kind: TokenKind, text: string, key = text): Token {
  return { kind, text, key, isCalled: false, isTable: false };
}

export const LITERAL = token('literal', '?');
export const ELLIPSIS = token('ellipsis', '...');
export const ACCOUNT = token('account', '?@?');
export const CLOSE = token('close', ')');
const DOT = token('dot', '.');
const HIDDEN_VARIABLE = token('variable', '@?');
const PUNCTUATION: Readonly<Record<string, Token>> = {
  '(': token('open', '('),
  ')': CLOSE,
  ',': token('comma', ','),
  ';': token('semicolon', ';'),
  // One operator in two spellings: servers have one digest for both.
  '!=': token('operator', '<>'),
};

const BLANK = 0x20;
/** Of UTF-16: half a character is part of a word. */
const WORD_UNIT = /[\w$\u{80}-\u{ffff}]/u;
const WORD = /[\w$\u{80}-\u{10ffff}]+/uy;
/** Behind the digits of a number; a letter glued to it makes no name of it. */
const FRACTION = /\.[\w$\u{80}-\u{10ffff}]*/uy;
const EXPONENT = /[+-]\d+/uy;
const SIGIL = /@@?/uy;
/** Of a variable or a host: words with points between them. */
const MEMBERS = /[\w$\u{80}-\u{10ffff}]+(?:\.[\w$\u{80}-\u{10ffff}]+)*/uy;
const ALL_MEMBERS = /^[\w$\u{80}-\u{10ffff}]+(?:\.[\w$\u{80}-\u{10ffff}]+)*$/u;
const OPERATOR = /<=>|->>|\/\*\+|\*\/|<=|>=|<>|!=|:=|\|\||&&|<<|>>|->|./suy;
const NUMBER = /^(?:\d+|0x[\da-f]+|0b[01]+|\d+e\d+)$/u;
const DIGITS = /^\d+$/u;
const INTRODUCER = /^(?:[nxb]|_.*)$/su;
const SECRET = '<secret>';
/** At the end of a text that is cut. */
const SECRET_START = /<(?:s(?:e(?:c(?:r(?:et?)?)?)?)?)?$/iu;
/** What parts a user from a host: `u@h`; a host in backticks that is cut is not there. */
const HOST_SIGN = /@(?:(?![\0- @])|(?=[\0- ]*$))/uy;
/** With gaps: `'u' @ 'h'`. */
const HOST_SIGN_IN_GAPS = /[\0- ]*@[\0- ]*(?![\0- @])/uy;
/** Their first words; no variable follows a name in them. */
const ABOUT_ACCOUNTS =
  /^(?:(?:create|alter|drop|rename) (?:or replace )?(?:user|role)|grant|revoke|set (?:default role|role|password)|show (?:grants|create user))\b/u;
const MOST_WORDS_ABOUT_ACCOUNTS = 4;

/** Of each, with and without parentheses behind it that follow without a blank. */
const KEYWORDS = new Map<string, Token>();
const CALLED_KEYWORDS = new Map<string, Token>();

/** In upper case. */
export function keyword(key: string, isCalled: boolean): Token {
  const made = isCalled ? CALLED_KEYWORDS : KEYWORDS;
  let found = made.get(key);
  if (found === undefined) {
    found = { kind: 'word', text: key.toUpperCase(), key, isCalled, isTable: false };
    made.set(key, found);
  }
  return found;
}

/**
 * @param isCut the text's end is not the statement's: a word, a variable or an operator that touches it may lack its end,
 * and is left out; so is a name without its last backtick.
 */
export function tokensOf(text: string, isCut: boolean): Token[] {
  return new Reader(text, isCut).tokens();
}

/** In backticks. */
export function quotedName(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

/** Of ASCII alone, which anybody can do the same way. */
export function lowerCase(text: string): string {
  return /[\u{80}-\u{10ffff}]/u.test(text)
    ? text.replace(/[A-Z]+/gu, (letters) => letters.toLowerCase())
    : text.toLowerCase();
}

class Reader {
  readonly #text: string;
  readonly #isCut: boolean;
  readonly #tokens: Token[] = [];
  #at = 0;
  /** Where the tokens of the statement begin. */
  #begin = 0;

  constructor(text: string, isCut: boolean) {
    this.#text = isCut ? text.replace(SECRET_START, ' ') : text;
    this.#isCut = isCut;
  }

  tokens(): Token[] {
    while (this.#at < this.#text.length) {
      if (this.#text.charCodeAt(this.#at) <= BLANK) {
        this.#at += 1;
      } else {
        this.#readToken();
      }
    }
    while (this.#isIdle(this.#tokens.at(-1))) {
      this.#tokens.pop();
    }
    return this.#tokens;
  }

  /** At the end it ends or begins nothing: `;`, and in a cut text what may be part of a value that is missing. */
  #isIdle(token: Token | undefined): boolean {
    const { kind, key = '' } = token ?? {};
    const isOfValue = key === '-' || key === '+' || (kind === 'word' && key.startsWith('_'));
    return kind === 'semicolon' || (this.#isCut && isOfValue);
  }

  #readToken(): void {
    const first = this.#text.charAt(this.#at);
    if (this.#skipValue()) {
      this.#addValue(LITERAL, first === '?' ? HOST_SIGN : HOST_SIGN_IN_GAPS);
    } else if (first === '`') {
      this.#readName();
    } else if (first === '@') {
      this.#readVariable();
    } else if (first === '.') {
      this.#readDots();
    } else if (this.#text.startsWith('\\N', this.#at) && !this.#isWordAt(this.#at + 2)) {
      this.#at += 2;
      this.#tokens.push(LITERAL);
    } else if (first === '<' && lowerCase(this.#text.slice(this.#at, this.#at + SECRET.length)) === SECRET) {
      this.#at += SECRET.length;
      this.#tokens.push(LITERAL);
    } else if (this.#isWordAt(this.#at)) {
      this.#readWord();
    } else {
      this.#readMark();
    }
  }

  #readMark(): void {
    const mark = this.#match(OPERATOR);
    const read = PUNCTUATION[mark] ?? token('operator', mark);
    if (read.kind !== 'operator' || !this.#isLeftOut()) {
      this.#tokens.push(read);
    }
    if (read.kind === 'semicolon') {
      this.#begin = this.#tokens.length;
    }
  }

  #readName(): void {
    const text = this.#matchName();
    if (text !== undefined) {
      this.#addValue(token('name', text, lowerCase(text)), this.#isUser() ? HOST_SIGN_IN_GAPS : HOST_SIGN);
    }
  }

  #readVariable(): void {
    const sigil = this.#match(SIGIL);
    const quote = this.#text.charAt(this.#at);
    if (sigil === '@' && this.#skipValue()) {
      this.#tokens.push(HIDDEN_VARIABLE);
      return;
    }
    const name = quote === '`' ? this.#matchName() : this.#match(MEMBERS);
    const isPlain = quote !== '`' || (name !== undefined && ALL_MEMBERS.test(name));
    if (name !== undefined && (quote === '`' || !this.#isLeftOut())) {
      const text = `${sigil}${isPlain ? name : quotedName(name)}`;
      this.#tokens.push(token(name === '' ? 'operator' : 'variable', text, lowerCase(text)));
    }
  }

  #readDots(): void {
    if (this.#text.startsWith('...', this.#at)) {
      this.#at += 3;
      this.#tokens.push(ELLIPSIS);
      return;
    }
    // `t.5` has a name behind its point, `t .5` a number: so does the server read them.
    const isGlued = this.#at > 0 && (this.#isWordAt(this.#at - 1) || this.#text[this.#at - 1] === '`');
    if (!isGlued && /\d/u.test(this.#text.charAt(this.#at + 1))) {
      this.#readNumber('');
    } else {
      this.#at += 1;
      if (isGlued || !this.#isLeftOut()) {
        this.#tokens.push(DOT);
      }
    }
  }

  #readWord(): void {
    const text = this.#match(WORD);
    const key = lowerCase(text);
    if (/^\d/u.test(key) && !this.#isName(key)) {
      if (this.#tokens.at(-1)?.kind !== 'dot' || !this.#isLeftOut()) {
        this.#readNumber(key);
      }
    } else if (this.#text.startsWith("''", this.#at) && INTRODUCER.test(key)) {
      this.#skipValue();
      this.#addValue(LITERAL, HOST_SIGN_IN_GAPS);
    } else if (this.#text[this.#at] === '@' || !this.#isLeftOut()) {
      this.#addValue(token('word', text, key), this.#isUser(key) ? HOST_SIGN_IN_GAPS : HOST_SIGN);
    }
  }

  /** A word that begins with a digit, and is no number where it may be one, is a name here. */
  #isName(key: string): boolean {
    const last = this.#tokens.at(-1);
    const owner = this.#tokens.at(-2)?.kind;
    return last?.kind === 'dot'
      ? (owner === 'word' || owner === 'name') && !DIGITS.test(key)
      : last?.kind === 'word' && (meaningOf(last.key) & BEFORE_NAME) !== 0 && !NUMBER.test(key);
  }

  /** A name, or a word, is a user if a host follows: elsewhere `@h` is a variable, and a gap tells it from a host. */
  #isUser(word = ''): boolean {
    HOST_SIGN_IN_GAPS.lastIndex = this.#at;
    if (!HOST_SIGN_IN_GAPS.test(this.#text) || (meaningOf(word) & KEYWORD) !== 0) {
      return false;
    }
    const isDefiner = this.#tokens.at(-1)?.key === '=' && this.#tokens.at(-2)?.key === 'definer';
    return isDefiner || ABOUT_ACCOUNTS.test(this.#head());
  }

  /** The first words of the statement. */
  #head(): string {
    const words = this.#tokens.slice(this.#begin, this.#begin + MOST_WORDS_ABOUT_ACCOUNTS);
    return words.map(({ key }) => key).join(' ');
  }

  /** The rest of it. */
  #readNumber(digits: string): void {
    const number = digits === '' || DIGITS.test(digits) ? `${digits}${this.#match(FRACTION)}` : digits;
    const exponent = /^[\d.]+e$/iu.test(number) ? this.#match(EXPONENT) : '';
    if (digits === '' || exponent !== '' || NUMBER.test(digits)) {
      // No user: `CONDITION 1 @a` has a variable.
      this.#tokens.push(LITERAL);
    } else {
      this.#addValue(LITERAL);
    }
  }

  /** With the host behind it that makes an account of it. */
  #addValue(value: Token, hostSign = HOST_SIGN): void {
    if (this.#match(hostSign) === '') {
      this.#tokens.push(value);
      return;
    }
    if (!this.#skipValue() && this.#match(MEMBERS) === '' && this.#text[this.#at] === '`') {
      this.#matchName();
    }
    this.#tokens.push(ACCOUNT);
  }

  /** Whether a text in quotes, or `?`, stood here. */
  #skipValue(): boolean {
    const first = this.#text[this.#at];
    if (first === "'" || first === '"') {
      // Shapes have nothing between quotes: should there be anything, it is not shown, and neither is what follows.
      this.#at = this.#text.startsWith("''", this.#at) ? this.#at + 2 : this.#text.length;
      return true;
    }
    this.#at += first === '?' ? 1 : 0;
    return first === '?';
  }

  #isLeftOut(): boolean {
    return this.#isCut && this.#at === this.#text.length;
  }

  #isWordAt(at: number): boolean {
    return WORD_UNIT.test(this.#text.charAt(at));
  }

  /** Moves on behind the name; where it has no end, behind all: the rest is not shown. */
  #matchName(): string | undefined {
    let end = this.#text.indexOf('`', this.#at + 1);
    while (end !== -1 && this.#text[end + 1] === '`') {
      end = this.#text.indexOf('`', end + 2);
    }
    const start = this.#at + 1;
    this.#at = end === -1 ? this.#text.length : end + 1;
    return end === -1 ? undefined : this.#text.slice(start, end).replaceAll('``', '`');
  }

  /** Moves on behind what matches here. */
  #match(pattern: RegExp): string {
    const start = this.#at;
    pattern.lastIndex = start;
    this.#at = pattern.test(this.#text) ? pattern.lastIndex : start;
    return this.#text.slice(start, this.#at);
  }
}
