// Keys of which a mapping takes one: a secret or its file, one kind of credentials.
import * as v from 'valibot';
import { isMapping } from './section.js';

export function exactlyOneOf<Input>(keys: readonly string[]): v.RawCheckAction<Input> {
  return countOf(keys, (count) => count === 1, 'exactly one');
}

export function atMostOneOf<Input>(keys: readonly string[]): v.RawCheckAction<Input> {
  return countOf(keys, (count) => count <= 1, 'at most one');
}

/** The first value that is there, after a check has made sure that one is. */
export function theOne<Value>(...values: readonly (Value | undefined)[]): Value {
  const value = values.find((candidate) => candidate !== undefined);
  if (value === undefined) {
    throw new TypeError('none of the alternatives is there, though they were checked');
  }
  return value;
}

// A raw check also runs where other keys are wrong: so all mistakes are reported together.
function countOf<Input>(
  keys: readonly string[],
  isRight: (count: number) => boolean,
  expected: string,
): v.RawCheckAction<Input> {
  return v.rawCheck(({ dataset, addIssue }) => {
    if (!isMapping(dataset.value)) {
      return;
    }
    const present = Object.keys(dataset.value).filter((key) => keys.includes(key));
    if (!isRight(present.length)) {
      const got = present.length === 0 ? 'none' : present.join(' and ');
      addIssue({ message: `got ${got}, expected ${expected} of ${keys.join(', ')}` });
    }
  });
}
