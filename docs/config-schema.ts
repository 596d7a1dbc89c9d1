// The JSON Schema of the configuration, made from the schema that the program itself reads it with: for editors, and
// for the reference.
import { type JsonSchema, type OverrideSchemaContext, toJsonSchema } from '@valibot/to-json-schema';
import { configSchema } from '../src/config/config-schema.js';

/** With what a key takes in words, `a duration from 1s to 1h`, where JSON Schema has no word for it. */
export interface KeySchema extends JsonSchema {
  readonly kind?: string;
}

export function keySchema(): KeySchema {
  const dependencies = { directory: '/', env: {}, warn: () => {} };
  return toJsonSchema(configSchema(dependencies), { errorMode: 'ignore', overrideSchema });
}

/** A section that may be left empty is the section, not a choice of two. */
function overrideSchema({ valibotSchema, jsonSchema }: OverrideSchemaContext): JsonSchema | undefined {
  const [section, nothing] = jsonSchema.anyOf ?? [];
  if (!['nullish', 'nullable'].includes(valibotSchema.type) || !isSchema(section) || !isSchema(nothing)) {
    return undefined;
  }
  const types = [section.type, nothing.type].flatMap((type) => type ?? []);
  return { ...section, type: types };
}

/** config.schema.json. What only the program can check, an editor is told in words. */
export function editorSchema(): JsonSchema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Configuration of taurusdb-session-exporter',
    ...forEditors(keySchema()),
  };
}

/** A value may also be, or hold, a variable of the environment. */
const VARIABLE = { type: 'string', pattern: '\\$\\{' } as const;

function forEditors({
  kind,
  required = [],
  enum: options,
  items,
  properties,
  ...schema
}: KeySchema): JsonSchema {
  const { description, type, default: value, minItems, additionalProperties: values } = schema;
  const expected = kind === undefined ? '' : `\n\nExpected: ${kind}`;
  return {
    description: description && `${description}${expected}`,
    ...(options === undefined ? { type } : { anyOf: [{ enum: options }, VARIABLE] }),
    default: value,
    minItems,
    required: required.length === 0 ? undefined : required,
    items: isSchema(items) ? forEditors(items) : undefined,
    properties: properties && Object.fromEntries(Object.entries(properties).map(propertyForEditors)),
    additionalProperties: isSchema(values) ? forEditors(values) : properties && false,
  };
}

function propertyForEditors([key, schema]: [string, JsonSchema | boolean]): [string, JsonSchema | boolean] {
  return [key, isSchema(schema) ? forEditors(schema) : schema];
}

export function isSchema(value: unknown): value is KeySchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
