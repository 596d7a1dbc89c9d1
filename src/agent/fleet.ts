// Which nodes there are: those that the configuration lists and those that discovery finds. Whoever shows or collects
// them is told of each change.
import type { Clock } from '../clock.js';
import type { Config } from '../config/config-schema.js';
import { Discovery } from '../discover/discovery.js';
import type { Shard } from '../discover/shard.js';
import type { Log } from '../log.js';
import type { AgentMetrics } from '../metrics/agent-metrics.js';
import type { DatabaseNode } from '../model/node.js';
import { capacityOf } from './capacity-of.js';
import { finderOf } from './find-nodes.js';
import { fleetNodes } from './fleet-nodes.js';
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
      if (!discovery.enabled) metrics.endDiscovery(name);
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
      if (!this.#warned.includes(warning)) log.warn(warning);
    }
    this.#warned = warnings;
  }
}
