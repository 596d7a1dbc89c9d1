// Numbers, times and durations as people read them.

/** What is not known. */
export const UNKNOWN = '–';

const GROUPED = new Intl.NumberFormat('en');

export function number(value: number | null): string {
  return value === null ? UNKNOWN : GROUPED.format(value);
}

/** `share` of 1. */
export function percent(share: number): string {
  return `${Math.floor(share * 100)} %`;
}

/** In the largest unit that still says enough. */
export function duration(seconds: number | null): string {
  if (seconds === null) return UNKNOWN;
  if (seconds < 120) return `${Math.max(0, Math.round(seconds))} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3_600)} h`;
  return `${Math.round(seconds / 86_400)} d`;
}

/** Against the collection before; empty where nothing changed or there was none. */
export function change(now: number | null, before: number | null): string {
  if (now === null || before === null || now === before) return '';
  return now > before ? `+${number(now - before)}` : `−${number(before - now)}`;
}

/** An RFC 3339 time in UTC, to the second. */
export function moment(time: string): string {
  return `${time.slice(0, 10)} ${time.slice(11, 19)} UTC`;
}
