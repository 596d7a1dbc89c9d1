// The table of every configuration key, from the schema, so that it cannot fall behind.
import { isSchema, type KeySchema, keySchema } from './config-schema.js';

export interface ConfigKey {
  /** `projects[].nodes[].node_id`. */
  readonly path: string;
  /** What the key takes: `a duration from 1s to 1h`. */
  readonly kind: string;
  readonly isRequired: boolean;
  /** As it would be written in the file; undefined where there is none, or where it is just empty. */
  readonly defaultValue: string | number | boolean | undefined;
  readonly description: string;
}

/** Every key that the file may hold, in the order of the schema. */
export function configKeys(): ConfigKey[] {
  return keysBelow(keySchema(), '');
}

/** A Markdown table. */
export function configReference(): string {
  const rows = configKeys().map(({ path, kind, isRequired, defaultValue, description }) => {
    const shownDefault = defaultValue === undefined ? '' : `\`${defaultValue}\``;
    return `| \`${path}\` | ${kind} | ${isRequired ? 'required' : shownDefault} | ${description} |`;
  });
  return ['| key | value | default | |', '|---|---|---|---|', ...rows, ''].join('\n');
}

function keysBelow({ properties = {}, required = [], items }: KeySchema, path: string): ConfigKey[] {
  const keys = Object.entries(properties).flatMap(([name, schema]) => {
    const below = path === '' ? name : `${path}.${name}`;
    return isSchema(schema)
      ? [keyOf(schema, below, required.includes(name)), ...keysBelow(schema, below)]
      : [];
  });
  return isSchema(items) ? [...keys, ...keysBelow(items, `${path}[]`)] : keys;
}

function keyOf(schema: KeySchema, path: string, isRequired: boolean): ConfigKey {
  const { default: value, description = '' } = schema;
  const isScalar = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  return { path, kind: kindOf(schema), isRequired, defaultValue: isScalar ? value : undefined, description };
}

function kindOf({ kind, items, properties, additionalProperties: values }: KeySchema): string {
  if (kind !== undefined) {
    return kind;
  }
  if (isSchema(items)) {
    return items.properties === undefined ? `a list, each item ${kindOf(items)}` : 'a list';
  }
  return properties === undefined && isSchema(values)
    ? `a mapping, each value ${kindOf(values)}`
    : 'a mapping';
}
