// The agent, put together: schedule → collect → publish. Built from one configuration, it takes over another one
// while it runs; nodes that stay keep their figures and their running collection.
import type { AddressInfo } from 'node:net';
import type { Clock } from '../clock.js';
import { NodeStore } from '../collect/node-store.js';
import type { Config } from '../config/config-schema.js';
import { parseListenAddress } from '../config/kinds.js';
import type { Shard } from '../discover/shard.js';
import type { Log } from '../log.js';
import { AgentMetrics } from '../metrics/agent-metrics.js';
import { Exposition } from '../metrics/exposition.js';
import { Scheduler } from '../schedule/scheduler.js';
import type { WebAccess } from '../web/access/web-access.js';
import { startHttpServer } from '../web/http-server.js';
import { Readiness } from '../web/ready.js';
import { createRequestListener } from '../web/router.js';
import { createRoutes } from '../web/routes.js';
import { buildInfo } from './build-info.js';
import { Fleet } from './fleet.js';
import { ProjectClients } from './project-clients.js';
import { schedulerOptions } from './settings.js';

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
  const { config, shard, access, clock, log, telemetryPath } = options;
  const build = buildInfo();
  const metrics = new AgentMetrics(build);
  const clients = new ProjectClients({ ...options, observer: metrics });
  clients.apply(config);
  const store = new NodeStore(() => exposition.noteChange());
  const nodes = () => store.list();
  const exposition = new Exposition({
    nodes,
    agentText: (format) => {
      metrics.setBudgets(clients.budgets());
      return metrics.text(format);
    },
    clock,
  });
  const dependencies = { api: clients.api, store, clock, log };
  const scheduler = new Scheduler(clock, schedulerOptions(config, dependencies));
  const fleet = new Fleet(config, {
    shard,
    clients,
    metrics,
    onChange: (known) => {
      store.setNodes(known);
      scheduler.setNodes(known);
    },
    clock,
    log,
  });
  const readiness = new Readiness({ nodes, discovered: () => fleet.discovered });
  const routes = createRoutes({
    telemetryPath,
    version: build.version,
    exposition,
    nodes,
    ready: () => readiness.isReady(),
    reload: options.reload,
    clock,
  });
  const server = await startHttpServer({
    listenAddress: parseListenAddress(options.listenAddress),
    requestListener: createRequestListener(routes, access, log),
    createServer: (serverOptions, listener) => access.createServer(serverOptions, listener),
    clock,
    log,
  });
  fleet.follow(config);

  return {
    address: server.address,
    apply: (next) => {
      clients.apply(next);
      scheduler.configure(schedulerOptions(next, dependencies));
      fleet.follow(next);
    },
    noteReload: (success) => metrics.reload(success, clock.now()),
    stop: async () => {
      const answersUntil = clock.monotonic() + ANSWER_GRACE_MS;
      readiness.stop();
      fleet.stop();
      await scheduler.stop(COLLECTION_GRACE_MS);
      await server.close(answersUntil - clock.monotonic());
      await clients.close();
    },
  };
}
