// Readiness for /-/ready: whether every node has been collected once.
import type { NodeStatus } from '../collect/node-store.js';

export interface ReadinessOptions {
  readonly nodes: () => readonly NodeStatus[];
  /** Whether every discovery has been tried once, so that the list of nodes is complete. */
  readonly discovered: () => boolean;
}

export class Readiness {
  readonly #options: ReadinessOptions;
  #firstRoundDone = false;
  #stopping = false;

  constructor(options: ReadinessOptions) {
    this.#options = options;
  }

  /** True once every node has been tried, and until `stop`: nodes that are added later do not matter. */
  isReady(): boolean {
    const { nodes, discovered } = this.#options;
    this.#firstRoundDone ||= discovered() && nodes().every(({ up }) => up !== undefined);
    return this.#firstRoundDone && !this.#stopping;
  }

  stop(): void {
    this.#stopping = true;
  }
}
