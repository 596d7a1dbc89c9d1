// Cron expressions as node-cron understands them: what is wrong with one, and which days and times of day it names. When
// that comes next, with the clocks of a time zone, is next-runs.ts' matter.
import { createTask, validateDetailed } from 'node-cron';

export const DAY_SECONDS = 86_400;
const HOUR_SECONDS = 3_600;
const MINUTE_SECONDS = 60;

/** node-cron's names of the fields, in their order. */
const FIELDS = ['second', 'minute', 'hour', 'dayOfMonth', 'month', 'dayOfWeek'] as const;
export type CronField = (typeof FIELDS)[number];

const EXPECTED: Readonly<Record<string, string>> = {
  second: 'a second of 0-59',
  minute: 'a minute of 0-59',
  hour: 'an hour of 0-23',
  dayOfMonth: 'a day of 1-31 or L',
  month: 'a month of 1-12 or jan-dec',
  dayOfWeek: 'a weekday of 0-7 or sun-sat',
};

/** As far as node-cron looks ahead. */
const MAX_DAYS = 366 * 100;

const EXPECTED_FIELDS = 'expected 5 fields (minute hour day month weekday) or 6 (second first)';

/** What looks like a blank or like nothing, and comes along from a web page, a document or an input method. */
const ODD_BLANK = /[^\S \t\r\n]|\p{Cf}/u;
const FULL_WIDTH = /[\uff01-\uff5e]/u;

/** What is wrong with the expression, or undefined. */
export function validateCron(expression: string): string | undefined {
  if (ODD_BLANK.test(expression)) {
    return `got a blank that is neither a space nor a tab, ${EXPECTED_FIELDS}, parted by spaces or tabs`;
  }
  if (FULL_WIDTH.test(expression)) {
    return `got full-width characters, ${EXPECTED_FIELDS} in ASCII`;
  }
  if (/[\r\n]/u.test(expression.trim())) {
    return `got several lines, ${EXPECTED_FIELDS} on one`;
  }
  // Counted here, because node-cron also takes nicknames such as `@hourly`.
  const fields = fieldsOf(expression);
  if (fields.length !== 5 && fields.length !== 6) {
    return `got ${JSON.stringify(expression)}, ${EXPECTED_FIELDS}`;
  }
  // node-cron writes out all numbers of a range before it judges them: `0-9999999999` would not come back.
  const endless = fields.findIndex((field) => /\d{3}/u.test(field));
  if (endless >= 0) {
    return fieldError(FIELDS.at(endless - fields.length), fields[endless]);
  }
  const plain = plainCron(expression);
  const { errors } = validateDetailed(plain);
  if (errors.length > 0 && !errors.some(({ message }) => message.includes('impossible'))) {
    return errors.map(({ field, value }) => fieldError(field, value)).join('; ');
  }
  return comes(plain) ? undefined : `got "${plain}", expected a date that exists`;
}

/** With one space between its fields: those of a crontab are parted by any blanks. */
export function plainCron(expression: string): string {
  return fieldsOf(expression).join(' ');
}

function fieldsOf(expression: string): string[] {
  return expression.trim().split(/[ \t]+/u);
}

/** As they are written, without the second where that is left out. */
export function writtenFields(expression: string): ReadonlyMap<CronField, string> {
  const fields = fieldsOf(expression);
  const named = FIELDS.slice(-fields.length);
  return new Map(named.map((field, index) => [field, fields[index] ?? '']));
}

/** What each field names; a day may be one that node-cron works out, such as `L`. Throws for what `validateCron` refuses. */
export function namedValues(expression: string) {
  const { fields, errors } = validateDetailed(plainCron(expression));
  if (fields === undefined) {
    throw new Error(errors.map(({ message }) => message).join('; '));
  }
  return fields;
}

function fieldError(field = '', value = ''): string {
  return `got ${JSON.stringify(value)}, expected ${EXPECTED[field] ?? 'letters, digits and * / - , # ? only'}`;
}

/** Not 30 February, nor a 29 February that is a first Monday: node-cron looks 100 years ahead. */
function comes(expression: string): boolean {
  try {
    return taskOf(expression).getNextRuns(1).length === 1;
  } catch {
    return false;
  }
}

/** Only asked, never started: once destroyed it answers as before, and node-cron does not keep it. */
function taskOf(expression: string) {
  const task = createTask(expression, () => {}, { timezone: 'UTC' });
  void task.destroy();
  return task;
}

/**
 * The wall clock times of an expression. All are in seconds since the epoch of a wall clock that shows UTC; days are
 * counted from the epoch, too.
 */
export class CronTimes {
  /** It comes once a day. */
  readonly isOnceADay: boolean;
  /** There are hours in which it does not come. */
  readonly leavesHoursOut: boolean;
  /** It comes on every day. */
  readonly isDaily: boolean;
  readonly #hours: readonly number[];
  readonly #minutes: readonly number[];
  readonly #seconds: readonly number[];
  readonly #months: ReadonlySet<number>;
  readonly #hasDay: (date: Date) => boolean;

  /** Throws for what `validateCron` refuses. */
  constructor(expression: string) {
    const fields = namedValues(expression);
    this.#hours = inOrder(fields.hour);
    this.#minutes = inOrder(fields.minute);
    this.#seconds = inOrder(fields.second);
    this.#months = new Set(fields.month);
    this.isOnceADay = this.#hours.length * this.#minutes.length * this.#seconds.length === 1;
    this.leavesHoursOut = this.#hours.length < 24;
    const written = writtenFields(expression);
    this.isDaily = (['dayOfMonth', 'month', 'dayOfWeek'] as const).every((field) =>
      /^[*?]$/u.test(written.get(field) ?? ''),
    );
    const task = taskOf(plainCron(expression));
    this.#hasDay = (date) => task.match(date);
  }

  /** The first day with a run, from `day` on; undefined if none comes within a century. */
  firstDay(day: number): number | undefined {
    for (let candidate = day; candidate < day + MAX_DAYS; candidate++) {
      if (this.#isOn(candidate)) {
        return candidate;
      }
    }
    return undefined;
  }

  /** In order, from `from` on and before `to`. */
  *between(from: number, to: number): Generator<number, void> {
    for (let day = Math.floor(from / DAY_SECONDS); day * DAY_SECONDS < to; day++) {
      if (this.#isOn(day)) {
        yield* this.#onDay(day * DAY_SECONDS, from, to);
      }
    }
  }

  has(from: number, to: number): boolean {
    return this.between(from, to).next().done === false;
  }

  *#onDay(midnight: number, from: number, to: number): Generator<number, void> {
    for (const hour of this.#hours) {
      const hourBegins = midnight + hour * HOUR_SECONDS;
      for (const minute of hourBegins + HOUR_SECONDS > from ? this.#minutes : []) {
        const minuteBegins = hourBegins + minute * MINUTE_SECONDS;
        for (const second of minuteBegins + MINUTE_SECONDS > from ? this.#seconds : []) {
          const time = minuteBegins + second;
          if (time >= to) {
            return;
          }
          if (time >= from) {
            yield time;
          }
        }
      }
    }
  }

  /** node-cron decides, as it knows `L`, `15W` and `1#2`: at a time of day that fits, only the date is left to match. */
  #isOn(day: number): boolean {
    const [hour = 0] = this.#hours;
    const [minute = 0] = this.#minutes;
    const [second = 0] = this.#seconds;
    const time = day * DAY_SECONDS + hour * HOUR_SECONDS + minute * MINUTE_SECONDS + second;
    const date = new Date(time * 1_000);
    return this.#months.has(date.getUTCMonth() + 1) && this.#hasDay(date);
  }
}

function inOrder(values: readonly number[]): readonly number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}
