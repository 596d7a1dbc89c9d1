// What a single cell says, read from its text.

export const UNREADABLE = 'unreadable';

/** Undefined for NULL. */
export function cellText(cell: string): string | undefined {
  const trimmed = cell.trim();
  return ['', 'NULL', '\\N'].includes(trimmed) ? undefined : trimmed;
}

/** Of less than a million milliards; undefined for NULL. */
export function cellCount(cell: string): number | typeof UNREADABLE | undefined {
  const text = cellText(cell);
  if (text === undefined) {
    return undefined;
  }
  return isDecimal(text) && Number(text) < 1e15 ? Number(text) : UNREADABLE;
}

/** Undefined also for what MySQL makes of a time below 0. */
export function cellSeconds(cell: string): number | typeof UNREADABLE | undefined {
  const text = cellText(cell);
  if (text === undefined) {
    return undefined;
  }
  const seconds = secondsOf(text);
  return seconds === UNREADABLE || seconds < 2_147_483_647 ? seconds : undefined;
}

const UNITS = ['s', 'sec', 'secs', 'second', 'seconds', '秒', '秒钟'];

function secondsOf(text: string): number | typeof UNREADABLE {
  const unit = UNITS.find(
    (one) => text.toLowerCase().endsWith(one) && isDecimal(text.slice(0, -one.length).trim()),
  );
  if (isDecimal(text) || unit !== undefined) {
    return Number(text.slice(0, text.length - (unit ?? '').length));
  }
  const words = text.split(/\s+/);
  const parts = (words.at(-1) ?? '').split(':');
  const [hours = '', minutes = '', seconds = ''] = parts;
  const days = words.length === 2 ? words[0] : undefined;
  const isClock =
    words.length <= 2 &&
    (days === undefined || (isDigits(days) && Number(hours) < 24)) &&
    parts.length === 3 &&
    isDigits(hours) &&
    isDigits(minutes) &&
    minutes.length === 2 &&
    isDecimal(seconds) &&
    seconds.split('.')[0]?.length === 2 &&
    Number(minutes) < 60 &&
    Number(seconds) < 60;
  return isClock
    ? Number(days ?? 0) * 86_400 + Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds)
    : UNREADABLE;
}

function isDecimal(text: string): boolean {
  const parts = text.split('.');
  return parts.length <= 2 && parts.every(isDigits);
}

export function isDigits(text: string): boolean {
  return text !== '' && [...text].every((character) => '0123456789'.includes(character));
}
