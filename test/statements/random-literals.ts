// Values of random statements, written as a session of the given mode may write them, each with a secret in it that can be
// recognized by its letters alone, even where only three of them are shown. Texts are bytes, one a character ("latin1").
import type { Dice } from './dice.js';

/** As a server reads quotes; GBK is a character set in which the second byte of a character may be a backslash. */
export interface Session {
  readonly mode: 'default' | 'no_backslash_escapes' | 'ansi_quotes';
  readonly isGbk: boolean;
  /** Whether values are made to deceive; else they are what applications send. */
  readonly isHostile: boolean;
}

const LETTERS = 'zqxjkvw';
const DIGITS = '379';

/** What no statement has but for its secrets: these digits, three of these letters in a row, these characters. */
const SECRETS = /[379秘\u{1d4b3}\ufffd]|[zqxjkvw]{3}/iu;

/** The first part of a secret that the text shows. */
export function secretIn(text: string): string | undefined {
  return SECRETS.exec(text)?.[0];
}

export function secretWord(dice: Dice): string {
  return dice.pick([...LETTERS]) + dice.some(3, 8, () => dice.pick([...LETTERS, ...DIGITS])).join('');
}

function secretDigits(dice: Dice, least: number, most: number): string {
  return dice.some(least, most, () => dice.pick([...DIGITS])).join('');
}

export function secretNumber(dice: Dice): string {
  const digits = secretDigits(dice, 1, 8);
  const behind = secretDigits(dice, 1, 4);
  switch (dice.below(8)) {
    case 0:
      return `${digits}.${behind}`;
    case 1:
      return dice.pick([`.${digits}`, `${digits}.`]);
    case 2:
      return `${digits}${dice.pick(['e', 'E', '.5e-', 'e+', '.e'])}${dice.pick([...DIGITS])}`;
    case 3:
      return dice.pick([`0x${digits}`, '0b0101', `0x${digits}AbcDeF`]);
    default:
      return digits;
  }
}

const utf8 = (text: string): string => Buffer.from(text).toString('latin1');

const APOSTROPHES = ['O', 'it', 'don', 'dogs'];
const WIDE = [utf8('秘'), utf8('\u{1d4b3}'), utf8('é'), '\xe9', '\xff\xfe'];
const PUNCTUATION = [
  ' ',
  ',',
  '(',
  ')',
  '--',
  '-- ',
  '#',
  '/*',
  '*/',
  ';',
  '`',
  '%',
  '=',
  '?',
  '...',
  '\n',
  '\0',
  '|',
  '@',
];
const WORDS = [
  ' OR ',
  ' AND ',
  ' FROM t WHERE ',
  'SELECT ',
  ', ',
  ' = ',
  ') VALUES (',
  ' LIKE ',
  ' IN (',
  ' -- ',
  ' ESCAPE ',
];

/** A text in quotes. */
export function quoted(dice: Dice, session: Session, quote: "'" | '"'): string {
  const hasEscapes = session.mode !== 'no_backslash_escapes';
  const pieces = session.isHostile ? hostilePieces : plainPieces;
  return quote + pieces(dice, session, quote, hasEscapes).join('') + quote;
}

function plainPieces(dice: Dice, _session: Session, quote: string, hasEscapes: boolean): string[] {
  const words = dice.some(1, 3, () => secretWord(dice));
  if (dice.chance(0.1)) {
    const apostrophe = hasEscapes && dice.chance(0.5) ? `\\${quote}` : quote + quote;
    words.push(dice.pick(APOSTROPHES) + apostrophe + secretWord(dice));
  }
  if (dice.chance(0.1)) {
    words.push(
      dice.pick([...(hasEscapes ? ['\\n', '\\\\', '\\t'] : ['\\']), utf8('é'), utf8('秘'), ',']) +
        secretWord(dice),
    );
  }
  return [words.join(' ')];
}

function hostilePieces(dice: Dice, session: Session, quote: string, hasEscapes: boolean): string[] {
  const other = quote === "'" ? '"' : "'";
  const gbk = () => String.fromCharCode(0x81 + dice.below(0x7d)) + dice.pick(['\\', '|', '\xa1', '`', '@']);
  const backslashes = hasEscapes
    ? ['\\\\', `\\${quote}`, `\\${other}`, '\\n', '\\%', '\\0', `\\\\\\${quote}`]
    : ['\\', '\\\\', `\\${other}`, '\\n', `\\${quote}${quote}`, `${quote}${quote}\\`];
  const piece = (): string => {
    switch (dice.below(9)) {
      case 0:
        return dice.pick(PUNCTUATION);
      case 1:
        return dice.pick(WORDS);
      case 2:
        return session.isGbk ? gbk() : dice.pick(WIDE);
      case 3:
        return quote + quote;
      case 4:
        return other;
      case 5:
      case 6:
        return dice.pick(backslashes);
      default:
        return secretWord(dice);
    }
  };
  const closing = `${dice.pick(backslashes)}${dice.pick(WORDS)}${secretWord(dice)}${dice.pick(WORDS)}`;
  const pieces = [...dice.some(0, 3, piece), secretWord(dice), ...dice.some(0, 3, piece)];
  return dice.chance(0.1) ? [...pieces, closing, secretWord(dice), dice.pick(['', ...backslashes])] : pieces;
}

/** A name in double quotes, of ANSI_QUOTES: no secret. */
export function quotedName(dice: Dice, session: Session): string {
  const pieces = session.isHostile ? ["'", '\\', '""', ' ', '`', '--', '/*', "it's", 'a\\'] : [' ', '_'];
  return `"${dice.pick(['total', 'name'])}${dice.some(0, 2, () => dice.pick(pieces)).join('')}"`;
}
