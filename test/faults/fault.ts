// One row of the fault table: what goes wrong, and what the agent must make of it.
import type { Misbehaviour, Operation } from './hostile-api.js';
import type { Rehearsal, Settings } from './rehearsal.js';

export interface Fault extends Misbehaviour {
  readonly what: string;
  /** Found in the error that the page, the JSON and the log show. */
  readonly says: RegExp;
  /** Requests that may reach the API while it lasts: the retries, and no more. */
  readonly requests?: Readonly<Partial<Record<Operation, number>>>;
  /** Settings of the node's project from the start. */
  readonly project?: Settings;
  /** Settings of the node's project while the fault lasts: an endpoint that is somewhere else, for instance. */
  readonly meanwhile?: (fleet: Rehearsal) => Promise<Settings> | Settings;
  /** A program without which it cannot be acted out. */
  readonly needs?: string;
  /** Nothing ends it but a limit: time is let pass up to it. */
  readonly hangs?: true;
  /** As RehearsalOptions has it. */
  readonly requestLimitMs?: number;
  /** How long after the collection it is over; a minute unless it says otherwise. */
  readonly lastsMs?: number;
  /** Further lines above the level of information that it is worth. */
  readonly moreLines?: number;
}
