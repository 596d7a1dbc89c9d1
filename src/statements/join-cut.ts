// A cut text says less than its statement did: where it can be the beginning of but one other, it counts as that one.
import { CUT_SIGN } from './statement-of.js';
import { lowerCase } from './tokens.js';

/** What the join needs of a statement. */
export interface JoinedStatement {
  readonly digest: string;
  readonly text: string;
  readonly isCut: boolean;
}

interface Beginning {
  readonly digest: string;
  readonly isCut: boolean;
  /** What texts are compared by: it begins another one where the text does, with whole words. */
  readonly key: string;
  /** What a cut one can be, of those that begin as it does: one digest, or more than one. */
  target: string | 'many' | undefined;
}

const WORDS = /[\w$\u{80}-\u{10ffff}]+/gu;
/** Comes before all that may stand behind a word. */
const WORD_END = '\0';

/**
 * Of the statements of one record, the digest that a cut one counts as, by its own digest: of the only text that begins as
 * it does and is whole, or that is cut itself and the beginning of none. A cut one that may be several stays what it is.
 * Texts are compared like their digests, in lower case.
 *
 * The statements are sorted once: n log n comparisons.
 */
export function joinCut(statements: Iterable<JoinedStatement>): Map<string, string> {
  const joined = new Map<string, string>();
  /** Each begins the next. */
  const open: Beginning[] = [];
  const close = (): void => {
    const beginning = open.pop() as Beginning;
    const { digest, isCut, target } = beginning;
    if (isCut && target !== undefined && target !== 'many') {
      joined.set(digest, target);
    }
    const owner = open.at(-1);
    if (owner !== undefined) {
      const own = isCut ? (target ?? digest) : target === undefined ? digest : 'many';
      owner.target = owner.target === undefined || owner.target === own ? own : 'many';
    }
  };
  for (const beginning of sorted(statements)) {
    while (open.length > 0 && !beginning.key.startsWith((open.at(-1) as Beginning).key)) {
      close();
    }
    open.push(beginning);
  }
  while (open.length > 0) {
    close();
  }
  return joined;
}

/** Those that begin alike follow one another, the shortest first. */
function sorted(statements: Iterable<JoinedStatement>): Beginning[] {
  const beginnings = new Map<string, Beginning>();
  for (const { digest, text, isCut } of statements) {
    const start = isCut && text.endsWith(CUT_SIGN) ? text.slice(0, -CUT_SIGN.length) : text;
    // With the ends of words in it `FROM t` begins `FROM t; SELECT ?`, but not `FROM t2`, which comes behind all those.
    const key = lowerCase(start).replaceAll(WORDS, `$&${WORD_END}`);
    beginnings.set(digest, { digest, isCut, key, target: undefined });
  }
  return [...beginnings.values()].sort((a, b) =>
    a.key === b.key ? Number(b.isCut) - Number(a.isCut) : a.key < b.key ? -1 : 1,
  );
}
