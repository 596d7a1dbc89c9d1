// Which nodes there are: those that the configuration lists and those that discovery finds. Whoever shows or collects
// them is told of each change.
import type { Clock } from '../clock.js';
import type { Config } from '../config/config-schema.js';
import { Discovery } from '../discover/discovery.js';
import type { FoundNode } from '../discover/node-finder.js';
import { isInShard, type Shard } from '../discover/shard.js';
import type { Log } from '../log.js';
import type { AgentMetrics } from '../metrics/agent-metrics.js';
import type { DatabaseNode } from '../model/node.js';
import { capacityWarnings } from '../schedule/capacity.js';
import { shortestGapMs } from '../schedule/cron-expression.js';
import { finderOf } from './find-nodes.js';
import type { ProjectClients } from './project-clients.js';

export interface FleetOptions {
  readonly shard: Shard;
  readonly clients: ProjectClients;
  readonly metrics: AgentMetrics;
  readonly onChange: (nodes: readonly DatabaseNode[]) => void;
  readonly clock: Clock;
  readonly log: Log;
}

export class Fleet {
  readonly #options: FleetOptions;
  readonly #discovery: Discovery;
  #config: Config;
  #warned: readonly string[] = [];

  constructor(config: Config, options: FleetOptions) {
    const { clock, log, metrics } = options;
    this.#config = config;
    this.#options = options;
    this.#discovery = new Discovery({
      clock,
      log,
      onChange: () => this.#tell(),
      onSuccess: (project, found, at) => metrics.discovery(project, found, at),
    });
  }

  /** Whether discovery has tried every project. */
  get discovered(): boolean {
    return this.#discovery.tried;
  }

  /** Tells of the listed nodes at once; what is found of projects that stay is kept until they are searched again. */
  follow(config: Config): void {
    const { metrics, clients } = this.#options;
    this.#config = config;
    metrics.setProjects(config.projects.map(({ name }) => name));
    for (const { name, discovery } of config.projects) {
      if (!discovery.enabled) {
        metrics.endDiscovery(name);
      }
    }
    this.#discovery.setProjects(
      config.projects
        .filter(({ discovery }) => discovery.enabled)
        .map((project) => ({
          project: project.name,
          findNodes: finderOf(project, clients),
          refreshMs: project.discovery.refresh,
        })),
    );
    this.#tell();
  }

  stop(): void {
    this.#discovery.stop();
  }

  #tell(): void {
    const { shard, onChange, log } = this.#options;
    const nodes = fleetNodes(this.#config, shard, (project) => this.#discovery.nodesOf(project));
    onChange(nodes);
    const warnings = capacityOf(this.#config, nodes);
    for (const warning of warnings) {
      if (!this.#warned.includes(warning)) {
        log.warn(warning);
      }
    }
    this.#warned = warnings;
  }
}

// The nodes to collect: those that the configuration lists and those that discovery found; of both, our shard's.

/** A node both listed and found is as listed, and what the list does not say is as found. */
export function fleetNodes(
  config: Config,
  shard: Shard,
  foundIn: (project: string) => readonly FoundNode[] = () => [],
): DatabaseNode[] {
  const found = new Map<string, DatabaseNode>();
  for (const { name: project, region: cloudRegion } of config.projects) {
    for (const node of foundIn(project)) {
      const { labels } = config.metrics;
      const { schedule } = config.collection;
      // Two projects of the configuration can be one of the cloud: the first has the node.
      if (!found.has(node.nodeId)) {
        found.set(node.nodeId, { ...node, project, cloudRegion, labels, schedule });
      }
    }
  }

  const nodes = new Map(found);
  for (const project of config.projects) {
    for (const listed of project.nodes) {
      const known = found.get(listed.node_id);
      nodes.set(listed.node_id, {
        project: project.name,
        instanceId: listed.instance_id,
        nodeId: listed.node_id,
        name: listed.name ?? known?.name ?? '',
        instanceName: known?.instanceName ?? '',
        cloudRegion: project.region,
        role: known?.role ?? '',
        ...(known?.maxConnections === undefined ? {} : { maxConnections: known.maxConnections }),
        labels: { ...config.metrics.labels, ...listed.labels },
        schedule: listed.schedule ?? config.collection.schedule,
      });
    }
  }
  return [...nodes.values()].filter(({ nodeId }) => isInShard(nodeId, shard));
}

// Configuration → what of the nodes' schedules the projects' budgets of requests do not carry.

export function capacityOf(config: Config, nodes: readonly DatabaseNode[]): string[] {
  return config.projects.flatMap(({ name, api }) =>
    capacityWarnings(
      nodes.filter(({ project }) => project === name),
      (schedule) => shortestGapMs(schedule, config.collection.timezone),
      api.max_requests_per_second,
    ),
  );
}
