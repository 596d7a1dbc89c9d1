// The documentation of every key, read from the schema itself, so that it cannot fall behind.
import { configSchema } from './config-schema.js';

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
  return keysBelow(configSchema({ directory: '/', env: {}, warn: () => {} }), '');
}

/** A Markdown table. */
export function configReference(): string {
  const rows = configKeys().map(({ path, kind, isRequired, defaultValue, description }) => {
    const shownDefault = defaultValue === undefined ? '' : `\`${defaultValue}\``;
    return `| \`${path}\` | ${kind} | ${isRequired ? 'required' : shownDefault} | ${description} |`;
  });
  return ['| key | value | default | |', '|---|---|---|---|', ...rows, ''].join('\n');
}

type Layer = Readonly<Record<string, unknown>>;

function keysBelow(schema: unknown, path: string): ConfigKey[] {
  const entries = find(schema, 'entries');
  const item = find(schema, 'item');
  if (isLayer(entries)) {
    return Object.entries(entries).flatMap(([name, entry]) => {
      const below = path === '' ? name : `${path}.${name}`;
      return [keyOf(entry, below), ...keysBelow(entry, below)];
    });
  }
  return item === undefined ? [] : keysBelow(item, `${path}[]`);
}

function keyOf(schema: unknown, path: string): ConfigKey {
  return {
    path,
    kind: kindOf(schema),
    isRequired: ![...layersOf(schema)].some(({ type }) => OPTIONAL.has(type)),
    defaultValue: scalarOf(find(schema, 'default')),
    description: String(find(schema, 'description') ?? ''),
  };
}

const OPTIONAL = new Set<unknown>(['optional', 'exact_optional', 'nullish']);

function kindOf(schema: unknown): string {
  const metadata = find(schema, 'metadata');
  if (isLayer(metadata)) {
    return String(metadata.kind);
  }
  const item = find(schema, 'item');
  if (item !== undefined) {
    return isLayer(find(item, 'entries')) ? 'a list' : `a list, each item ${kindOf(item)}`;
  }
  const value = find(schema, 'value');
  return value === undefined ? 'a mapping' : `a mapping, each value ${kindOf(value)}`;
}

function scalarOf(value: unknown): string | number | boolean | undefined {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? value
    : undefined;
}

/** The property of the outermost layer that has it. */
function find(schema: unknown, property: string): unknown {
  return [...layersOf(schema)].find((layer) => layer[property] !== undefined)?.[property];
}

/** A schema, what it wraps, and the actions piped after it; not its children. */
function* layersOf(schema: unknown): Generator<Layer> {
  if (isLayer(schema)) {
    yield schema;
    yield* layersOf(schema.wrapped);
    for (const action of Array.isArray(schema.pipe) ? schema.pipe : []) {
      yield* layersOf(action);
    }
  }
}

function isLayer(value: unknown): value is Layer {
  return typeof value === 'object' && value !== null;
}
