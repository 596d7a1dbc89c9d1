// What an agent that has just started waits for before it is ready: the first discovery of its projects, and the first
// collection of the nodes that are listed or were found meanwhile.
import { type Clock, elapsedMs } from '../clock.js';
import type { Config } from '../config/config-schema.js';
import type { DatabaseNode } from '../model/node.js';
import type { ProjectStatus } from '../model/project-status.js';

/** Whoever waits for longer learns no more by waiting: from then on an alert tells. */
const DISCOVERY_AWAITED_MS = 300_000;

export class FirstRound {
  readonly #isOver: () => boolean;
  #nodeIds: ReadonlySet<string> = new Set();
  #undiscovered = 0;

  constructor(clock: Clock) {
    const startedAt = clock.monotonic();
    this.#isOver = () => elapsedMs(startedAt, clock.monotonic()) >= DISCOVERY_AWAITED_MS;
  }

  /** Projects whose first discovery is still waited for. */
  get undiscovered(): number {
    return this.#isOver() ? 0 : this.#undiscovered;
  }

  /** Whether the first collection of the node is waited for: not where it came late. */
  isAwaited(nodeId: string): boolean {
    return this.#nodeIds.has(nodeId);
  }

  /** To be told of each change; the statuses are in the order of the projects. */
  follow(
    projects: Config['projects'],
    statuses: readonly ProjectStatus[],
    nodes: readonly DatabaseNode[],
  ): void {
    if (this.#isOver()) {
      return;
    }
    this.#nodeIds = new Set(nodes.map(({ nodeId }) => nodeId));
    this.#undiscovered = statuses.filter(({ discovery }, index) => {
      const hasListed = (projects[index]?.nodes.length ?? 0) > 0;
      // With listed nodes a project has something to show, whatever came of its first discovery.
      return discovery !== undefined && (hasListed ? discovery.up : discovery.lastSuccessAt) === undefined;
    }).length;
  }
}
