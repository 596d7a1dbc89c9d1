// The wiring: one configuration → a whole that collects and shows. The agent, the commands that collect once, the fault
// tests and the benchmarks use it; nothing else puts these parts together.
import type { Clock } from '../clock.js';
import { type CollectionSettings, Collector } from '../collect/collector.js';
import { NodeStore } from '../collect/node-store.js';
import type { Config } from '../config/config-schema.js';
import type { Shard } from '../discover/shard.js';
import type { Log } from '../log.js';
import { AgentMetrics } from '../metrics/agent-metrics.js';
import { Exposition } from '../metrics/exposition.js';
import { nextRuns } from '../schedule/next-runs.js';
import { Scheduler, type SchedulerSettings } from '../schedule/scheduler.js';
import { buildInfo } from './build-info.js';
import { Fleet } from './fleet.js';
import { ProjectClients } from './project-clients.js';
import { collectionSettings, type OnFirstLine, schedulerSettings } from './settings.js';

/** The parts of a configuration that a reload puts in force. */
export type WiredConfig = Pick<Config, 'projects' | 'collection' | 'csv' | 'metrics'>;

export interface Dependencies {
  readonly shard: Shard;
  readonly clock: Clock;
  readonly log: Log;
  /** Instead of the ECS's own address: for tests. */
  readonly metadataEndpoint?: string;
  readonly onFirstLine?: OnFirstLine;
}

/** Lives as long as the process: a reload changes what the parts work with, not the parts. */
export interface Wiring {
  /** In force now. */
  readonly config: WiredConfig;
  readonly store: NodeStore;
  readonly metrics: AgentMetrics;
  readonly clients: ProjectClients;
  readonly collector: Collector;
  readonly scheduler: Scheduler;
  readonly fleet: Fleet;
  readonly exposition: Exposition;
}

/**
 * Puts a configuration in force: on new parts, or on those of `previous`. Nodes and projects that stay keep what is known
 * of them and their running collections, those that are gone go with all their series. Throws, and then has changed
 * nothing, where the configuration cannot be put in force. Nothing is asked of the API before `start`.
 */
export function wire(config: WiredConfig, dependencies: Dependencies, previous?: Wiring): Wiring {
  const collection = collectionSettings(config, dependencies.onFirstLine);
  const scheduling = schedulerSettings(config.collection);
  const wiring = { ...(previous ?? assemble(config, collection, scheduling, dependencies)), config };
  const { metrics, clients, collector, scheduler, fleet } = wiring;
  // All that can fail comes before the first change.
  const putClientsInForce = clients.prepare(config);

  putClientsInForce();
  metrics.setProjects(config.projects.map(({ name }) => name));
  collector.configure(collection);
  // Before the slots: a collection that waits for one starts with its node as it is now.
  fleet.follow(config);
  scheduler.configure(scheduling);
  return wiring;
}

/** Collects on schedule, and discovers, from now on. */
export function start({ fleet, scheduler }: Wiring): void {
  scheduler.start();
  fleet.start();
}

/** Starts nothing more; gives running collections `graceMs` to end. */
export async function stop({ fleet, scheduler }: Wiring, graceMs: number): Promise<void> {
  fleet.stop();
  await scheduler.stop(graceMs);
}

function assemble(
  config: WiredConfig,
  collection: CollectionSettings,
  scheduling: SchedulerSettings,
  dependencies: Dependencies,
): Omit<Wiring, 'config'> {
  const { shard, clock, log } = dependencies;
  const metrics = new AgentMetrics(buildInfo());
  const clients = new ProjectClients({ ...dependencies, observer: metrics });
  const store = new NodeStore(() => exposition.noteChange());
  const exposition = new Exposition({
    nodes: () => store.list(),
    agentText: (format) => {
      metrics.setBudgets(clients.budgets());
      metrics.setStatuses(fleet.projects());
      return metrics.text(format);
    },
    clock,
  });
  const collector = new Collector(
    { apiOf: ({ project }) => clients.of(project), store, clock, log },
    collection,
  );
  const scheduler = new Scheduler({ clock, collector, nextRuns }, scheduling);
  const fleet = new Fleet(
    {
      shard,
      clients,
      metrics,
      onChange: (nodes) => {
        store.setNodes(nodes);
        collector.nodesChanged();
        scheduler.setNodes(nodes);
      },
      clock,
      log,
    },
    config,
  );
  return { store, metrics, clients, collector, scheduler, fleet, exposition };
}
