// The agent as it is wired, without its schedule: two nodes of two projects, one at a hostile API, one at a good one,
// collected when a test says so. The good one's project goes through a proxy and exchanges a password for a token.
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { type Dependencies, type Wiring, wire } from '../../src/agent/wire.js';
import type { NodeStatus } from '../../src/collect/node-store.js';
import type { SessionApi } from '../../src/collect/session-api.js';
import { loadConfig } from '../../src/config/load-config.js';
import { WHOLE_FLEET } from '../../src/discover/shard.js';
import { NODES_PAGE } from '../../src/web/page/nodes-page.js';
import { NO_QUERY } from '../../src/web/page/page-query.js';
import { PAGES } from '../../src/web/pages.js';
import { viewFleet } from '../../src/web/view/fleet-view.js';
import { RecordedLog } from '../support/recorded-log.js';
import { startTcpServer } from '../support/scripted-server.js';
import { writeConfig } from '../support/simulated-config.js';
import { CANARIES, PROXY_USER } from './canaries.js';
import { type HostileApi, PROJECT_ID, REGION, SICK, startHostileApi } from './hostile-api.js';
import { RehearsalClock } from './rehearsal-clock.js';

export type Settings = Readonly<Record<string, unknown>>;

const COLLECTION_LIMIT_MS = 47_777;
const SICK_REQUEST_LIMIT_MS = 9_871;
const HEALTHY_REQUEST_LIMIT_MS = 9_973;
/** The program's own, of the metadata service and of whatever several nodes wait for. */
const METADATA_LIMIT_MS = 3_000;
const SHARED_LIMIT_MS = 30_000;

const HEALTHY = { instance_id: `${'b'.repeat(32)}in07`, node_id: `${'b'.repeat(32)}no07`, name: 'healthy' };

/** A project's `auth`. */
export const WITH_PASSWORD = {
  password: { domain: 'account', user: 'exporter', password: CANARIES.password },
};

export interface RehearsalOptions {
  /** Of the sick node's project, in place of the usual ones. */
  readonly project?: Settings;
  /** The sick node's requests have this long, in real time too: for limits that are the HTTP client's own. */
  readonly requestLimitMs?: number;
}

export class Rehearsal {
  readonly clock: RehearsalClock;
  readonly log = new RecordedLog();
  readonly sickApi: HostileApi;
  readonly healthyApi: HostileApi;
  /** Everything that the API client rejected with. */
  readonly errors: unknown[] = [];
  readonly #options: RehearsalOptions;
  readonly #proxy: string;
  readonly #configFile = writeConfig({});
  readonly #dependencies: Dependencies;
  readonly #watched = new WeakSet<object>();
  #wiring: Wiring;

  static async start(options: RehearsalOptions = {}): Promise<Rehearsal> {
    const clock = new RehearsalClock([
      COLLECTION_LIMIT_MS,
      HEALTHY_REQUEST_LIMIT_MS,
      options.requestLimitMs ?? SICK_REQUEST_LIMIT_MS,
      METADATA_LIMIT_MS,
      SHARED_LIMIT_MS,
    ]);
    const proxy = await startTunnel();
    return new Rehearsal(options, clock, proxy, await startHostileApi(clock), await startHostileApi(clock));
  }

  private constructor(
    options: RehearsalOptions,
    clock: RehearsalClock,
    proxy: string,
    sickApi: HostileApi,
    healthyApi: HostileApi,
  ) {
    this.clock = clock;
    this.sickApi = sickApi;
    this.healthyApi = healthyApi;
    this.#options = options;
    this.#proxy = proxy;
    this.#dependencies = { shard: WHOLE_FLEET, clock, log: this.log, metadataEndpoint: sickApi.url };
    this.#wiring = wire(this.#load({}), this.#dependencies);
    this.#watchClients();
  }

  /** A reload: the sick node's project with these settings, as an API that has moved would need. */
  reconfigure(project: Settings): void {
    this.#wiring = wire(this.#load(project), this.#dependencies, this.#wiring);
    this.#watchClients();
  }

  /** What a careless line of ours could print. */
  get printable(): unknown {
    return this.#wiring;
  }

  /** One collection of either node; resolves to the milliseconds that the sick one took. */
  async collect(toLimits = false): Promise<number> {
    const { signal } = new AbortController();
    const { collector } = this.#wiring;
    const startedAt = this.clock.monotonic();
    const sickDone = collector.collect(this.sick.node, signal);
    await this.clock.pass(collector.collect(this.healthy.node, signal), {
      requestLimitsMs: [HEALTHY_REQUEST_LIMIT_MS],
    });
    await this.clock.pass(sickDone, { requestLimitsMs: this.#sickLimitsMs(), toLimits });
    // Waits of a random length leave fractions that do not add up exactly.
    return Math.round(this.clock.monotonic() - startedAt);
  }

  /** From now on nodes are discovered where the settings say so. */
  discover(): void {
    this.#wiring.fleet.start();
  }

  /** The nodes of the sick node's project. */
  get nodesOfSickProject(): readonly string[] {
    return this.#wiring.store
      .list()
      .flatMap(({ node }) => (node.project === 'sick-project' ? [node.nodeId] : []));
  }

  /** Lets time pass for the sick node's project. */
  async passUntil(isDone: () => boolean, toLimits = false): Promise<void> {
    await this.clock.passUntil(isDone, { requestLimitsMs: this.#sickLimitsMs(), toLimits });
  }

  get sick(): NodeStatus {
    return this.#status(SICK.node_id);
  }

  get healthy(): NodeStatus {
    return this.#status(HEALTHY.node_id);
  }

  async metricsPage(): Promise<string> {
    return Buffer.concat(await this.#wiring.exposition.scrape('text', false)).toString();
  }

  /** The sick node's session series, as scraped. */
  async sessionSeries(): Promise<string[]> {
    const page = await this.metricsPage();
    return page
      .split('\n')
      .filter(
        (line) => /^taurusdb_(session|transaction|dimension)/u.test(line) && line.includes(SICK.node_id),
      );
  }

  /** All that people and programs are shown of the fleet. */
  async pages(): Promise<string> {
    const { store, fleet: projects, statementTexts } = this.#wiring;
    const fleet = {
      nodes: store.list(),
      projects: projects.projects(),
      statementTexts: statementTexts(),
      incidents: [],
    };
    const content = {
      fleet,
      clock: this.clock,
      version: '0',
      telemetryPath: '/metrics',
      query: NO_QUERY,
      pages: PAGES,
    };
    const page = await NODES_PAGE.render(content);
    return [
      await this.metricsPage(),
      page.toString(),
      JSON.stringify(viewFleet(fleet, this.clock.monotonic())),
    ].join('\n');
  }

  async close(): Promise<void> {
    this.#wiring.fleet.stop();
    await this.#wiring.clients.close();
  }

  /** For files that settings name. */
  writeFile(name: string, text: string): string {
    const file = path.join(path.dirname(this.#configFile), name);
    writeFileSync(file, text, { mode: 0o600 });
    return file;
  }

  #sickLimitsMs(): readonly number[] {
    return [this.#options.requestLimitMs ?? SICK_REQUEST_LIMIT_MS, METADATA_LIMIT_MS];
  }

  #status(nodeId: string): NodeStatus {
    const status = this.#wiring.store.get(nodeId);
    if (status === undefined) {
      throw new Error(`no node ${nodeId}`);
    }
    return status;
  }

  #load(project: Settings) {
    const common = { region: REGION, project_id: PROJECT_ID };
    const sick = {
      ...common,
      name: 'sick-project',
      endpoint: this.sickApi.url,
      iam_endpoint: this.sickApi.url,
      auth: {
        access_key: {
          ak: CANARIES.accessKey,
          sk: CANARIES.secretKey,
          security_token: CANARIES.securityToken,
        },
      },
      nodes: [SICK],
      ...this.#options.project,
      ...project,
    };
    const limit = `${this.#options.requestLimitMs ?? SICK_REQUEST_LIMIT_MS}ms`;
    const healthy = {
      ...common,
      name: 'healthy-project',
      endpoint: this.healthyApi.url,
      iam_endpoint: this.healthyApi.url,
      auth: WITH_PASSWORD,
      api: {
        request_timeout: `${HEALTHY_REQUEST_LIMIT_MS}ms`,
        proxy_url: `http://${PROXY_USER}:${CANARIES.proxyPassword}@${this.#proxy}`,
      },
      nodes: [HEALTHY],
    };
    const collection = { timeout: `${COLLECTION_LIMIT_MS}ms`, poll_interval: '1s', stale_after: '10d' };
    writeConfig({ projects: [sick, healthy], collection, api: { request_timeout: limit } }, this.#configFile);
    return loadConfig(this.#configFile, {}).config;
  }

  /** The wiring's own clients, listened to. */
  #watchClients(): void {
    for (const { name } of this.#wiring.config.projects) {
      const client = this.#wiring.clients.of(name);
      if (!this.#watched.has(client)) {
        this.#watched.add(client);
        Object.assign(client, this.#listeningTo({ ...client }));
      }
    }
  }

  #listeningTo(api: SessionApi): SessionApi {
    const keep = (error: unknown): never => {
      this.errors.push(error);
      throw error;
    };
    return {
      submitTask: (...args) => api.submitTask(...args).catch(keep),
      taskStatus: (...args) => api.taskStatus(...args).catch(keep),
      downloadResult: async (...args) => watchedBytes(await api.downloadResult(...args).catch(keep), keep),
    };
  }
}

/** Passes `return` on as it comes: it must reach the client also while a chunk is awaited. */
function watchedBytes(
  bytes: AsyncIterable<Uint8Array>,
  keep: (error: unknown) => never,
): AsyncIterable<Uint8Array> {
  return {
    [Symbol.asyncIterator]: () => {
      const iterator = bytes[Symbol.asyncIterator]();
      return {
        next: () => iterator.next().catch(keep),
        return: async () => (await iterator.return?.()) ?? { done: true, value: undefined },
      };
    },
  };
}

/** A proxy that tunnels to wherever it is asked to. */
function startTunnel(): Promise<string> {
  return startTcpServer((socket) =>
    socket.once('data', (head) => {
      const [, port] = /^CONNECT 127\.0\.0\.1:(\d+) /u.exec(head.toString()) ?? [];
      const target = connect(Number(port), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        socket.pipe(target).pipe(socket);
      });
      target.on('error', () => socket.destroy());
      socket.on('close', () => target.destroy());
    }),
  );
}
