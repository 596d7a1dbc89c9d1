// What is left of a statement without its literals (src/statements/shape.ts), read a byte at a time: slow, and plain enough
// to be held against the rules by eye. The kernel's answers are held against this.
import { isUtf8 } from 'node:buffer';
import type { Shape, SqlMode } from '../../src/statements/shape.js';
import { natural, plausible } from './plain-plausibility.js';
import {
  ANSI_QUOTES,
  CODE,
  COMMENT,
  DEFAULT,
  type Escapes,
  isBlank,
  isWordByte,
  LITERAL,
  NAME,
  NO_BACKSLASH_ESCAPES,
  type PlainReading,
  readPlainly,
} from './plain-readings.js';
import { PlainRows } from './plain-rows.js';

const MODES = { default: DEFAULT, no_backslash_escapes: NO_BACKSLASH_ESCAPES, ansi_quotes: ANSI_QUOTES };

/** A statement that names a savepoint or a database to use: before the name, and from it on. */
const MADE_UP =
  /^((?:use|(?:release[\0- ]+)?savepoint|rollback[\0- ]+(?:work[\0- ]+)?to(?:[\0- ]+savepoint)?)[\0- ]+)(?:[\w$\x80-\xff]+|`[^`]*`)[\0- ;]*$/iu;

export interface Told {
  /** The longest length of a statement, in characters; 0 where it is not known. */
  readonly cap?: number;
  readonly sqlMode?: SqlMode;
}

/** A byte of the shape, and what it is part of. A number's digits are literals. */
interface Piece {
  readonly byte: number;
  readonly kind: number;
}

/** Of a longer statement so many are read. */
const MAX_STATEMENT_BYTES = 65_536;
const BLANK: Piece = { byte: 0x20, kind: COMMENT };
const QUOTES: readonly Piece[] = [
  { byte: 0x27, kind: LITERAL },
  { byte: 0x27, kind: LITERAL },
];

export function plainShape(statement: Uint8Array, { cap = 0, sqlMode = 'auto' }: Told = {}): Shape {
  const { bytes, isCut } = withoutSigns(statement, cap);
  const first = readPlainly(bytes, MODES[sqlMode === 'auto' ? 'default' : sqlMode]);
  const modes = [...modesIn(bytes, sqlMode)];
  if (hasWideBackslash(bytes, first, sqlMode)) {
    modes.push(...modes.filter(({ inSingle }) => inSingle).map((mode) => ({ ...mode, areWide: true })));
  }
  let readings: readonly PlainReading[] = [first];
  let pieces: Piece[] | undefined;
  if (modes.length > 1) {
    const all = modes.map((escapes) => readPlainly(bytes, escapes));
    readings = isCut ? natural(bytes, all) : plausible(bytes, all, cap > 0);
    const shapes = new Set(readings.map((reading) => shapeText(piecesOf(bytes, reading))));
    pieces = shapes.size > 1 ? commonPieces(bytes, all) : undefined;
  }
  const [reading = first] = readings;
  const text = shapeText(pieces ?? piecesOf(bytes, reading));
  const flags = {
    isCut: isCut || readings.some((one) => one.isCut),
    isAmbiguous: pieces !== undefined || readings.some((one) => one.isDoubtful),
  };
  const isWhole = !flags.isCut && !flags.isAmbiguous;
  return { bytes: Buffer.from(isWhole ? text.replace(MADE_UP, '$1?') : text, 'latin1'), ...flags };
}

function modesIn(bytes: Uint8Array, sqlMode: SqlMode): readonly Escapes[] {
  if (sqlMode !== 'auto') {
    return [MODES[sqlMode]];
  }
  return /\\['"]/u.test(Buffer.from(bytes).toString('latin1')) ? Object.values(MODES) : [DEFAULT];
}

/** A backslash in a text may be the second byte of a character. */
function hasWideBackslash(bytes: Uint8Array, { literals }: PlainReading, sqlMode: SqlMode): boolean {
  const text = Buffer.from(bytes).toString('latin1');
  const escaping = { auto: /^['"]/u, default: /^['"]/u, ansi_quotes: /^'/u, no_backslash_escapes: /^$/u };
  return (
    !isUtf8(bytes) &&
    literals
      .map(({ start, end }) => text.slice(start, end))
      .some((literal) => escaping[sqlMode].test(literal) && /[\x80-\xff]\\/u.test(literal))
  );
}

/** Without a byte-order mark and without what says that the statement went on. */
function withoutSigns(statement: Uint8Array, cap: number): { bytes: Uint8Array; isCut: boolean } {
  const hasMark = statement[0] === 0xef && statement[1] === 0xbb && statement[2] === 0xbf;
  const whole = statement.subarray(hasMark ? 3 : 0);
  const bytes = whole.subarray(0, MAX_STATEMENT_BYTES);
  let isCut = whole.length > MAX_STATEMENT_BYTES;
  const characters = bytes.filter((byte) => (byte & 0xc0) !== 0x80).length;
  isCut ||= cap > 0 && characters >= cap;
  const text = Buffer.from(bytes).toString('latin1');
  const [sign = ''] =
    /(?<=[^\0- ])\.\.\.$|(?<=[\0- ])\xe2\x80\xa6$/u.exec(whole.length > bytes.length ? '' : text) ?? [];
  const said = text.slice(0, text.length - sign.length);
  const [half = ''] = /(?:[\xc0-\xff]|[\xe0-\xff][\x80-\xbf]|[\xf0-\xff][\x80-\xbf]{2})$/u.exec(said) ?? [];
  const lost = sign.length + half.length;
  return { bytes: bytes.subarray(0, bytes.length - lost), isCut: isCut || lost > 0 };
}

function piecesOf(bytes: Uint8Array, { kinds, literals, comments }: PlainReading): Piece[] {
  const spans = [...literals, ...comments].sort((a, b) => a.start - b.start);
  const pieces: Piece[] = [];
  let at = 0;
  for (const { kind, start, end } of [...spans, { kind: CODE, start: bytes.length, end: bytes.length }]) {
    for (; at < start; at++) {
      pieces.push({ byte: bytes[at] ?? 0, kind: kinds[at] ?? CODE });
    }
    pieces.push(...(kind === LITERAL ? QUOTES : kind === COMMENT ? [BLANK] : []));
    at = end;
  }
  return pieces;
}

/** What all readings show. */
function commonPieces(bytes: Uint8Array, readings: readonly PlainReading[]): Piece[] {
  const kinds = commonKinds(bytes, readings);
  const pieces: Piece[] = [];
  let at = 0;
  while (at < bytes.length) {
    const kind = kinds[at] ?? CODE;
    if (kind === CODE || kind === NAME) {
      pieces.push({ byte: bytes[at] ?? 0, kind });
      at += 1;
      continue;
    }
    let isLiteral = false;
    // With a word or a number that is glued to a literal.
    const isHidden = () =>
      kinds[at] === LITERAL ||
      kinds[at] === COMMENT ||
      (isLiteral && kinds[at] === CODE && (isWordByte(bytes[at]) || bytes[at] === 0x2e));
    for (; at < bytes.length && isHidden(); at++) {
      isLiteral ||= kinds[at] === LITERAL;
    }
    pieces.push(...(isLiteral ? QUOTES : [BLANK]));
  }
  return pieces;
}

/** Of bytes; a literal is, too, what is a name to some readings alone, or a part of a name. */
function commonKinds(bytes: Uint8Array, readings: readonly PlainReading[]): readonly number[] {
  const kinds = Array.from(bytes, (_, at) => {
    const all = readings.map((reading) => reading.kinds[at]);
    const areSome = [LITERAL, COMMENT].find((kind) => all.includes(kind));
    return areSome ?? (all.every((kind) => kind === all[0]) ? (all[0] ?? CODE) : LITERAL);
  });
  const runs = kinds.map((kind) => (kind === NAME ? 'n' : '-')).join('');
  for (const { index, 0: run } of runs.matchAll(/n+/gu)) {
    const name = Buffer.from(bytes.subarray(index, index + run.length)).toString('latin1');
    if (!/^`(?:``|[^`])*`$/u.test(name)) {
      kinds.fill(LITERAL, index, index + run.length);
    }
  }
  return kinds;
}

/** A byte a character. */
function shapeText(pieces: readonly Piece[]): string {
  const folded = withShortLists(withoutNumbers(pieces));
  const start = folded.findIndex(({ byte }) => !isBlank(byte));
  return start === -1 ? '' : Buffer.from(folded.slice(start).map(({ byte }) => byte)).toString('latin1');
}

function withoutNumbers(pieces: readonly Piece[]): Piece[] {
  const code = pieces.map(({ byte, kind }) => (kind === CODE ? String.fromCharCode(byte) : ' ')).join('');
  const number = /0x[\da-fA-F]+|0b[01]+|\d+(?:\.\d*)?/uy;
  const condensed: Piece[] = [];
  let at = 0;
  while (at < pieces.length) {
    number.lastIndex = at;
    const [digits = ''] = /[\w$.@\x80-\xff]/u.test(code.charAt(at - 1)) ? [] : (number.exec(code) ?? []);
    if (digits === '' || isWordByte(code.charCodeAt(at + digits.length))) {
      condensed.push(...pieces.slice(at, at + Math.max(digits.length, 1)));
    } else {
      const zeros = digits.replace(/(?<=^0[xb]).+/u, '0').replaceAll(/\d+(?![xb])/gu, '0');
      condensed.push(...Array.from(zeros, (digit) => ({ byte: digit.charCodeAt(0), kind: LITERAL })));
    }
    at += Math.max(digits.length, 1);
  }
  return condensed;
}

/** Of literals in a row, with commas and blanks between them, the first two; strings side by side are one literal. */
function withShortLists(pieces: readonly Piece[]): Piece[] {
  const kept: Piece[] = [];
  const rows = new PlainRows();
  let inRow = 0;
  let last: 'none' | 'string' | 'number' = 'none';
  let isDropped = false;
  let between = '';
  let at = 0;
  while (at < pieces.length) {
    const { byte, kind } = pieces[at] as Piece;
    if (kind !== LITERAL) {
      kept.push({ byte, kind });
      between += kind === NAME ? '`' : String.fromCharCode(byte);
      at += 1;
      continue;
    }
    const end = endOfLiteral(pieces, at);
    const isString = byte === 0x27;
    const isPrefixed = isString && (between === '' ? last === 'number' : /[\w$@\x80-\xff]$/u.test(between));
    if (isPrefixed) {
      inRow = 0;
      isDropped = false;
    } else if (!(isString && last === 'string' && /^[\0- ]*$/u.test(between))) {
      const isPart = last !== 'none' && /^[\0- ]*,[\0- ]*$/u.test(between);
      inRow = isPart ? inRow + 1 : 1;
      isDropped = inRow > 2;
      // Two numbers are never without anything between them.
      if (!isPart && between !== '') {
        rows.beforeLiteral(kept);
      }
    }
    if (isDropped) {
      kept.length -= between.length;
    } else {
      kept.push(...pieces.slice(at, end));
    }
    last = isString ? 'string' : 'number';
    between = '';
    at = end;
  }
  return kept;
}

function endOfLiteral(pieces: readonly Piece[], start: number): number {
  if (pieces[start]?.byte === 0x27) {
    return start + QUOTES.length;
  }
  let end = start;
  while (pieces[end]?.kind === LITERAL && pieces[end]?.byte !== 0x27) {
    end += 1;
  }
  return end;
}
