// What a single field says: a text or nothing. The rules are those for text; the usual ways to write a field are read from
// its bytes without decoding it.

const ZERO = 0x30;
const NINE = 0x39;
const LAST_ASCII_CONTROL = 0x20;
const DELETE = 0x7f;

/** Trimmed; undefined for NULL, which is written as nothing, `NULL` or `\N`. */
export function cellText(cell: string): string | undefined {
  const text = cell.trim();
  return text === '' || text === 'NULL' || text === '\\N' ? undefined : text;
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

export function isDigit(byte = 0): boolean {
  return byte >= ZERO && byte <= NINE;
}

/** A visible ASCII character: begins no blank of Unicode, which trimming would take away. */
export function isGraphic(byte = 0): boolean {
  return byte > LAST_ASCII_CONTROL && byte < DELETE;
}

function isLetterL(byte = 0): boolean {
  return byte === 0x4c || byte === 0x6c;
}
