// The agent as it is wired and scheduled, with a clock of the test's: many nodes of one project or two at one API or two,
// collected every minute.
import { start, stop, type Wiring, wire } from '../../src/agent/wire.js';
import type { NodeStatus } from '../../src/collect/node-store.js';
import { loadConfig } from '../../src/config/load-config.js';
import { WHOLE_FLEET } from '../../src/discover/shard.js';
import type { FailureReason } from '../../src/model/failure.js';
import { RecordedLog } from '../support/recorded-log.js';
import { writeConfig } from '../support/simulated-config.js';
import { type HostileApi, PROJECT_ID, REGION, SICK, startHostileApi } from './hostile-api.js';
import { type Passing, RehearsalClock } from './rehearsal-clock.js';

const COLLECTION_LIMIT_MS = 47_777;
const REQUEST_LIMIT_MS = 39_871;
const A_MINUTE_MS = 60_000;

export interface ScheduledRehearsalOptions {
  readonly nodes: number;
  readonly maxConcurrent: number;
  readonly auth: object;
  /** Another project with the same credential, at the same API or at one of its own. */
  readonly second?: { readonly nodes: number; readonly isElsewhere: boolean };
  /** The first project is discovered as well as listed. */
  readonly isDiscovered?: boolean;
}

const SECOND_PROJECT_ID = 'd'.repeat(32);

export class ScheduledRehearsal {
  readonly clock: RehearsalClock;
  readonly api: HostileApi;
  /** Of the second project. */
  readonly secondApi: HostileApi;
  readonly log = new RecordedLog();
  readonly #wiring: Wiring;

  static async start(options: ScheduledRehearsalOptions): Promise<ScheduledRehearsal> {
    // Right after a run of the schedule: the first collections have a whole minute before the second ones.
    const startMs = Math.floor(Date.now() / A_MINUTE_MS) * A_MINUTE_MS;
    const clock = new RehearsalClock([COLLECTION_LIMIT_MS, REQUEST_LIMIT_MS], startMs);
    const api = await startHostileApi(clock);
    const secondApi = options.second?.isElsewhere === true ? await startHostileApi(clock) : api;
    return new ScheduledRehearsal(options, clock, api, secondApi);
  }

  private constructor(
    { nodes, maxConcurrent, auth, second, isDiscovered = false }: ScheduledRehearsalOptions,
    clock: RehearsalClock,
    api: HostileApi,
    secondApi: HostileApi,
  ) {
    this.clock = clock;
    this.api = api;
    this.secondApi = secondApi;
    const common = { region: REGION, iam_endpoint: api.url, auth };
    const { config } = loadConfig(
      writeConfig({
        projects: [
          {
            ...common,
            name: 'fleet',
            project_id: PROJECT_ID,
            endpoint: api.url,
            nodes: nodesNumbered(0, nodes),
            discovery: { enabled: isDiscovered, refresh: '1m' },
          },
          ...(second === undefined
            ? []
            : [
                {
                  ...common,
                  name: 'second',
                  project_id: SECOND_PROJECT_ID,
                  endpoint: secondApi.url,
                  nodes: nodesNumbered(nodes, second.nodes),
                },
              ]),
        ],
        collection: {
          timeout: `${COLLECTION_LIMIT_MS}ms`,
          poll_interval: '1s',
          splay: '0s',
          max_concurrent: maxConcurrent,
          stale_after: '10d',
        },
        api: { request_timeout: `${REQUEST_LIMIT_MS}ms`, max_requests_per_second: 1000 },
      }),
      {},
    );
    this.#wiring = wire(config, { shard: WHOLE_FLEET, clock, log: this.log });
    start(this.#wiring);
  }

  get statuses(): readonly NodeStatus[] {
    return this.#wiring.store.list();
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
    await this.clock.pass(stop(this.#wiring, 0), { requestLimitsMs: [] });
    await this.#wiring.clients.close();
  }
}

function nodesNumbered(first: number, count: number) {
  return Array.from({ length: count }, (_, index) => ({
    instance_id: SICK.instance_id,
    node_id: nodeIdOf(first + index),
  }));
}

/** Of the node by its place in the configuration, those of the second project after the others. */
export function nodeIdOf(index: number): string {
  return `${String(index).padStart(32, '0')}no07`;
}
