// The agent, put together: schedule → collect → publish. Built from one configuration, it takes over another one
// while it runs; nodes that stay keep their figures and their running collection.
import type { AddressInfo } from 'node:net';
import type { Clock } from '../clock.js';
import type { DatabaseNode } from '../collect/database-node.js';
import { NodeBoard } from '../collect/node-board.js';
import type { Config } from '../config/config-schema.js';
import { AgentMetrics } from '../expose/agent-metrics.js';
import { Exposition } from '../expose/exposition.js';
import type { ExpositionFormat } from '../expose/exposition-text.js';
import { startHttpServer } from '../expose/http-server.js';
import { Readiness } from '../expose/ready.js';
import { createRequestListener } from '../expose/router.js';
import { createRoutes } from '../expose/routes.js';
import type { Log } from '../log.js';
import { capacityWarnings } from '../schedule/capacity.js';
import { nextRuns, shortestGapMs } from '../schedule/cron-expression.js';
import { Discovery } from '../schedule/discovery.js';
import { Scheduler, type SchedulerOptions } from '../schedule/scheduler.js';
import type { Shard } from '../schedule/shard.js';
import { staleAt } from '../schedule/stale-after.js';
import type { WebAccess } from '../web-access/web-access.js';
import { buildInfo } from './build-info.js';
import { createCollector } from './create-collector.js';
import { finderOf } from './find-nodes.js';
import { fleetNodes } from './fleet-nodes.js';
import { ProjectClients } from './project-clients.js';

/** A stop may take 10 s: this is for collections that run, */
const COLLECTION_GRACE_MS = 8_000;
/** and until this long after its beginning answers under way may be read. */
const ANSWER_GRACE_MS = 9_500;

export interface AgentOptions {
  readonly config: Config;
  readonly shard: Shard;
  readonly listenAddress: string;
  readonly telemetryPath: string;
  readonly access: WebAccess;
  /** Reads the configuration again and applies it; undefined where HTTP must not ask for that. */
  readonly reload: (() => Promise<void>) | undefined;
  readonly clock: Clock;
  readonly log: Log;
  /** Instead of the ECS's own address: for tests. */
  readonly metadataEndpoint?: string;
}

export interface Agent {
  readonly address: AddressInfo;
  /** Takes over a new configuration; throws, and leaves the old one in force, where it cannot. */
  apply(config: Config): void;
  /** For the metrics: a configuration was loaded, or could not be. */
  noteReload(success: boolean): void;
  /** Not ready at once; resolves within 10 s. */
  stop(): Promise<void>;
}

/** Rejects when it cannot listen; nothing is collected before it can. */
export async function startAgent(options: AgentOptions): Promise<Agent> {
  const { access, clock, log, telemetryPath } = options;
  const board = new NodeBoard(() => exposition.noteChange());
  const nodes = () => board.list();
  const build = buildInfo();
  const metrics = new AgentMetrics(build);
  const clients = new ProjectClients({ ...options, observer: metrics });
  const discovery = new Discovery({
    clock,
    log,
    onChange: () => showNodes(),
    onSuccess: (project, found, at) => metrics.discovery(project, found, at),
  });
  const readiness = new Readiness({ nodes, discovered: () => discovery.tried });
  const agentText = (format: ExpositionFormat) => {
    metrics.setBudgets(clients.budgets());
    return metrics.text(format);
  };
  const exposition = new Exposition({ nodes, agentText, clock });

  const schedulerOptions = (config: Config): SchedulerOptions => {
    const { collection } = config;
    const runs = (schedule: string, count: number) => nextRuns(schedule, collection.timezone, count);
    const collector = createCollector(config, {
      api: clients.api,
      board,
      clock,
      log,
      staleAt: (node, successAt) =>
        staleAt(node, successAt, {
          nextRuns: runs,
          splayMs: collection.splay,
          timeoutMs: collection.timeout,
          staleAfterMs: collection.stale_after,
        }),
    });
    return {
      collector,
      nextRuns: runs,
      splayMs: collection.splay,
      maxConcurrent: collection.max_concurrent,
    };
  };

  clients.apply(options.config);
  const server = await startHttpServer({
    listenAddress: options.listenAddress,
    requestListener: createRequestListener(
      createRoutes({
        telemetryPath,
        version: build.version,
        exposition,
        nodes,
        ready: () => readiness.isReady(),
        reload: options.reload,
        clock,
      }),
      access,
      log,
    ),
    createServer: (serverOptions, listener) => access.createServer(serverOptions, listener),
    clock,
    log,
  });
  const scheduler = new Scheduler(clock, schedulerOptions(options.config));

  let config = options.config;
  let warned: readonly string[] = [];
  const showNodes = () => {
    const known = fleetNodes(config, options.shard, (project) => discovery.nodesOf(project));
    board.setNodes(known);
    scheduler.setNodes(known);
    const warnings = capacityOf(config, known);
    for (const warning of warnings.filter((one) => !warned.includes(one))) {
      log.warn(warning);
    }
    warned = warnings;
  };
  const show = () => {
    metrics.setProjects(config.projects.map(({ name }) => name));
    for (const project of config.projects.filter(({ discovery: { enabled } }) => !enabled)) {
      metrics.endDiscovery(project.name);
    }
    const searched = config.projects.filter(({ discovery: { enabled } }) => enabled);
    discovery.setProjects(
      searched.map((project) => ({
        project: project.name,
        findNodes: finderOf(project, clients),
        refreshMs: project.discovery.refresh,
      })),
    );
    showNodes();
  };
  show();

  return {
    address: server.address,
    apply: (next) => {
      clients.apply(next);
      config = next;
      scheduler.configure(schedulerOptions(config));
      show();
    },
    noteReload: (success) => metrics.reload(success, clock.now()),
    stop: async () => {
      const answersUntil = clock.monotonic() + ANSWER_GRACE_MS;
      readiness.stop();
      discovery.stop();
      await scheduler.stop(COLLECTION_GRACE_MS);
      await server.close(answersUntil - clock.monotonic());
      await clients.close();
    },
  };
}

/** What of the nodes' schedules the projects' budgets of requests do not carry. */
export function capacityOf(config: Config, nodes: readonly DatabaseNode[]): string[] {
  return config.projects.flatMap(({ name, api }) =>
    capacityWarnings(
      nodes.filter(({ project }) => project === name),
      (schedule) => shortestGapMs(schedule, config.collection.timezone),
      api.max_requests_per_second,
    ),
  );
}
