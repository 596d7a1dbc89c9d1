// The wiring asked once instead of on a schedule: for the commands that discover and collect, print, and end.
import { momentOf } from '../clock.js';
import type { NodeStatus } from '../collect/node-store.js';
import { NEVER_DISCOVERED, statusAfter } from '../discover/discovery.js';
import type { DiscoveredNode } from '../discover/discovery-api.js';
import { KnownNodes } from '../discover/known-nodes.js';
import { WHOLE_FLEET } from '../discover/shard.js';
import { startDeadline } from '../model/deadline.js';
import { type CollectionError, explainFailure } from '../model/failure.js';
import type { DatabaseNode } from '../model/node.js';
import type { OddRecords } from '../model/odd-records.js';
import type { DiscoveryStatus, ProjectStatus } from '../model/project-status.js';
import { ConcurrencyLimit } from '../schedule/concurrency-limit.js';
import { fleetNodes, projectStatuses, selectionOf } from './fleet.js';
import { type Dependencies, type WiredConfig, type Wiring, wire } from './wire.js';

/** Enough for thousands of instances within a project's budget of requests. */
const DISCOVERY_TIMEOUT_MS = 600_000;

export interface DiscoveryResult {
  readonly nodes: readonly DiscoveredNode[];
  /** Where there are any, nodes may be missing. */
  readonly failures: readonly CollectionError[];
  /** What was left out. */
  readonly odd: OddRecords;
  readonly status: DiscoveryStatus;
}

export class OneShot {
  readonly wiring: Wiring;
  readonly #dependencies: Dependencies;
  readonly #signal: AbortSignal;

  /** The signal ends what is under way. */
  constructor(config: WiredConfig, dependencies: Dependencies, signal: AbortSignal) {
    this.#dependencies = dependencies;
    this.#signal = signal;
    // A snapshot never becomes too old to be printed.
    const collection = { ...config.collection, stale_after: Number.POSITIVE_INFINITY };
    const incidents = { ...config.incidents, enabled: false };
    this.wiring = wire({ ...config, collection, incidents }, dependencies);
  }

  /** One discovery of each of these projects, by default of those that are to be discovered; by name. What could not be read is a failure. */
  async discover(
    projects: WiredConfig['projects'] = this.wiring.config.projects.filter(
      ({ discovery }) => discovery.enabled,
    ),
  ): Promise<ReadonlyMap<string, DiscoveryResult>> {
    const discoveries = projects.map(async ({ name, discovery }): Promise<[string, DiscoveryResult]> => {
      const deadline = startDeadline(this.#dependencies.clock, DISCOVERY_TIMEOUT_MS, this.#signal);
      const known = new KnownNodes();
      const end = await this.wiring.clients
        .of(name)
        .discoverNodes(selectionOf(discovery), known, deadline)
        .then(
          (result) => {
            known.end(result);
            return result;
          },
          (error: unknown) => ({ failures: [explainFailure(error)] }),
        )
        .finally(() => deadline.clear());
      const { nodes, odd } = known.summary();
      const now = momentOf(this.#dependencies.clock);
      const status = statusAfter(NEVER_DISCOVERED, end, nodes.length, now);
      return [name, { nodes, odd, failures: end.failures, status }];
    });
    return new Map(await Promise.all(discoveries));
  }

  /** Our shard's nodes, of the list and of these discoveries. */
  nodes(discovered: ReadonlyMap<string, DiscoveryResult>): DatabaseNode[] {
    const { shard } = this.#dependencies;
    return fleetNodes(this.wiring.config, shard, (project) => discovered.get(project)?.nodes ?? []);
  }

  /** Each project of the configuration after these discoveries, with its share of these nodes. */
  projects(
    discovered: ReadonlyMap<string, DiscoveryResult>,
    nodes: readonly DatabaseNode[],
  ): readonly ProjectStatus[] {
    const { config } = this.wiring;
    const all = fleetNodes(config, WHOLE_FLEET, (project) => discovered.get(project)?.nodes ?? []);
    return projectStatuses(config, nodes, all, (project) => discovered.get(project)?.status);
  }

  /** One collection of each of these nodes. `onEnd` is called as each ends. */
  async collect(nodes: readonly DatabaseNode[], onEnd = () => {}): Promise<readonly NodeStatus[]> {
    const { store, collector, config } = this.wiring;
    store.setNodes(nodes);
    const limit = new ConcurrencyLimit(config.collection.max_concurrent);
    for (const node of nodes) {
      limit.enqueue(async () => {
        await collector.collect(node, this.#signal);
        onEnd();
      });
    }
    await limit.idle();
    return store.list();
  }

  /** Frees the connections. */
  async close(): Promise<void> {
    await this.wiring.clients.close();
  }
}
