// Whether the agent has done its first round: what /-/ready tells.
import type { NodeStatus } from '../collect/node-store.js';

export interface ReadinessOptions {
  readonly nodes: () => readonly NodeStatus[];
  /** Whether every discovery has been tried once, so that the list of nodes is what it will be. */
  readonly discovered: () => boolean;
}

export class Readiness {
  readonly #options: ReadinessOptions;
  #firstRoundDone = false;
  #stopping = false;

  constructor(options: ReadinessOptions) {
    this.#options = options;
  }

  /** True once every node has been tried; nodes that appear later do not take it back, only `stop` does. */
  isReady(): boolean {
    const { nodes, discovered } = this.#options;
    this.#firstRoundDone ||= discovered() && nodes().every(({ up }) => up !== undefined);
    return this.#firstRoundDone && !this.#stopping;
  }

  stop(): void {
    this.#stopping = true;
  }
}
