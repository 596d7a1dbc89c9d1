// Durations as Prometheus writes them: `500ms`, `30s`, `1h30m`, `1y2w3d`; units fall from large to small.

const DURATION = /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/u;

const SECOND = 1000;
const DAY = 24 * 60 * 60 * SECOND;
/** Milliseconds of each group above; years and weeks as Prometheus counts them. */
const UNITS = [365 * DAY, 7 * DAY, DAY, DAY / 24, 60 * SECOND, SECOND, 1];

/** Milliseconds, or undefined for what is not a duration. `0` needs no unit. */
export function parseDuration(text: string): number | undefined {
  if (text === '0') {
    return 0;
  }
  const match = DURATION.exec(text);
  if (match === null || text === '') {
    return undefined;
  }
  const milliseconds = UNITS.reduce((sum, unit, index) => sum + unit * Number(match[index + 1] ?? 0), 0);
  return Number.isSafeInteger(milliseconds) ? milliseconds : undefined;
}
