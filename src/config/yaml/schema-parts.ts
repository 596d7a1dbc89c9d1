// What a schema of valibot's knows of a place in a file: its keys, and what is secret there.
import { isObject } from '../../json.js';

/** The schemas and actions of one value, without the pipes and the wrappers around them. */
export type SchemaParts = readonly Readonly<Record<string, unknown>>[];

export function partsOf(schema: unknown): SchemaParts {
  if (!isObject(schema)) {
    return [];
  }
  if (Array.isArray(schema.pipe)) {
    return schema.pipe.flatMap(partsOf);
  }
  return 'wrapped' in schema ? partsOf(schema.wrapped) : [schema];
}

export interface PartsBelow {
  readonly parts: SchemaParts;
  /** A mapping whose keys the user chooses. */
  readonly isNamedByUser: boolean;
}

/** Undefined where the schema knows no such key. */
export function partsBelow(parts: SchemaParts, key: string | number): PartsBelow | undefined {
  for (const { type, entries, item, value } of parts) {
    if (typeof key === 'number' && item !== undefined) {
      return { parts: partsOf(item), isNamedByUser: false };
    }
    if (isObject(entries) && Object.hasOwn(entries, key)) {
      return { parts: partsOf(entries[key]), isNamedByUser: false };
    }
    if (type === 'record' && typeof key === 'string') {
      return { parts: partsOf(value), isNamedByUser: true };
    }
  }
  return undefined;
}

/** The keys of the mapping that the schema takes, if it takes one with keys of its own. */
export function keysOf(parts: SchemaParts): string[] {
  return parts.flatMap(({ entries }) => (isObject(entries) ? Object.keys(entries) : []));
}

/** Those of the mappings below, too. */
export function allKeysOf(parts: SchemaParts): string[] {
  const below = parts.flatMap(({ entries, item, value, type }) => [
    ...(isObject(entries) ? Object.values(entries) : []),
    item,
    ...(type === 'record' ? [value] : []),
  ]);
  return [...new Set([...keysOf(parts), ...below.flatMap((schema) => allKeysOf(partsOf(schema)))])];
}

/** Whether a mapping or a list belongs there. */
export function isStructure(parts: SchemaParts): boolean {
  return parts.some(
    ({ type, entries, item }) => type === 'record' || entries !== undefined || item !== undefined,
  );
}

/** Texts that belong there and are no secret, such as names of regions. Set as `known` in the metadata. */
export function knownTextsOf(parts: SchemaParts): string[] {
  return parts.flatMap(({ metadata }) =>
    isObject(metadata) && Array.isArray(metadata.known) ? metadata.known.map(String) : [],
  );
}

/** What of a text there is the secret; undefined where nothing is. Set by `secretPart` in the metadata. */
export function secretPartOf(parts: SchemaParts): RegExp | undefined {
  const marks = parts.map(({ metadata }) => (isObject(metadata) ? metadata.secretPart : undefined));
  return marks.find((mark) => mark instanceof RegExp);
}
