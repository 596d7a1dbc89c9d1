// What of statements leaves the process with a configuration, in words: for check-config.
import type { Config } from '../config/config-schema.js';
import { filtersOf } from '../sessions/filters.js';
import { textVisibility } from '../statements/text-visibility.js';
import { isLoopbackAddress, isLoopbackHost } from '../web/foreign-pages.js';

/** One line. `knowsItsClients`: as the web configuration has it. */
export function describeStatements(
  { statements, metrics, web, collection }: Pick<Config, 'statements' | 'metrics' | 'web' | 'collection'>,
  knowsItsClients: boolean,
): string {
  const { host } = web.listen_address;
  const isOnLoopback = host !== undefined && (isLoopbackAddress(host) || isLoopbackHost(host));
  const texts = textVisibility(statements.mode, isOnLoopback || knowsItsClients);
  if (texts === 'off') {
    return 'statements: not read';
  }
  if (!filtersOf('statements').includes(collection.filter)) {
    return `statements: none, as lists with collection.filter: ${collection.filter} lack active sessions`;
  }
  const shown = texts === 'shown' ? 'texts without values and digests' : 'digests';
  const published = metrics.dimensions.statement.enabled ? shown : 'none';
  const why =
    texts === 'open_listener'
      ? '; no texts, as anybody who reaches the listener could read them: for these ask for a password or a verified client certificate (--web.config.file), listen on loopback, or set statements.mode: normalized'
      : '';
  return `statements: ${shown} on the page and in /api/v1/nodes, ${published} in the metrics${why}`;
}
