// Configuration → the settings that the parts of the agent take: those that a reload may change.
import type { CollectionSettings } from '../collect/collector.js';
import type { SessionFilter } from '../collect/session-api.js';
import type { Config } from '../config/config-schema.js';
import { MAX_STATEMENTS } from '../incidents/record.js';
import type { IncidentSettings } from '../incidents/settings.js';
import type { DatabaseNode } from '../model/node.js';
import { nextRuns } from '../schedule/next-runs.js';
import { freshForMs, type StalePolicy } from '../schedule/run-times.js';
import type { SchedulerSettings } from '../schedule/scheduler.js';
import { byDimension } from '../sessions/dimensions.js';
import { tellFirstLine } from '../sessions/first-line.js';
import { networkIn } from '../sessions/hosts/networks.js';
import type { SessionSettings } from '../sessions/read-snapshot.js';
import { readSnapshot } from '../sessions/read-snapshot.js';
import { TOP_STATEMENTS } from '../web/view/statement-view.js';

export function schedulerSettings({
  timezone,
  splay,
  max_concurrent,
}: Config['collection']): SchedulerSettings {
  return { timezone, splayMs: splay, maxConcurrent: max_concurrent };
}

/** What decides about how session lists are read. */
type ReadingConfig = Pick<Config, 'csv' | 'statements' | 'metrics' | 'collection' | 'incidents'>;

/** Called with the first line of each node's file, whatever becomes of the file. */
export type OnFirstLine = (node: DatabaseNode, line: string) => void;

export function collectionSettings(config: ReadingConfig, onFirstLine?: OnFirstLine): CollectionSettings {
  const { timezone, splay, timeout, poll_interval, stale_after } = config.collection;
  const sessions = sessionSettings(config);
  const policy: StalePolicy = { timezone, splayMs: splay, timeoutMs: timeout, staleAfterMs: stale_after };
  return {
    filter: sessionFilter(config.collection),
    readSnapshot: (bytes, tally, previous, node) => {
      const csv = onFirstLine
        ? tellFirstLine(bytes, sessions.encoding, (line) => onFirstLine(node, line))
        : bytes;
      return readSnapshot(csv, sessions, tally, previous);
    },
    timeoutMs: timeout,
    pollIntervalMs: poll_interval,
    stalePolicy: ({ schedule }) => JSON.stringify([schedule, policy]),
    freshForMs: (node, shown, now) => freshForMs(node, shown, now, policy, nextRuns),
  };
}

function sessionFilter({ filter, slow_session_threshold }: Config['collection']): SessionFilter {
  return filter === 'slow'
    ? // Whole seconds, rounded so that the list lacks none that counts as slow.
      { filter, slow_process_threshold: Math.floor(slow_session_threshold / 1000) }
    : { filter };
}

export function sessionSettings(config: ReadingConfig): SessionSettings {
  const { csv, metrics, collection } = config;
  return {
    ...statementSettings(config),
    details: config.incidents.enabled,
    encoding: csv.encoding,
    columnNames: csv.columns,
    filter: collection.filter,
    dimensions: byDimension(({ name }) => {
      const { enabled, max_values: maxValues } = metrics.dimensions[name];
      return { enabled, maxValues };
    }),
    stripPort: metrics.dimensions.host.strip_port,
    hostGroups: metrics.dimensions.host.groups.map(({ name, cidr = [], match }) => ({
      name,
      networks: cidr.flatMap((network) => networkIn(network) ?? []),
      match,
    })),
    slowSeconds: collection.slow_session_threshold / 1000,
    longTransactionSeconds: collection.long_transaction_threshold / 1000,
  };
}

export function incidentSettings({ incidents }: Pick<Config, 'incidents'>): IncidentSettings {
  const { enabled, spike } = incidents;
  return {
    enabled,
    triggers: {
      hold: incidents.hold,
      cooldownMs: incidents.cooldown,
      maxPerDay: incidents.max_per_day,
      spike: { minGrowth: spike.min_growth, ratio: spike.ratio, deviations: spike.deviations },
      lockWaiting: incidents.lock_waiting,
      longQueryMs: incidents.long_query,
      longTransactionMs: incidents.long_transaction,
      saturation: incidents.saturation,
    },
    store: {
      directory: incidents.directory,
      maxRecords: incidents.max_records,
      maxBytes: incidents.max_bytes,
      maxAgeMs: incidents.max_age,
    },
  };
}

function statementSettings({
  statements: { mode, shapes, max_text, sql_mode },
  metrics,
  incidents,
}: ReadingConfig): Pick<SessionSettings, 'statements'> {
  if (mode === 'off') {
    return {};
  }
  const { enabled, max_values: maxValues } = metrics.dimensions.statement;
  return {
    statements: {
      sqlMode: sql_mode,
      shapes,
      maxText: mode === 'digest' ? 0 : max_text,
      // Twice as many as series, so that those shown before can stay; half of a record's by sessions, half by time.
      shown: Math.max(
        TOP_STATEMENTS,
        enabled ? 2 * maxValues : 0,
        incidents.enabled ? MAX_STATEMENTS / 2 : 0,
      ),
      ...(enabled && { maxValues }),
    },
  };
}
