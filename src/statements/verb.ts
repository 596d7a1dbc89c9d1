// The first words of a statement say which names in it are data, and whether it belongs to a class that holds passwords.
import { ABOUT_DATA, KEYWORD, LEADING, meaningOf } from './keywords.js';
import { quotedName, type Token } from './tokens.js';

/** No class of statements is told by more. */
const MOST_WORDS = 6;
/** So many of them are keywords there, though they may be names elsewhere. */
const MOST_LEADING = 3;

/** A name follows that is data: each connection may have its own. */
const BEFORE_HIDDEN_NAME = new Set([
  'use',
  'savepoint',
  'release savepoint',
  'rollback to',
  'rollback to savepoint',
  'rollback work to',
  'rollback work to savepoint',
]);

const SENSITIVE =
  /^(?:(?:create|alter|rename) (?:or replace )?(?:if (?:not )?exists )?(?:user|server)|set \S*password|change (?:master|replication source)|start (?:all )?(?:replica|slave|group_replication))/u;

/** Of statements that hold others. */
const PROGRAMS = new Set(['begin', 'event', 'function', 'procedure', 'trigger']);
/** Begin a sensitive statement. */
const SENSITIVE_VERBS = new Set(['alter', 'change', 'create', 'rename', 'set', 'start']);
const MAX_INNER = 64;

export class Verb {
  /** The words that the statement begins with, in lower case, a blank between them; names in backticks are in them. */
  #head = '';
  #words = 0;
  #isAboutServer = false;
  #isSensitive = false;
  #isProgram = false;
  /** Of a statement in a program: its first words, if they may be those of a sensitive one. */
  #inner = '';

  get isSensitive(): boolean {
    return this.#isSensitive;
  }

  /** `;` ends a statement. */
  begin(): void {
    this.#head = '';
    this.#words = 0;
  }

  is(...verbs: readonly string[]): boolean {
    return verbs.some((verb) => this.#head === verb || this.#head.startsWith(`${verb} `));
  }

  /** The token that was read last is among the first words of a statement that is about the server. */
  get isLeading(): boolean {
    return this.#words > 0 && this.#words <= MOST_LEADING && this.#isAboutServer;
  }

  /** The next token of the statement. */
  read({ kind, key }: Token): void {
    if (kind !== 'word' && kind !== 'name') {
      this.#words = MOST_WORDS;
    } else if (this.#words < MOST_WORDS) {
      const word = kind === 'name' ? quotedName(key) : key;
      if (this.#words === 0) {
        const meaning = meaningOf(key);
        this.#isAboutServer = (meaning & (KEYWORD | LEADING)) !== 0 && (meaning & ABOUT_DATA) === 0;
      }
      this.#head = this.#words === 0 ? word : `${this.#head} ${word}`;
      this.#words += 1;
      this.#isSensitive ||= SENSITIVE.test(this.#head);
    }
    const isNamed = kind === 'word' || kind === 'name' || kind === 'variable';
    this.#isSensitive ||=
      (kind === 'word' && key === 'identified') || (this.is('set') && isNamed && key.includes('password'));
    this.#isProgram ||= this.#isAboutServer && PROGRAMS.has(key);
    if (this.#isProgram) {
      this.#readInner(key, isNamed);
    }
  }

  #readInner(key: string, isNamed: boolean): void {
    if (isNamed && SENSITIVE_VERBS.has(key)) {
      this.#inner = key;
    } else {
      const isMore = isNamed && this.#inner !== '' && this.#inner.length + key.length < MAX_INNER;
      this.#inner = isMore ? `${this.#inner} ${key}` : '';
    }
    this.#isSensitive ||= this.#inner !== '' && SENSITIVE.test(this.#inner);
  }

  /** Is this name data? Asked before it is read. */
  hides({ kind, key }: Token): boolean {
    return (
      (kind === 'word' || kind === 'name') &&
      this.#words < MOST_WORDS &&
      BEFORE_HIDDEN_NAME.has(this.#head) &&
      !(kind === 'word' && BEFORE_HIDDEN_NAME.has(`${this.#head} ${key}`))
    );
  }
}
