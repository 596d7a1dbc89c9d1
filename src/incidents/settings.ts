// What the configuration says of incidents: durations in milliseconds, sizes in bytes.

/** More than usual by the largest of the three: sessions, a share of what is usual, and so many times the last hour's MAD. */
export interface SpikeSettings {
  readonly minGrowth: number;
  readonly ratio: number;
  readonly deviations: number;
}

/** As many are remembered of each node. */
export const MAX_PER_DAY = 100;

/** When incidents begin and end. A threshold of 0 switches its kind off. */
export interface TriggerSettings {
  /** Collections in a row for which a condition must hold, or not hold for the end. */
  readonly hold: number;
  readonly cooldownMs: number;
  /** Of each node, in any 24 hours; at most MAX_PER_DAY. */
  readonly maxPerDay: number;
  readonly spike: SpikeSettings;
  /** Sessions. */
  readonly lockWaiting: number;
  readonly longQueryMs: number;
  readonly longTransactionMs: number;
  /** Share of max_connections. */
  readonly saturation: number;
}

/** As many can be kept. */
export const MAX_RECORDS = 100_000;

/** Which records are kept, and where. */
export interface StoreSettings {
  /** Absolute; empty: in memory, and gone at the end of the process. */
  readonly directory: string;
  readonly maxRecords: number;
  readonly maxBytes: number;
  readonly maxAgeMs: number;
}

export interface IncidentSettings {
  readonly enabled: boolean;
  readonly triggers: TriggerSettings;
  readonly store: StoreSettings;
}
