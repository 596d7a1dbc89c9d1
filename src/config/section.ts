// A mapping with a fixed set of keys: the building block of the schema. Reports every unknown key, not only the
// first as valibot's strict object does, and the key that was probably meant.
import * as v from 'valibot';
import { nearestName } from './nearest-name.js';
import { quote } from './yaml/config-errors.js';

/** The output holds the known keys alone. A message that starts with "expected" is completed with what was got. */
export function section<const Entries extends v.ObjectEntries>(entries: Entries) {
  const known = Object.keys(entries);
  const object = v.looseObject(entries, 'missing');
  return v.pipe(
    mapping<v.InferInput<typeof object>>(),
    object,
    v.rawCheck(({ dataset, addIssue }) => {
      const input = dataset.value;
      for (const key of isMapping(input) ? Object.keys(input) : []) {
        if (!known.includes(key)) {
          addIssue({ message: unknownKey(key, known), path: issuePath(key) });
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

export function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
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

// valibot's own objects let arrays pass.
function mapping<Input>() {
  return v.custom<Input>(isMapping, 'expected a mapping');
}

function unknownKey(key: string, known: readonly string[]): string {
  const nearest = nearestName(key, known);
  const hint = nearest === undefined ? `known here: ${known.join(', ')}` : `did you mean ${quote(nearest)}?`;
  return `unknown key (${hint})`;
}
