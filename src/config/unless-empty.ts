// The web configuration's way with empty values, which is Go's: `cert_file:` and `cert_file: ""` are no cert_file.
import * as v from 'valibot';

/** An optional key; undefined also where its value is empty. */
export function unlessEmpty<const Schema extends v.GenericSchema>(schema: Schema) {
  return v.optional(
    v.pipe(
      v.unknown(),
      v.transform((value) => (value === null || value === '' ? undefined : value)),
      v.optional(schema),
    ),
  );
}
