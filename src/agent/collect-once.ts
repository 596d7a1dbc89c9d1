// One collection of every node, outside any schedule: for `collect` and `check-config --online`.
import { systemClock } from '../clock.js';
import { Collector } from '../collect/collector.js';
import { NodeStore } from '../collect/node-store.js';
import type { SessionApi } from '../collect/session-api.js';
import type { Config } from '../config/config-schema.js';
import type { Log } from '../log.js';
import type { DatabaseNode } from '../model/node.js';
import { ConcurrencyLimit } from '../schedule/concurrency-limit.js';
import { type ReadResult, readSnapshot } from '../sessions/read-snapshot.js';
import { sessionSettings } from './settings.js';

export interface CollectOnceOptions {
  readonly config: Config;
  readonly nodes: readonly DatabaseNode[];
  readonly api: SessionApi;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Called for each node whose file was read to its end, with what it held. */
  readonly onRead?: (node: DatabaseNode, result: ReadResult) => void;
  /** Called for each node as its collection ends. */
  readonly onEnd?: (node: DatabaseNode) => void;
}

/** Resolves to what is known of each node afterwards. */
export async function collectOnce(options: CollectOnceOptions): Promise<NodeStore> {
  const { config, nodes, api, log, signal, onRead = () => {}, onEnd = () => {} } = options;
  const { collection } = config;
  const settings = sessionSettings(config);
  const store = new NodeStore();
  store.setNodes(nodes);
  const collectorOf = (node: DatabaseNode) =>
    new Collector({
      api,
      readSnapshot: async (bytes, tally, previous) => {
        const result = await readSnapshot(bytes, settings, tally, previous);
        onRead(node, result);
        return result;
      },
      store,
      clock: systemClock,
      log,
      timeoutMs: collection.timeout,
      pollIntervalMs: collection.poll_interval,
      staleAt: () => Number.POSITIVE_INFINITY,
    });
  const limit = new ConcurrencyLimit(collection.max_concurrent);
  for (const node of nodes) {
    limit.enqueue(async () => {
      await collectorOf(node).collect(node, signal);
      onEnd(node);
    });
  }
  await limit.idle();
  return store;
}
