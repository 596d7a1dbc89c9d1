// Configuration → how the scheduler runs, and what it runs.

import type { Clock } from '../clock.js';
import { Collector } from '../collect/collector.js';
import type { NodeStore } from '../collect/node-store.js';
import type { SessionApi } from '../collect/session-api.js';
import type { Config } from '../config/config-schema.js';
import type { Log } from '../log.js';
import type { DatabaseNode } from '../model/node.js';
import { nextRuns } from '../schedule/cron-expression.js';
import { staleAt } from '../schedule/run-times.js';
import type { SchedulerOptions } from '../schedule/scheduler.js';
import { readSnapshot } from '../sessions/read-snapshot.js';
import type { SessionSettings } from '../sessions/session-settings.js';

export function schedulerOptions(
  config: Config,
  dependencies: Omit<CollectorDependencies, 'staleAt'>,
): SchedulerOptions {
  const { timezone, splay, timeout, stale_after: staleAfterMs, max_concurrent } = config.collection;
  const runs = (schedule: string, count: number) => nextRuns(schedule, timezone, count);
  const collector = createCollector(config, {
    ...dependencies,
    staleAt: (node, successAt) =>
      staleAt(node, successAt, { nextRuns: runs, splayMs: splay, timeoutMs: timeout, staleAfterMs }),
  });
  return { collector, nextRuns: runs, splayMs: splay, maxConcurrent: max_concurrent };
}

// Configuration → the collector: what of it a collection needs to know.

export interface CollectorDependencies {
  readonly api: SessionApi;
  readonly store: NodeStore;
  readonly clock: Clock;
  readonly log: Log;
  /** When a snapshot of this moment stops being shown; milliseconds since the epoch. */
  readonly staleAt: (node: DatabaseNode, successAt: number) => number;
}

export function createCollector(config: Config, dependencies: CollectorDependencies): Collector {
  const settings = sessionSettings(config);
  return new Collector({
    ...dependencies,
    readSnapshot: (bytes, tally, previous) => readSnapshot(bytes, settings, tally, previous),
    timeoutMs: config.collection.timeout,
    pollIntervalMs: config.collection.poll_interval,
  });
}

// Configuration → what the core needs to know of it.

export function sessionSettings({
  csv,
  metrics,
  collection,
}: Pick<Config, 'csv' | 'metrics' | 'collection'>): SessionSettings {
  const { state, user, host, database, command } = metrics.dimensions;
  return {
    encoding: csv.encoding,
    columnNames: csv.columns,
    dimensions: {
      state: dimension(state),
      user: dimension(user),
      host: dimension(host),
      database: dimension(database),
      command: dimension(command),
    },
    stripPort: host.strip_port,
    slowSeconds: collection.slow_session_threshold / 1000,
    longTransactionSeconds: collection.long_transaction_threshold / 1000,
  };
}

function dimension({ enabled, max_values }: { readonly enabled: boolean; readonly max_values: number }) {
  return { enabled, maxValues: max_values };
}
