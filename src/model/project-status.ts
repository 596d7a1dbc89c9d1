// What is known of a project as a whole: how many nodes it has, and how its discovery goes.
import type { Moment } from '../clock.js';
import type { LastFailure } from './failure.js';

export interface ProjectStatus {
  readonly name: string;
  /** Nodes of the project that this process collects. */
  readonly nodes: number;
  /** Those of all shards together; a node that two projects have is of one of them. */
  readonly nodesOfAllShards: number;
  /** Undefined where the project has none. */
  readonly discovery: DiscoveryStatus | undefined;
}

export interface DiscoveryStatus {
  /** Whether the last search read the project in full; undefined until the first has ended. */
  readonly up: boolean | undefined;
  readonly lastSuccessAt: Moment | undefined;
  /** Nodes that the last success found, whichever process collects them; undefined before the first. */
  readonly found?: number | undefined;
  /** What the last success saw, and why none of it is collected; undefined where it found nodes. */
  readonly whyNone?: string | undefined;
  /** Of the last search; undefined after a success. */
  readonly lastError: LastFailure | undefined;
}
