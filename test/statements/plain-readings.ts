// The readings of a statement's quotes, a byte at a time: what is code, a name in backticks, a literal or a comment.

export const CODE = 0;
export const NAME = 1;
export const LITERAL = 2;
export const COMMENT = 3;

/** In which quotes a backslash makes the next byte part of the literal. */
export interface Escapes {
  readonly inSingle: boolean;
  readonly inDouble: boolean;
  /** There a byte beyond ASCII and the one behind it, if that is no quote, are one character, as in GBK. */
  readonly areWide?: boolean;
}

export const DEFAULT: Escapes = { inSingle: true, inDouble: true };
export const NO_BACKSLASH_ESCAPES: Escapes = { inSingle: false, inDouble: false };
export const ANSI_QUOTES: Escapes = { inSingle: true, inDouble: false };

/** From `start` to `end`, its quotes or marks with it. */
export interface Span {
  readonly kind: number;
  readonly start: number;
  readonly end: number;
}

export interface PlainReading {
  /** By byte. */
  readonly kinds: Uint8Array;
  readonly literals: readonly Span[];
  /** Each comment becomes a blank of its own, so does a mark of one whose content is code. */
  readonly comments: readonly Span[];
  readonly endsInLiteral: boolean;
  /** Something has no end: a literal, a name or a comment. */
  readonly isCut: boolean;
  /** The rest is not shown, for a literal or a name may end elsewhere. */
  readonly isDoubtful: boolean;
}

const HINTED = ['select', 'insert', 'update', 'delete', 'replace'];

export function isBlank(byte: number | undefined): boolean {
  return byte !== undefined && byte <= 0x20;
}

export function isWordByte(byte: number | undefined): boolean {
  return byte !== undefined && (byte >= 0x80 || /[\w$]/u.test(String.fromCharCode(byte)));
}

export function readPlainly(bytes: Uint8Array, escapes: Escapes): PlainReading {
  const text = Buffer.from(bytes).toString('latin1');
  const kinds = new Uint8Array(bytes.length);
  const literals: Span[] = [];
  const comments: Span[] = [];
  let openCode = 0;
  let isInHint = false;
  let lastWord = '';
  let endsInLiteral = false;
  let isCut = false;
  let isDoubtful = false;

  const mark = (kind: number, start: number, end: number): number => {
    kinds.fill(kind, start, end);
    (kind === LITERAL ? literals : comments).push({ kind, start, end });
    return end;
  };
  const mayEndInComment = (start: number, end: number) =>
    (openCode > 0 || isInHint) && text.slice(start, end).includes('*/');
  const hideRest = (start: number): number => {
    isDoubtful = true;
    isCut = true;
    return mark(LITERAL, start, text.length);
  };

  let at = 0;
  while (at < text.length) {
    const character = text.charAt(at);
    if (character === "'" || character === '"') {
      const isEscaping = character === "'" ? escapes.inSingle : escapes.inDouble;
      const end = endOfQuoted(text, at, isEscaping, escapes.areWide);
      endsInLiteral ||= end === undefined;
      isCut ||= end === undefined;
      const isClear = !mayEndInComment(at, end ?? text.length);
      at = isClear ? mark(LITERAL, at, end ?? text.length) : hideRest(at);
      lastWord = '';
    } else if (character === '`') {
      const end = endOfQuoted(text, at, false);
      lastWord = '';
      if (mayEndInComment(at, end ?? text.length) || hasWideBacktick(bytes, at, end ?? text.length)) {
        at = hideRest(at);
      } else if (end === undefined) {
        isCut = true;
        at = mark(COMMENT, at, text.length);
      } else {
        kinds.fill(NAME, at, end);
        at = end;
      }
    } else if (character === '#' || /^--(?:[\0- \x7f]|$)/u.test(text.slice(at, at + 3))) {
      const found = text.indexOf('\n', at);
      const end = found === -1 ? text.length : found;
      at = mayEndInComment(at, end) ? hideRest(at) : mark(COMMENT, at, end);
    } else if (text.startsWith('/*', at) && isInHint) {
      const end = text.indexOf('*/', at + '/*'.length);
      at = mark(COMMENT, at, end === -1 ? text.length : end);
    } else if (/^\/\*M?!/u.test(text.slice(at, at + 4))) {
      const [opening = ''] = /^\/\*M?!(?:\d{5,6})?/u.exec(text.slice(at, at + 10)) ?? [];
      openCode += 1;
      at = mark(COMMENT, at, at + opening.length);
    } else if (text.startsWith('/*+', at) && HINTED.includes(lastWord)) {
      isInHint = true;
      lastWord = '';
      at += '/*+'.length;
    } else if (text.startsWith('/*', at)) {
      const end = text.indexOf('*/', at + '/*'.length);
      isCut ||= end === -1;
      at = mark(COMMENT, at, end === -1 ? text.length : end + '*/'.length);
    } else if (text.startsWith('*/', at) && isInHint) {
      isInHint = false;
      lastWord = '';
      at += '*/'.length;
    } else if (text.startsWith('*/', at) && openCode > 0) {
      openCode -= 1;
      at = mark(COMMENT, at, at + '*/'.length);
    } else if (isWordByte(bytes[at])) {
      const start = at;
      while (isWordByte(bytes[at])) {
        at += 1;
      }
      lastWord = text.slice(start, at).toLowerCase();
    } else {
      lastWord = isBlank(bytes[at]) ? lastWord : '';
      at += 1;
    }
  }
  isCut ||= isInHint || openCode > 0;
  return { kinds, literals, comments, endsInLiteral, isCut, isDoubtful };
}

/** Whether the bytes before one of the backticks are no character of UTF-8. */
function hasWideBacktick(bytes: Uint8Array, start: number, end: number): boolean {
  const before = Buffer.from(bytes.subarray(0, end)).toString('latin1');
  const character =
    /(?:[\0-\x7f]|[\xc0-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xff][\x80-\xbf]{3})$/u;
  return [...before].some(
    (byte, at) =>
      byte === '`' && at >= Math.max(start, 1) && !character.test(before.slice(Math.max(0, at - 4), at)),
  );
}

/** Behind the closing quote; undefined where there is none. */
function endOfQuoted(text: string, start: number, isEscaping: boolean, areWide = false): number | undefined {
  const quote = text.charAt(start);
  let at = start + 1;
  while (at < text.length) {
    const isWide = areWide && /^[\x80-\xff][\x40-\xff]/u.test(text.slice(at, at + 2));
    if (isEscaping && (text[at] === '\\' || isWide)) {
      at += 2;
    } else if (text[at] !== quote) {
      at += 1;
    } else if (text[at + 1] === quote) {
      at += 2;
    } else {
      return at + 1;
    }
  }
  return undefined;
}
