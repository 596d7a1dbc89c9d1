// What a text in the place of a schedule was meant to be: a nickname of crontab(5), a duration, an expression in the quotes
// of a word processor.
import { millisecondsIn } from './figures.js';

/** `@every` is Go's. */
const NICKNAMES: ReadonlyMap<string, string> = new Map([
  ['@hourly', '0 * * * *'],
  ['@daily', '0 0 * * *'],
  ['@midnight', '0 0 * * *'],
  ['@weekly', '0 0 * * 0'],
  ['@monthly', '0 0 1 * *'],
  ['@yearly', '0 0 1 1 *'],
  ['@annually', '0 0 1 1 *'],
]);

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The units of a schedule, each within the next larger one, and what comes every so many of them. */
const EVERY: readonly (readonly [unit: number, within: number, schedule: (step: string) => string])[] = [
  [SECOND, MINUTE, (step) => `${step} * * * * *`],
  [MINUTE, HOUR, (step) => `${step} * * * *`],
  [HOUR, DAY, (step) => `0 ${step} * * *`],
];

/** Quotes that YAML reads as a part of the text. */
const TYPOGRAPHIC = /^[“”„‟«‘’‚「『＂＇\s]+|[“”„‟»‘’「」』＂＇\s]+$/gu;

const LONGEST = 100;

/** What to write instead; undefined where nobody can tell. No check is made of an expression in quotes. */
export function scheduleMeant(text: string): string | undefined {
  if (text.length > LONGEST) {
    return undefined;
  }
  const plain = text.replace(TYPOGRAPHIC, '');
  return NICKNAMES.get(plain.toLowerCase()) ?? everySo(plain) ?? (plain === text.trim() ? undefined : plain);
}

/** `1m`, `every 5 minutes`; undefined for what does not come at the same times in each hour or day. */
function everySo(text: string): string | undefined {
  const milliseconds = millisecondsIn(text.replace(/^@?every\s+/iu, '')) ?? 0;
  if (milliseconds === DAY) {
    return '0 0 * * *';
  }
  for (const [unit, within, schedule] of EVERY) {
    const steps = milliseconds / unit;
    if (steps >= 1 && milliseconds < within && Number.isInteger(steps) && within % milliseconds === 0) {
      return schedule(steps === 1 ? '*' : `*/${steps}`);
    }
  }
  return undefined;
}
