// Which nodes there are: those that the configuration lists and those that discovery finds.
import type { Clock } from '../clock.js';
import type { Config } from '../config/config-schema.js';
import { Discovery } from '../discover/discovery.js';
import type { DiscoveredNode } from '../discover/discovery-api.js';
import { isInShard, type Shard, WHOLE_FLEET } from '../discover/shard.js';
import type { Log } from '../log.js';
import type { AgentMetrics } from '../metrics/agent-metrics.js';
import type { DatabaseNode } from '../model/node.js';
import type { DiscoveryStatus, ProjectStatus } from '../model/project-status.js';
import { RepeatedLines } from '../repeated-lines.js';
import { type CapacityWarning, capacityWarnings } from '../schedule/capacity.js';
import { shortestGapMs } from '../schedule/next-runs.js';
import type { NodeSelection } from '../taurusdb/selection.js';
import { FirstRound } from './first-round.js';
import { cloudProjectOf, type ProjectClients } from './project-clients.js';

/** The parts of the configuration that say which nodes there are. */
export type FleetConfig = Pick<Config, 'projects' | 'collection' | 'metrics'>;
type ProjectConfig = FleetConfig['projects'][number];

export interface FleetOptions {
  readonly shard: Shard;
  readonly clients: ProjectClients;
  readonly metrics: AgentMetrics;
  /** Called with all nodes at each change. */
  readonly onChange: (nodes: readonly DatabaseNode[]) => void;
  /** Called with whether those are all that there are: each project was read in full. */
  readonly onKnown?: (areAllKnown: boolean) => void;
  readonly clock: Clock;
  readonly log: Log;
}

const CAPACITY = 'capacity';

export class Fleet {
  readonly firstRound: FirstRound;
  readonly #options: FleetOptions;
  readonly #discovery: Discovery;
  #config: FleetConfig;
  #isStarted = false;
  /** As `follow` or discovery said last. */
  #nodes: readonly DatabaseNode[] = [];
  /** Of all shards. */
  #allNodes: readonly DatabaseNode[] = [];
  #projects: readonly ProjectStatus[] | undefined;
  /** Of the projects' budgets, by project: another one is told at once. */
  #warnings: ReadonlyMap<string, string> = new Map();
  /** By project. */
  readonly #lines: RepeatedLines;

  constructor(options: FleetOptions, config: FleetConfig) {
    const { clock, log, metrics } = options;
    this.firstRound = new FirstRound(clock);
    this.#options = options;
    this.#config = config;
    this.#lines = new RepeatedLines(log, clock);
    this.#discovery = new Discovery({
      clock,
      log,
      onChange: () => this.#publish(),
      // Not while a search goes on: each node that it finds makes another warning.
      onSettled: () => this.#warn(),
      onEnd: (project, { lastError }) => {
        this.#noteChange();
        this.#tellKnown();
        if (lastError !== undefined) {
          metrics.discoveryFailed(project, lastError.reason);
        }
      },
    });
  }

  /** Every project of the configuration, in its order; the same array until something changes. */
  projects(): readonly ProjectStatus[] {
    this.#projects ??= projectStatuses(this.#config, this.#nodes, this.#allNodes, (project) =>
      this.#discovery.statusOf(project),
    );
    return this.#projects;
  }

  /** Discovers nothing and warns of nothing before. */
  start(): void {
    this.#isStarted = true;
    this.#warn();
    this.#discovery.start();
  }

  /** The listed nodes change at once; the discovered ones of projects that stay are kept until the next discovery. */
  follow(config: FleetConfig): void {
    const { metrics, clients } = this.#options;
    this.#config = config;
    this.#lines.keepOnly((project) => config.projects.some(({ name }) => name === project));
    const discovered = config.projects.filter(({ discovery }) => discovery.enabled);
    metrics.setDiscovered(discovered.map(({ name }) => name));
    this.#discovery.setProjects(
      discovered.map((project) => {
        const { name, discovery } = project;
        const selection = selectionOf(discovery);
        return {
          cloud: cloudProjectOf(project),
          source: clients.of(name),
          selection,
          discoverNodes: (search, deadline) => clients.of(name).discoverNodes(selection, search, deadline),
          refreshMs: discovery.refresh,
        };
      }),
    );
    this.#publish();
    if (this.#isStarted) {
      this.#warn();
    }
  }

  stop(): void {
    this.#discovery.stop();
  }

  #publish(): void {
    const { shard, onChange } = this.#options;
    this.#allNodes = fleetNodes(this.#config, WHOLE_FLEET, (project) => this.#discovery.nodesOf(project));
    this.#nodes = this.#allNodes.filter(({ nodeId }) => isInShard(nodeId, shard));
    this.#noteChange();
    onChange(this.#nodes);
    this.#tellKnown();
  }

  #tellKnown(): void {
    const areAllKnown = this.projects().every(
      ({ discovery }) => discovery === undefined || discovery.lastSuccessAt !== undefined,
    );
    this.#options.onKnown?.(areAllKnown);
  }

  #noteChange(): void {
    this.#projects = undefined;
    this.firstRound.follow(this.#config.projects, this.projects(), this.#nodes);
  }

  #warn(): void {
    const warnings = new Map(
      capacityOf(this.#config, this.#nodes).map(({ project, warning }) => [project, warning]),
    );
    for (const [project, before] of this.#warnings) {
      if (warnings.get(project) !== before) {
        this.#lines.forget(project, [CAPACITY]);
      }
    }
    for (const [project, warning] of warnings) {
      this.#lines.tell('warn', project, CAPACITY, 'schedules need more requests than the project has', {
        project,
        warning,
      });
    }
    this.#warnings = warnings;
  }
}

export function selectionOf({
  instance_name,
  tags,
  status,
  role,
}: ProjectConfig['discovery']): NodeSelection {
  return { instanceName: instance_name, tags, statuses: status, role };
}

/**
 * Our shard's nodes. One both listed and discovered has its name, labels and schedule as listed, where they are; what may
 * change in the cloud, such as its role, is as discovered.
 */
export function fleetNodes(
  config: FleetConfig,
  shard: Shard,
  discoveredIn: (project: string) => readonly DiscoveredNode[] = () => [],
): DatabaseNode[] {
  const discovered = new Map<string, DatabaseNode>();
  for (const { name: project, region: cloudRegion } of config.projects) {
    for (const node of discoveredIn(project)) {
      const { labels } = config.metrics;
      const { schedule } = config.collection;
      // Two projects of the configuration can be one of the cloud: the first has the node.
      if (!discovered.has(node.nodeId)) {
        discovered.set(node.nodeId, { ...node, project, cloudRegion, labels, schedule });
      }
    }
  }

  const nodes = new Map(discovered);
  for (const project of config.projects) {
    for (const listed of project.nodes) {
      const known = discovered.get(listed.node_id);
      const maxConnections = known?.maxConnections ?? listed.max_connections;
      nodes.set(listed.node_id, {
        project: project.name,
        instanceId: listed.instance_id,
        nodeId: listed.node_id,
        name: listed.name ?? known?.name ?? '',
        instanceName: known?.instanceName || (listed.instance_name ?? ''),
        cloudRegion: project.region,
        role: known?.role || (listed.role ?? ''),
        ...(maxConnections === undefined ? {} : { maxConnections }),
        labels: { ...config.metrics.labels, ...listed.labels },
        schedule: listed.schedule ?? config.collection.schedule,
      });
    }
  }
  return [...nodes.values()].filter(({ nodeId }) => isInShard(nodeId, shard));
}

/** Every project of the configuration, in its order. */
export function projectStatuses(
  { projects }: FleetConfig,
  nodes: readonly DatabaseNode[],
  allNodes: readonly DatabaseNode[],
  discoveryOf: (project: string) => DiscoveryStatus | undefined,
): readonly ProjectStatus[] {
  const own = countsByProject(nodes);
  const all = countsByProject(allNodes);
  return projects.map(({ name }) => ({
    name,
    nodes: own.get(name) ?? 0,
    nodesOfAllShards: all.get(name) ?? 0,
    discovery: discoveryOf(name),
  }));
}

function countsByProject(nodes: readonly DatabaseNode[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { project } of nodes) {
    counts.set(project, (counts.get(project) ?? 0) + 1);
  }
  return counts;
}

/** What of the nodes' schedules the projects' budgets of requests do not carry: one warning a project. */
export function capacityOf(config: FleetConfig, nodes: readonly DatabaseNode[]): CapacityWarning[] {
  return capacityWarnings(
    nodes,
    shortestGapMs,
    new Map(config.projects.map(({ name, api }) => [name, api.max_requests_per_second])),
  );
}
