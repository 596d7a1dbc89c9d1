// The mappings that the schemas are built of: with a fixed set of keys or with names of the user's, and rules on which
// keys may stand together.
import * as v from 'valibot';
import { isObject } from '../json.js';
import { keyHint } from './yaml/nearest-name.js';

/**
 * Reports every unknown key, not only the first as valibot's strict object does, and the key that was probably meant.
 * `places`: where keys belong that are often written here. The output holds the known keys alone. A message that starts with "expected" is completed with what was got.
 */
export function section<const Entries extends v.ObjectEntries>(
  entries: Entries,
  places: Readonly<Record<string, string>> = {},
) {
  const known = Object.keys(entries);
  const hint = (key: string) => (Object.hasOwn(places, key) ? `write ${places[key]}` : keyHint(key, known));
  const object = v.looseObject(entries, 'missing');
  return v.pipe(
    mapping<v.InferInput<typeof object>>((text) => ` (${keyHint(text, known)})`),
    object,
    v.rawCheck(({ dataset, addIssue }) => {
      const input = dataset.value;
      for (const key of isObject(input) ? Object.keys(input) : []) {
        if (!known.includes(key)) {
          addIssue({ message: `unknown key (${hint(key)})`, path: issuePath(key) });
        }
      }
    }),
    // Unknown keys are errors, so that only the known ones come here.
    v.transform((value) => value as v.InferOutput<v.ObjectSchema<Entries, undefined>>),
  );
}

/** A mapping whose keys the user chooses. */
export function namedValues<
  Key extends v.BaseSchema<string, string, v.BaseIssue<unknown>>,
  Value extends v.GenericSchema,
>(key: Key, value: Value) {
  const record = v.record(key, value);
  return v.pipe(mapping<v.InferInput<typeof record>>(), record);
}

/** Where below the value under check an issue stands. */
export function issuePath(first: string, ...rest: readonly (string | number)[]) {
  const item = (key: string | number): v.UnknownPathItem => ({
    type: 'unknown',
    origin: 'value',
    input: undefined,
    key,
    value: undefined,
  });
  return [item(first), ...rest.map(item)] satisfies [v.IssuePathItem, ...v.IssuePathItem[]];
}

// valibot's own objects let arrays pass. A text there may be a key without its colon.
function mapping<Input>(hint = (_text: string) => '') {
  return v.custom<Input>(
    isObject,
    ({ input }) => `expected a mapping${typeof input === 'string' && input !== '' ? hint(input) : ''}`,
  );
}

/** Of the keys, such as a secret and its file, a mapping takes one. */
export function exactlyOneOf<Input>(keys: readonly string[]): v.RawCheckAction<Input> {
  return countOf(keys, (count) => count === 1, 'exactly one');
}

export function atMostOneOf<Input>(keys: readonly string[]): v.RawCheckAction<Input> {
  return countOf(keys, (count) => count <= 1, 'at most one');
}

export function atLeastOneOf<Input>(keys: readonly string[]): v.RawCheckAction<Input> {
  return countOf(keys, (count) => count >= 1, 'at least one');
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
    if (!isObject(dataset.value)) {
      return;
    }
    const present = Object.keys(dataset.value).filter((key) => keys.includes(key));
    if (!isRight(present.length)) {
      const got = present.length === 0 ? 'none' : present.join(' and ');
      addIssue({ message: `got ${got}, expected ${expected} of ${keys.join(', ')}` });
    }
  });
}

/**
 * An optional key; undefined also where its value is empty. That is Go's way, and so the web configuration's:
 * `cert_file:` and `cert_file: ""` are no cert_file.
 */
export function unlessEmpty<const Schema extends v.GenericSchema>(schema: Schema) {
  return v.optional(
    v.pipe(
      v.unknown(),
      v.transform((value) => (value === null || value === '' ? undefined : value)),
      v.optional(schema),
    ),
  );
}
