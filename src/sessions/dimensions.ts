// What sessions are counted by, one row a dimension: its column, its configuration keys, its metric and its section of
// the page all come from here.
import type { ColumnName } from './columns.js';

interface Row {
  /** The key below `metrics.dimensions`, and the end of the metric's name. */
  readonly name: string;
  /** Not the SQL, whose literals must not become labels, nor the id, which no two sessions share. */
  readonly column: Exclude<ColumnName, 'info' | 'id'>;
  /** The label of the metric that holds the value; qualified where Prometheus or a user would use the plain word. */
  readonly label: string;
  /** Of its section on the page. */
  readonly title: string;
  /** What its values are called. */
  readonly plural: string;
  /** Values shown at most, where the configuration does not say. */
  readonly defaultMax: number;
  readonly enabledByDefault: boolean;
}

/** In the order in which they are published and shown. */
export const DIMENSIONS = [
  {
    name: 'state',
    column: 'state',
    label: 'state',
    title: 'By state',
    plural: 'states',
    defaultMax: 50,
    enabledByDefault: true,
  },
  {
    name: 'user',
    column: 'user',
    label: 'user',
    title: 'By user',
    plural: 'users',
    defaultMax: 100,
    enabledByDefault: true,
  },
  {
    name: 'host',
    column: 'host',
    label: 'client_host',
    title: 'By client host',
    plural: 'client hosts',
    defaultMax: 100,
    enabledByDefault: true,
  },
  {
    name: 'database',
    column: 'db',
    label: 'database',
    title: 'By database',
    plural: 'databases',
    defaultMax: 100,
    enabledByDefault: true,
  },
  {
    name: 'command',
    column: 'command',
    label: 'command',
    title: 'By command',
    plural: 'commands',
    defaultMax: 20,
    enabledByDefault: true,
  },
] as const satisfies readonly Row[];

export type Dimension = (typeof DIMENSIONS)[number]['name'];
export type DimensionRow = Row & { readonly name: Dimension };

/** An object with an entry for each dimension, made of its row. */
export function byDimension<T>(entryOf: (row: DimensionRow) => T): Readonly<Record<Dimension, T>> {
  // One entry was made for each name that there is.
  return Object.fromEntries(DIMENSIONS.map((row) => [row.name, entryOf(row)])) as Record<Dimension, T>;
}
