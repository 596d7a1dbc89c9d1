// A statement without its values: text, digest and family are a function of the shape alone.
import { hash } from 'node:crypto';
import { fold } from './fold.js';
import { type Printed, printTokens } from './print.js';
import type { Shape } from './shape.js';
import type { Statement } from './statement.js';
import { lowerCase, type Token, tokensOf } from './tokens.js';

const MAX_TEXT = 4_096;
/** Behind a text whose statement went on. */
export const CUT_SIGN = ' …';
/** The end of a list that is cut may be longer than what it stands for: `(?` is `(...)`. */
const MAX_START = MAX_TEXT - 32;
const DIGEST_DIGITS = 16;

export function statementOf({ bytes, isCut, isAmbiguous }: Shape): Statement {
  const shapeText = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString();
  const { tokens, isSensitive } = fold(tokensOf(shapeText, isCut), isCut);
  const printed = printedOf(tokens, isCut);
  if (printed.isWhole) {
    return { ...named(printed), isCut, isAmbiguous, isSensitive };
  }
  // Once more, for a list that is cut reads otherwise than one that ends: the blank says that the last word does.
  const start = `${printTokens(tokens, MAX_START).text} `;
  const { tokens: some } = fold(tokensOf(start, true), true);
  return { ...named(printedOf(some, true)), isCut: true, isAmbiguous, isSensitive };
}

function printedOf(tokens: readonly Token[], isCut: boolean): Printed {
  const sign = isCut && tokens.length > 0 ? CUT_SIGN : '';
  const { text, family, isWhole } = printTokens(tokens, MAX_TEXT - sign.length);
  return { text: `${text}${sign}`, family: `${family}${sign}`, isWhole };
}

function named({ text, family }: Printed): Pick<Statement, 'digest' | 'text' | 'family'> {
  const digest = digestOf(text);
  return { digest, text, family: family === text ? digest : digestOf(family) };
}

/** As anybody can compute it of the text. */
export function digestOf(text: string): string {
  return hash('sha256', lowerCase(text)).slice(0, DIGEST_DIGITS);
}
