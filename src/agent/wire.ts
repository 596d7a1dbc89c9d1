// The wiring: one configuration → a whole that collects and shows. The agent, the commands that collect once, the fault
// tests and the benchmarks use it; nothing else puts these parts together.
import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../clock.js';
import { type CollectionSettings, Collector } from '../collect/collector.js';
import { NodeStore } from '../collect/node-store.js';
import { Summary } from '../collect/summary.js';
import type { Config } from '../config/config-schema.js';
import { isInShard, type Shard } from '../discover/shard.js';
import { RecordStore } from '../incidents/store/record-store.js';
import { Incidents } from '../incidents/watch/incidents.js';
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
import { collectionSettings, incidentSettings, type OnFirstLine, schedulerSettings } from './settings.js';

/** How long a stop waits for records that are being written. */
const WRITING_GRACE_MS = 1_000;

/** The parts of a configuration that a reload puts in force. */
export type WiredConfig = Pick<
  Config,
  'projects' | 'collection' | 'csv' | 'statements' | 'metrics' | 'incidents'
>;

export interface Dependencies {
  readonly shard: Shard;
  readonly clock: Clock;
  readonly log: Log;
  /** Instead of the ECS's own address: for tests. */
  readonly metadataEndpoint?: string;
  readonly onFirstLine?: OnFirstLine;
  /** Asked for each answer; by default, texts are shown as on a terminal. */
  readonly statementTexts?: () => TextVisibility;
  /** Where people reach the exporter; empty where that is not known. */
  readonly externalUrl?: string;
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
  readonly incidents: Incidents;
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
  const { metrics, clients, collector, scheduler, fleet, incidents } = wiring;
  // All that can fail comes before the first change.
  const putClientsInForce = clients.prepare(config);

  putClientsInForce();
  metrics.setProjects(config.projects.map(({ name }) => name));
  collector.configure(collection);
  incidents.configure(incidentSettings(config));
  if (previous !== undefined && !isCountedAlike(config, previous.config)) {
    incidents.forgetValues();
  }
  // Before the slots: a collection that waits for one starts with its node as it is now.
  fleet.follow(config);
  scheduler.configure(scheduling);
  return wiring;
}

/** Collects on schedule, discovers, and tells the log how it goes, from now on. */
export function start({ fleet, scheduler, summary, incidents }: Wiring): void {
  void incidents.open();
  summary.start();
  scheduler.start();
  fleet.start();
}

/** Starts nothing more; gives running collections `graceMs` to end, and then what is not written yet a moment. */
export async function stop({ fleet, scheduler, summary, incidents }: Wiring, graceMs: number): Promise<void> {
  fleet.stop();
  await scheduler.stop(graceMs);
  summary.stop();
  await incidents.close(WRITING_GRACE_MS);
}

/** Whether what one counts can be compared with what the other does. */
function isCountedAlike(a: WiredConfig, b: WiredConfig): boolean {
  const counting = ({ csv, metrics, collection, statements }: WiredConfig) => [
    csv,
    metrics.dimensions,
    collection.filter,
    statements,
  ];
  return isDeepStrictEqual(counting(a), counting(b));
}

function assemble(
  config: WiredConfig,
  collection: CollectionSettings,
  scheduling: SchedulerSettings,
  dependencies: Dependencies,
): Omit<Wiring, 'config'> {
  const { shard, clock, log } = dependencies;
  const { statementTexts = () => textVisibility(config.statements.mode, true), externalUrl = '' } =
    dependencies;
  const metrics = new AgentMetrics(buildInfo());
  metrics.setExternalUrl(externalUrl);
  const store = new NodeStore(() => exposition.noteChange());
  const incidentsNow = incidentSettings(config);
  const records = new RecordStore({
    settings: incidentsNow.store,
    clock,
    log,
    onError: () => metrics.incidentStoreError(),
  });
  const incidents = new Incidents(
    {
      records,
      publish: (nodeId, status) => store.update(nodeId, () => ({ incidents: status })),
      isOurs: (nodeId) => isInShard(nodeId, shard),
      clock,
      log,
    },
    incidentsNow,
  );
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
    {
      apiOf: ({ project }) => clients.of(project),
      store,
      clock,
      log,
      observer: summary,
      onSnapshot: (node, { snapshot, details }, at) => incidents.observe({ node, at, snapshot, details }),
    },
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
        incidents.setNodes(nodes);
        scheduler.setNodes(nodes);
      },
      onKnown: (areAllKnown) => incidents.setComplete(areAllKnown),
      clock,
      log,
    },
    config,
  );
  return {
    store,
    metrics,
    clients,
    collector,
    scheduler,
    fleet,
    incidents,
    exposition,
    summary,
    statementTexts,
  };
}
