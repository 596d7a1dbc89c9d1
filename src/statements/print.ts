// From folded tokens to text, one blank between them but where none is wanted.
import type { Token } from './tokens.js';

/** So many hexadecimal digits, with one below 10 among them, are one number. */
const MIN_HEX_DIGITS = 8;

/** `orders_2024_01` is `orders_?_?`, `tmp_9f3a2b1c77` is `tmp_?`. */
function familyOfName(name: string): string {
  return /\d/u.test(name)
    ? name.replace(/[0-9a-f]+/giu, (run) =>
        run.length >= MIN_HEX_DIGITS && /\d/u.test(run) ? '?' : run.replace(/\d+/gu, '?'),
      )
    : name;
}

/** A text and its family, as far as they were printed. */
export interface Printed {
  readonly text: string;
  readonly family: string;
  readonly isWhole: boolean;
}

/**
 * @param maxLength of the text, in units of UTF-16: it ends with a whole token before
 */
export function printTokens(tokens: readonly Token[], maxLength: number): Printed {
  let text = '';
  let family = '';
  let last: Token | undefined;
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index] as Token;
    const blank = needsBlank(last, token) ? ' ' : '';
    if (text.length + blank.length + token.text.length > maxLength) {
      return { text, family, isWhole: false };
    }
    const isName = token.kind === 'word' || token.kind === 'name';
    const isTable = isName && (token.isTable || tokens[index + 1]?.kind === 'dot');
    text += blank + token.text;
    family += blank + (isTable ? familyOfName(token.text) : token.text);
    last = token;
  }
  return { text, family, isWhole: true };
}

function needsBlank(last: Token | undefined, { kind }: Token): boolean {
  if (last === undefined || kind === 'comma' || kind === 'close' || kind === 'semicolon') {
    return false;
  }
  if (last.kind === 'dot' || kind === 'dot') {
    // `. .` is not `..`, which more points make `...`.
    const isEither = (one: string) => one === 'dot' || one === 'ellipsis';
    return isEither(last.kind) && isEither(kind);
  }
  return last.kind !== 'open' && !(kind === 'open' && last.isCalled);
}
