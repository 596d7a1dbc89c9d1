// What a single field says: a text, a number, a host, or nothing. The rules are those for text; the usual ways to write a
// field are read from its bytes without decoding it.

/** In place of an end: the bytes do not show it, `hostWithoutPort` has to be asked. */
export const ASK_THE_TEXT = -1;

const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const OPENING_BRACKET = 0x5b;
const LAST_ASCII_CONTROL = 0x20;
const DELETE = 0x7f;
const LONGEST_PORT = 5;
/** Whole numbers of more digits are left to `cellNumber`. */
const SAFE_DIGITS = 15;

/** Trimmed; undefined for NULL, which is written as nothing, `NULL` or `\N`. */
export function cellText(cell: string): string | undefined {
  const text = cell.trim();
  return text === '' || text === 'NULL' || text === '\\N' ? undefined : text;
}

/** Strict decimals only: a sign, an exponent or a unit means that the column is not what it seems. */
export function cellNumber(cell: string): number | undefined {
  if (cell === '') {
    return undefined;
  }
  const text = cell.trim();
  return /^\d{1,15}(\.\d+)?$/.test(text) ? Number(text) : undefined;
}

/**
 * `10.0.0.1:5000` → `10.0.0.1`, `[2001:db8::1]:5000` → `2001:db8::1`. A bare IPv6 address keeps its last group,
 * unless that has five digits: then it can only be the port that MySQL appends without brackets.
 */
export function hostWithoutPort(host: string): string {
  if (host.startsWith('[')) {
    return /^\[([^\]]+)\](?::\d+)?$/.exec(host)?.[1] ?? host;
  }
  const colon = host.lastIndexOf(':');
  if (colon === -1 || !/^\d{1,5}$/.test(host.slice(colon + 1))) {
    return host;
  }
  const hasFiveDigits = colon === host.length - 6;
  return host.indexOf(':') === colon || hasFiveDigits ? host.slice(0, colon) : host;
}

/** As `cellNumber`; NaN where the field says no number. */
export function numberIn(bytes: Buffer, start: number, end: number): number {
  if (start === end) {
    return Number.NaN;
  }
  if (end - start <= SAFE_DIGITS) {
    let number = 0;
    let at = start;
    for (; at < end && isDigit(bytes[at]); at++) {
      number = 10 * number + (bytes[at] ?? 0) - ZERO;
    }
    if (at === end) {
      return number;
    }
    // A text, as NULL is.
    if (at === start && isGraphic(bytes[at])) {
      return Number.NaN;
    }
  }
  return cellNumber(bytes.toString('utf8', start, end)) ?? Number.NaN;
}

/** Whether `cellText` finds anything: the field is neither blank nor NULL. */
export function isSaid(bytes: Buffer, start: number, end: number): boolean {
  if (start === end) {
    return false;
  }
  if (isDigit(bytes[start])) {
    return true;
  }
  return cellText(bytes.toString('utf8', start, end)) !== undefined;
}

export function isLockWait(bytes: Buffer, start: number, end: number): boolean {
  // No other letter becomes an L in upper case.
  if (start === end || (isGraphic(bytes[start]) && !isLetterL(bytes[start]))) {
    return false;
  }
  return cellText(bytes.toString('utf8', start, end))?.toUpperCase() === 'LOCK WAIT';
}

/** The end of the host without its port, as `hostWithoutPort` has it; or ASK_THE_TEXT. */
export function endWithoutPort(bytes: Buffer, start: number, end: number): number {
  if (start === end) {
    return end;
  }
  const first = bytes[start];
  if (!isGraphic(first) || first === OPENING_BRACKET || !isGraphic(bytes[end - 1])) {
    return ASK_THE_TEXT;
  }
  let colon = end - 1;
  while (colon > start && isDigit(bytes[colon]) && end - colon <= LONGEST_PORT) {
    colon--;
  }
  const digits = end - 1 - colon;
  if (bytes[colon] !== COLON || digits === 0) {
    return end;
  }
  if (digits === LONGEST_PORT) {
    return colon;
  }
  for (let at = start; at < colon; at++) {
    if (bytes[at] === COLON) {
      return end;
    }
  }
  return colon;
}

function isDigit(byte = 0): boolean {
  return byte >= ZERO && byte <= NINE;
}

/** A visible ASCII character: begins no blank of Unicode, which trimming would take away. */
function isGraphic(byte = 0): boolean {
  return byte > LAST_ASCII_CONTROL && byte < DELETE;
}

function isLetterL(byte = 0): boolean {
  return byte === 0x4c || byte === 0x6c;
}
