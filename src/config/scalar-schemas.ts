// The kinds of single values: each states what it expects once, for the error message and the documentation alike.
// Numbers and booleans are also read from text, because a variable of the environment is text.
import * as v from 'valibot';
import { validateCron } from '../schedule/cron-expression.js';
import { parseByteSize } from './byte-size.js';
import { parseDuration } from './duration.js';

/** What the reference says of a key. */
export function described<const Schema extends v.GenericSchema>(description: string, schema: Schema) {
  return v.pipe(schema, v.description(description));
}

/** `kind` completes the sentence "expected …"; a `reason` is shown instead, where it says more. */
export function text(kind: string, isValid: (text: string) => boolean, reason?: (text: string) => string) {
  const expected = `expected ${kind}`;
  return v.pipe(
    v.string(expected),
    v.check(isValid, (issue) => reason?.(issue.input) ?? expected),
    v.metadata({ kind }),
  );
}

export function someText(kind = 'text') {
  return text(kind, (value) => value.trim() !== '');
}

export function cron() {
  return text(
    'a cron expression of 5 fields, or 6 with seconds first',
    (expression) => validateCron(expression) === undefined,
    (expression) => validateCron(expression) ?? '',
  );
}

export function oneOf<const Options extends readonly string[]>(options: Options) {
  const kind = `one of ${options.join(', ')}`;
  return v.pipe(v.picklist(options, `expected ${kind}`), v.metadata({ kind }));
}

export function flag() {
  return scalar('true or false', (value) => {
    const word = String(value);
    return word === 'true' || word === 'false' ? word === 'true' : undefined;
  });
}

export function integer(least: number, most: number) {
  return scalar(`a whole number from ${least} to ${most}`, (value) => {
    const number = typeof value === 'string' && /^\d{1,15}$/u.test(value) ? Number(value) : value;
    return typeof number === 'number' && Number.isInteger(number) && number >= least && number <= most
      ? number
      : undefined;
  });
}

/** Read to milliseconds. */
export function duration(least: string, most: string) {
  return bounded('a duration', parseDuration, least, most);
}

/** Read to bytes. */
export function byteSize(least: string, most: string) {
  return bounded('a size', parseByteSize, least, most);
}

function bounded(kind: string, parse: (text: string) => number | undefined, least: string, most: string) {
  const [from, to] = [parse(least), parse(most)];
  if (from === undefined || to === undefined) {
    throw new TypeError(`bounds of ${kind}: got ${least} and ${most}`);
  }
  return scalar(`${kind} from ${least} to ${most}`, (value) => {
    const number = parse(String(value));
    return number !== undefined && number >= from && number <= to ? number : undefined;
  });
}

function scalar<Output>(kind: string, read: (value: unknown) => Output | undefined) {
  return v.pipe(
    v.unknown(),
    v.rawTransform<unknown, Output>(({ dataset, addIssue, NEVER }) => {
      // A list of one item would read as that item.
      const output = typeof dataset.value === 'object' ? undefined : read(dataset.value);
      if (output === undefined) {
        addIssue({ message: `expected ${kind}` });
        return NEVER;
      }
      return output;
    }),
    v.metadata({ kind }),
  );
}
