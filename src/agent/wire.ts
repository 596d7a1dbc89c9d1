// The wiring: one configuration → a whole that collects and shows. The agent, the commands that collect once, the fault
// tests and the benchmarks use it; nothing else puts these parts together.
import type { Clock } from '../clock.js';
import { type CollectionSettings, Collector } from '../collect/collector.js';
import { NodeStore } from '../collect/node-store.js';
import { Summary } from '../collect/summary.js';
import type { Config } from '../config/config-schema.js';
import type { Shard } from '../discover/shard.js';
import type { Log } from '../log.js';
import { AgentMetrics } from '../metrics/agent-metrics.js';
import { Exposition } from '../metrics/exposition.js';
import { observers } from '../model/api-observer.js';
import { nextRuns } from '../schedule/next-runs.js';
import { Scheduler, type SchedulerSettings } from '../schedule/scheduler.js';
import { type TextVisibility, textVisibility } from '../statements/text-visibility.js';
import { buildInfo } from './build-info.js';
import { Fleet } from './fleet.js';
import { ProjectClients } from './project-clients.js';
import { collectionSettings, type OnFirstLine, schedulerSettings } from './settings.js';

/** The parts of a configuration that a reload puts in force. */
export type WiredConfig = Pick<Config, 'projects' | 'collection' | 'csv' | 'statements' | 'metrics'>;

export interface Dependencies {
  readonly shard: Shard;
  readonly clock: Clock;
  readonly log: Log;
  /** Instead of the ECS's own address: for tests. */
  readonly metadataEndpoint?: string;
  readonly onFirstLine?: OnFirstLine;
  /** Asked for each answer; by default, texts are shown as on a terminal. */
  readonly statementTexts?: () => TextVisibility;
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
  readonly summary: Summary;
  readonly statementTexts: () => TextVisibility;
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

/** Collects on schedule, discovers, and tells the log how it goes, from now on. */
export function start({ fleet, scheduler, summary }: Wiring): void {
  summary.start();
  scheduler.start();
  fleet.start();
}

/** Starts nothing more; gives running collections `graceMs` to end. */
export async function stop({ fleet, scheduler, summary }: Wiring, graceMs: number): Promise<void> {
  fleet.stop();
  await scheduler.stop(graceMs);
  summary.stop();
}

function assemble(
  config: WiredConfig,
  collection: CollectionSettings,
  scheduling: SchedulerSettings,
  dependencies: Dependencies,
): Omit<Wiring, 'config'> {
  const { shard, clock, log } = dependencies;
  const { statementTexts = () => textVisibility(config.statements.mode, true) } = dependencies;
  const metrics = new AgentMetrics(buildInfo());
  const store = new NodeStore(() => exposition.noteChange());
  const summary = new Summary({ nodes: () => store.list(), clock, log });
  const clients = new ProjectClients({ ...dependencies, observer: observers(metrics, summary) });
  const exposition = new Exposition({
    nodes: () => store.list(),
    agentText: (format) => {
      metrics.setBudgets(clients.budgets());
      metrics.setStatuses(fleet.projects());
      return metrics.text(format);
    },
    showsTexts: () => statementTexts() === 'shown',
    clock,
  });
  const collector = new Collector(
    { apiOf: ({ project }) => clients.of(project), store, clock, log, observer: summary },
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
  return { store, metrics, clients, collector, scheduler, fleet, exposition, summary, statementTexts };
}
