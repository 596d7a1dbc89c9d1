// What a single cell says: a text, a number, or nothing. A column whose numbers are written in another way than is known must
// not look like one of zeros.

/** Trimmed; undefined for NULL, which is written as nothing, `NULL` or `\N`. */
export function cellText(cell: string): string | undefined {
  const text = cell.trim();
  return text === '' || text === 'NULL' || text === '\\N' ? undefined : text;
}

/** Compares to nothing. */
export const MISSING = Number.NaN;
/** In place of a number: below all of them. */
export const UNREADABLE = -1;

/** A column's numbers count something, or seconds. */
export type NumberKind = 'count' | 'seconds';

/** Of more digits a number of the program is not exact. */
const MOST_DIGITS = 15;
const MOST = 10 ** MOST_DIGITS;
/** A time below 0 is written as an unsigned number: MySQL has shown the highest of 31, of 32 and of 64 bits. */
const WRAPPED_SECONDS = 2 ** 31 - 1;

const DECIMAL = /^\d+(?:\.\d+)?$/;
const WITH_UNIT = /^(\d+(?:\.\d+)?)\s*(?:s|secs?|seconds?|秒钟?)$/i;
/** `[d ]h:mm:ss`, also with a fraction. */
const CLOCK = /^(?:(\d+)\s+)?(\d+):([0-5]\d):([0-5]\d(?:\.\d+)?)$/;
const HOURS_OF_A_DAY = 24;

/** Of a cell that cannot be read, the first that fits. */
const FAULTS: readonly (readonly [fault: string, pattern: RegExp])[] = [
  ['a sign', /^[+\-−]/],
  ['an exponent', /^[\d.,]+e[+-]?\d+$/i],
  ['more than 15 digits', /^\d+(?:\.\d+)?$/],
  ['a separator between digits', /^\d[\d.,'’_\s]*$/],
  ['a time of another form', /^[\d\s]+(?::\d+)+(?:\.\d+)?$/],
  ['a unit', /^\d[\d.,]*\s*\p{L}+\.?$/u],
];
const MAX_LOOKED_AT = 64;

/** A number from 0 on, MISSING or UNREADABLE. */
export function cellNumber(cell: string, kind: NumberKind): number {
  const text = cellText(cell);
  if (text === undefined) {
    return MISSING;
  }
  if (kind === 'count') {
    const number = DECIMAL.test(text) ? Number(text) : UNREADABLE;
    return number < MOST ? number : UNREADABLE;
  }
  const seconds = secondsOf(text);
  return seconds < WRAPPED_SECONDS ? seconds : MISSING;
}

/** What is wrong with a cell that is UNREADABLE, in words that show nothing of it. */
export function faultOf(cell: string): string {
  const text = cell.trim().slice(0, MAX_LOOKED_AT);
  return FAULTS.find(([, pattern]) => pattern.test(text))?.[0] ?? 'text';
}

function secondsOf(text: string): number {
  if (DECIMAL.test(text)) {
    return Number(text);
  }
  const [, seconds] = WITH_UNIT.exec(text) ?? [];
  if (seconds !== undefined) {
    return Number(seconds);
  }
  const [clock, days, hours, ...rest] = CLOCK.exec(text) ?? [];
  if (clock === undefined || (days !== undefined && Number(hours) >= HOURS_OF_A_DAY)) {
    return UNREADABLE;
  }
  const [minutes, ofMinute] = rest;
  return (
    ((Number(days ?? 0) * HOURS_OF_A_DAY + Number(hours)) * 60 + Number(minutes)) * 60 + Number(ofMinute)
  );
}
