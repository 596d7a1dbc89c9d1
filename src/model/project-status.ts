// What is known of a project as a whole: how many nodes it has, and how its discovery goes.
import type { Moment } from '../clock.js';
import type { LastFailure } from './failure.js';

export interface ProjectStatus {
  readonly name: string;
  /** Nodes of the project that this process collects. */
  readonly nodes: number;
  /** Undefined where the project has none. */
  readonly discovery: DiscoveryStatus | undefined;
}

export interface DiscoveryStatus {
  /** Whether the last search read the project in full; undefined until the first has ended. */
  readonly up: boolean | undefined;
  readonly lastSuccessAt: Moment | undefined;
  /** Nodes that the last success found, whichever process collects them; undefined before the first. */
  readonly found?: number | undefined;
  /** Of the last search; undefined after a success. */
  readonly lastError: LastFailure | undefined;
}
