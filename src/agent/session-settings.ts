// Configuration → what the core needs to know of it.
import type { Config } from '../config/config-schema.js';
import type { SessionSettings } from '../sessions/session-settings.js';

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
