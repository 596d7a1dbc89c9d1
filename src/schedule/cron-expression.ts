// Cron expressions as node-cron understands them: what is wrong with one, and when it comes next.
import { createTask, type ScheduledTask, validateDetailed } from 'node-cron';

/** The next runs of a schedule after now. `timezone` is an IANA name. */
export type NextRuns = (schedule: string, timezone: string, count: number) => readonly Date[];

/** node-cron's names of the fields, in their order. */
const FIELDS = ['second', 'minute', 'hour', 'dayOfMonth', 'month', 'dayOfWeek'] as const;

const EXPECTED: Readonly<Record<string, string>> = {
  second: 'a second of 0-59',
  minute: 'a minute of 0-59',
  hour: 'an hour of 0-23',
  dayOfMonth: 'a day of 1-31 or L',
  month: 'a month of 1-12 or jan-dec',
  dayOfWeek: 'a weekday of 0-7 or sun-sat',
};

/** By expression and time zone, never started; the last used is the last. node-cron keeps a task until it is destroyed. */
const tasks = new Map<string, ScheduledTask>();
/** Reloads bring new expressions without end. */
const MAX_TASKS = 1_000;

/** What is wrong with the expression, or undefined. */
export function validateCron(expression: string): string | undefined {
  // Counted here, because node-cron also takes nicknames such as `@hourly`.
  const fields = expression.trim().split(/ +/u);
  if (fields.length !== 5 && fields.length !== 6) {
    return `got ${JSON.stringify(expression)}, expected 5 fields (minute hour day month weekday) or 6 (second first)`;
  }
  // node-cron writes out all numbers of a range before it judges them: `0-9999999999` would not come back.
  const endless = fields.findIndex((field) => /\d{3}/u.test(field));
  if (endless >= 0) {
    return fieldError(FIELDS.at(endless - fields.length), fields[endless]);
  }
  const { errors } = validateDetailed(expression);
  if (errors.length > 0 && !errors.some(({ message }) => message.includes('impossible'))) {
    return errors.map(({ field, value }) => fieldError(field, value)).join('; ');
  }
  return comes(expression) ? undefined : `got "${expression}", expected a date that there is`;
}

function fieldError(field = '', value = ''): string {
  return `got ${JSON.stringify(value)}, expected ${EXPECTED[field] ?? 'letters, digits and * / - , # ? only'}`;
}

/** Not 30 February, nor a 29 February that is a first Monday: node-cron looks 100 years ahead. */
function comes(expression: string): boolean {
  try {
    return nextRuns(expression, 'UTC', 1).length === 1;
  } catch {
    return false;
  }
}

/** The next runs after now, by the system's clock. Throws for what `validateCron` refuses. */
export function nextRuns(expression: string, timezone: string, count: number): Date[] {
  return taskOf(expression, timezone).getNextRuns(count);
}

function taskOf(expression: string, timezone: string): ScheduledTask {
  const key = `${timezone} ${expression}`;
  const task = tasks.get(key) ?? createTask(expression, () => {}, { timezone });
  tasks.delete(key);
  tasks.set(key, task);
  for (const [oldest, unused] of [...tasks].slice(0, -MAX_TASKS)) {
    tasks.delete(oldest);
    void unused.destroy();
  }
  return task;
}

/** The least time between two runs that follow each other. */
export function shortestGapMs(expression: string, timezone: string): number {
  // At most 60 runs stand close together, the seconds of a minute or the minutes of an hour: 100 show them all.
  const times = nextRuns(expression, timezone, 100).map(Number);
  return Math.min(...times.slice(1).map((time, index) => time - (times[index] ?? 0)));
}
