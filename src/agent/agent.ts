// The agent: a wiring that collects on schedule, behind an HTTP server. While it runs it takes over other configurations.
import type { AddressInfo } from 'node:net';
import { elapsedMs, later } from '../clock.js';
import type { ReloadedFile } from '../metrics/agent-metrics.js';
import { textVisibility } from '../statements/text-visibility.js';
import type { WebAccess } from '../web/access/web-access.js';
import { isLoopbackAddress } from '../web/foreign-pages.js';
import type { ListenAddress } from '../web/http-server.js';
import { Readiness } from '../web/ready.js';
import { startWebServer } from '../web/web-server.js';
import { buildInfo } from './build-info.js';
import { type Dependencies, start, stop, type WiredConfig, wire } from './wire.js';

/** How long a stop waits for the collections that run. */
const COLLECTION_GRACE_MS = 8_000;
/** How long after its beginning a stop lets answers be read, so that it ends within 10 s. */
const ANSWER_GRACE_MS = 9_500;

export interface AgentOptions extends Dependencies {
  readonly listenAddress: ListenAddress;
  readonly telemetryPath: string;
  readonly access: WebAccess;
  /** Reads the configuration again and applies it; undefined where HTTP must not ask for that. */
  readonly reload: (() => Promise<void>) | undefined;
}

export interface Agent {
  readonly address: AddressInfo;
  /** Takes over a new configuration; throws, and leaves the old one in force, where it cannot. */
  apply(config: WiredConfig): void;
  /** For the metrics: a file was loaded, or could not be. */
  noteReload(file: ReloadedFile, success: boolean): void;
  /** Not ready at once; resolves within 10 s. */
  stop(): Promise<void>;
}

/** Rejects when it cannot listen; nothing is collected before it can. */
export async function startAgent(config: WiredConfig, options: AgentOptions): Promise<Agent> {
  const { access, clock, log, telemetryPath } = options;
  // Until it is known where the server listens, its clients may be anybody.
  let isOnLoopback = false;
  const statementTexts = () =>
    textVisibility(wiring.config.statements.mode, isOnLoopback || access.knowsItsClients());
  let wiring = wire(config, { ...options, statementTexts });
  const { store, fleet, exposition, metrics, clients, incidents } = wiring;
  const nodes = () => store.list();
  const { firstRound } = fleet;
  const records = () => (incidents.isEnabled ? incidents : undefined);
  const readiness = new Readiness({
    nodes,
    undiscovered: () => firstRound.undiscovered,
    isAwaited: (nodeId) => firstRound.isAwaited(nodeId),
  });
  const server = await startWebServer({
    listenAddress: options.listenAddress,
    access,
    telemetryPath,
    version: buildInfo().version,
    exposition,
    fleet: () => ({
      nodes: nodes(),
      projects: fleet.projects(),
      statementTexts: statementTexts(),
      incidents: records()?.list(),
    }),
    ready: () => readiness.check(),
    reload: options.reload,
    incidents: records,
    clock,
    log,
  });
  isOnLoopback = isLoopbackAddress(server.address.address);
  await wiring.incidents.open();
  start(wiring);

  return {
    address: server.address,
    apply: (next) => {
      wiring = wire(next, options, wiring);
    },
    noteReload: (file, success) => metrics.reload(file, success, clock.now()),
    stop: async () => {
      const answersUntil = later(clock.monotonic(), ANSWER_GRACE_MS);
      readiness.stop();
      await stop(wiring, COLLECTION_GRACE_MS);
      await server.close(elapsedMs(clock.monotonic(), answersUntil));
      await clients.close();
    },
  };
}
