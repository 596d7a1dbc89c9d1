// Incidents of a node as everybody speaks of them: their kinds, and how the node stands.
import type { EpochMs } from '../clock.js';

/** In the order in which a record names them; the first of a record says what it follows. */
export const INCIDENT_KINDS = [
  'spike',
  'active_spike',
  'saturation',
  'lock_waiting',
  'long_transaction',
  'long_query',
  'manual',
] as const;
export type IncidentKind = (typeof INCIDENT_KINDS)[number];

/** What a node usually has at this time; absent where it is not known. */
export interface Usual {
  readonly sessions?: number;
  readonly active?: number;
}

/** Of one node. */
export interface IncidentStatus {
  /** For the next collection, as for the last one but for a minute. */
  readonly usual: Usual;
  /** Begun since the process started; a record of several kinds counts for each. */
  readonly begun: Readonly<Record<IncidentKind, number>>;
  /** The one that lasts. */
  readonly active: { readonly id: string; readonly kinds: readonly IncidentKind[] } | undefined;
  /** When the last one began that has a record, here or in the directory: the number in its id. */
  readonly lastStartedAt: EpochMs | undefined;
  /** Not recorded, as the node had its share of the day. */
  readonly suppressed: number;
}

/** A record's id: whole seconds, so that the metrics can say it. */
export function incidentId(nodeId: string, startedAt: EpochMs): string {
  return `${nodeId}-${incidentSeconds(startedAt)}`;
}

/** Such instants make the same id. */
export function isSameSecond(a: EpochMs, b: EpochMs): boolean {
  return incidentSeconds(a) === incidentSeconds(b);
}

export function incidentSeconds(startedAt: EpochMs): number {
  return Math.floor(startedAt / 1000);
}
