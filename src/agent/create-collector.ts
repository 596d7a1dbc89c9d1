// Configuration → the collector: what of it a collection needs to know.
import type { Clock } from '../clock.js';
import { Collector } from '../collect/collector.js';
import type { NodeBoard } from '../collect/node-store.js';
import type { SessionApi } from '../collect/session-api.js';
import type { Config } from '../config/config-schema.js';
import type { Log } from '../log.js';
import type { DatabaseNode } from '../model/node.js';
import { readSnapshot } from '../sessions/read-snapshot.js';
import { sessionSettings } from './session-settings.js';

export interface CollectorSurroundings {
  readonly api: SessionApi;
  readonly board: NodeBoard;
  readonly clock: Clock;
  readonly log: Log;
  /** When a snapshot of this moment stops being shown; milliseconds since the epoch. */
  readonly staleAt: (node: DatabaseNode, successAt: number) => number;
}

export function createCollector(config: Config, surroundings: CollectorSurroundings): Collector {
  const settings = sessionSettings(config);
  return new Collector({
    ...surroundings,
    readSnapshot: (bytes, tally, previous) => readSnapshot(bytes, settings, tally, previous),
    timeoutMs: config.collection.timeout,
    pollIntervalMs: config.collection.poll_interval,
  });
}
