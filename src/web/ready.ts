// Readiness for /-/ready: whether every project has been discovered and every node collected once.
import type { NodeStatus } from '../collect/node-store.js';
import { counted } from '../visible-text.js';

export interface ReadinessOptions {
  readonly nodes: () => readonly NodeStatus[];
  /** Projects whose first discovery is waited for: until then the list of nodes is not complete. */
  readonly undiscovered: () => number;
  /** Whether the first collection of the node is waited for. */
  readonly isAwaited: (nodeId: string) => boolean;
}

export class Readiness {
  readonly #options: ReadinessOptions;
  #firstRoundDone = false;
  #stopping = false;

  constructor(options: ReadinessOptions) {
    this.#options = options;
  }

  /**
   * True once every node has been tried, and until `stop`: nodes and projects that are added later do not matter. Else what
   * it waits for, in numbers alone: the answer asks for no password.
   */
  check(): true | string {
    if (this.#stopping) {
      return 'the exporter is stopping';
    }
    const waitsFor = this.#firstRoundDone ? undefined : this.#waitsFor();
    this.#firstRoundDone = waitsFor === undefined;
    return waitsFor ?? true;
  }

  stop(): void {
    this.#stopping = true;
  }

  #waitsFor(): string | undefined {
    const { nodes, undiscovered, isAwaited } = this.#options;
    const projects = undiscovered();
    if (projects > 0) {
      return `waiting for the first discovery of ${counted(projects, 'project')}`;
    }
    const untried = nodes().filter(({ node, up }) => up === undefined && isAwaited(node.nodeId)).length;
    return untried > 0 ? `waiting for the first collection of ${counted(untried, 'node')}` : undefined;
  }
}
