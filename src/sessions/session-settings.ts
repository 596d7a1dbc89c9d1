// What the configuration decides about reading session files, as plain values.
import type { HeaderNames } from './columns.js';
import type { Dimension } from './dimensions.js';

export interface DimensionSettings {
  readonly enabled: boolean;
  /** Values shown at most, `other` not counted. */
  readonly maxValues: number;
}

export interface SessionSettings {
  /** A label of the WHATWG Encoding Standard; a byte-order mark in the file wins over it. */
  readonly encoding: string;
  readonly columnNames: HeaderNames;
  readonly dimensions: Readonly<Record<Dimension, DimensionSettings>>;
  readonly stripPort: boolean;
  readonly slowSeconds: number;
  readonly longTransactionSeconds: number;
}
