// The ports through which records are read and asked for; the store and the incidents of the fleet fill them.
import type { IncidentRecord, IncidentSummary } from './record.js';

/** What pages, API and commands read. */
export interface Records {
  /** Those that are kept, the newest first; the same array until something changes. */
  list(): readonly IncidentSummary[];
  /** Undefined where there is none of this id, whatever the id is. Never rejects. */
  get(id: string): Promise<IncidentRecord | undefined>;
}

/** Of a node that was asked to be recorded by hand. */
export type ManualResult =
  | { readonly record: IncidentRecord }
  | { readonly refused: 'unknown node' | 'no snapshot' };

/** What the HTTP server works with. */
export interface IncidentRecords extends Records {
  /** Records the node's last snapshot. Rejects where that cannot be done for another reason than it says. */
  record(nodeId: string): Promise<ManualResult> | ManualResult;
}
