// Many nodes of one project at one API, collected by the scheduler every minute of a rehearsal's clock.

import { fleetNodes } from '../../src/agent/fleet.js';
import { ProjectClients } from '../../src/agent/project-clients.js';
import { createCollector } from '../../src/agent/settings.js';
import { type NodeStatus, NodeStore } from '../../src/collect/node-store.js';
import { loadConfig } from '../../src/config/load-config.js';
import { WHOLE_FLEET } from '../../src/discover/shard.js';
import { AgentMetrics } from '../../src/metrics/agent-metrics.js';
import type { FailureReason } from '../../src/model/failure.js';
import { Scheduler } from '../../src/schedule/scheduler.js';
import { everyMs } from '../schedule/every.js';
import { RecordedLog } from '../support/recorded-log.js';
import { writeConfig } from '../support/simulated-config.js';
import { type HostileApi, PROJECT_ID, REGION, SICK, startHostileApi } from './hostile-api.js';
import { type Passing, RehearsalClock } from './rehearsal-clock.js';

const COLLECTION_LIMIT_MS = 47_777;
const REQUEST_LIMIT_MS = 39_871;
const A_MINUTE_MS = 60_000;

export interface ScheduledFleetOptions {
  readonly nodes: number;
  readonly maxConcurrent: number;
  readonly auth: object;
}

export class ScheduledFleet {
  readonly clock: RehearsalClock;
  readonly api: HostileApi;
  readonly log = new RecordedLog();
  readonly store = new NodeStore();
  readonly #clients: ProjectClients;
  readonly #scheduler: Scheduler;

  static async start(options: ScheduledFleetOptions): Promise<ScheduledFleet> {
    // Right after a run of the schedule: the first collections have a whole minute before the second ones.
    const startMs = Math.floor(Date.now() / A_MINUTE_MS) * A_MINUTE_MS;
    const clock = new RehearsalClock([COLLECTION_LIMIT_MS, REQUEST_LIMIT_MS], startMs);
    return new ScheduledFleet(options, clock, await startHostileApi(clock));
  }

  private constructor(
    { nodes, maxConcurrent, auth }: ScheduledFleetOptions,
    clock: RehearsalClock,
    api: HostileApi,
  ) {
    this.clock = clock;
    this.api = api;
    const { config } = loadConfig(
      writeConfig({
        projects: [
          {
            name: 'fleet',
            region: REGION,
            project_id: PROJECT_ID,
            endpoint: api.url,
            iam_endpoint: api.url,
            auth,
            nodes: Array.from({ length: nodes }, (_, index) => ({
              instance_id: SICK.instance_id,
              node_id: `${String(index).padStart(32, '0')}no07`,
            })),
          },
        ],
        collection: { timeout: `${COLLECTION_LIMIT_MS}ms`, poll_interval: '1s' },
        api: { request_timeout: `${REQUEST_LIMIT_MS}ms`, max_requests_per_second: 1000 },
      }),
      {},
    );
    const observer = new AgentMetrics({ version: '0', revision: '0', nodeVersion: '0' });
    this.#clients = new ProjectClients({ clock, log: this.log, observer });
    this.#clients.apply(config);
    this.#scheduler = new Scheduler(clock, {
      collector: createCollector(config, {
        api: this.#clients.api,
        store: this.store,
        clock,
        log: this.log,
        staleAt: () => Number.POSITIVE_INFINITY,
      }),
      nextRuns: everyMs(clock),
      splayMs: 0,
      maxConcurrent,
    });
    const scheduled = fleetNodes(config, WHOLE_FLEET).map((node) => ({
      ...node,
      schedule: String(A_MINUTE_MS),
    }));
    this.store.setNodes(scheduled);
    this.#scheduler.setNodes(scheduled);
  }

  get statuses(): readonly NodeStatus[] {
    return this.store.list();
  }

  get up(): number {
    return this.statuses.filter(({ up }) => up === true).length;
  }

  failed(reason: FailureReason): number {
    return this.statuses.reduce((sum, { errors }) => sum + errors[reason], 0);
  }

  /** Lets time pass; resolves to the milliseconds that it took. */
  async until(isDone: () => boolean, passing: Pick<Passing, 'hanging' | 'toLimits'> = {}): Promise<number> {
    const startedAt = this.clock.monotonic();
    await this.clock.passUntil(isDone, {
      requestLimitsMs: [REQUEST_LIMIT_MS],
      collectionLimitMs: COLLECTION_LIMIT_MS,
      ...passing,
    });
    return this.clock.monotonic() - startedAt;
  }

  /** Until every node has ended its `collection`-th collection. */
  async round(collection: number): Promise<void> {
    await this.until(() =>
      this.statuses.every(({ collections }) => collections.success + collections.error >= collection),
    );
  }

  async close(): Promise<void> {
    const stopped = this.#scheduler.stop(0);
    await this.clock.pass(stopped, { requestLimitsMs: [] });
    await this.#clients.close();
  }
}
