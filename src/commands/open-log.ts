// The log of a command, with the secrets of the configuration in force kept out of it.
import type { Config } from '../config/config-schema.js';
import { Secret } from '../config/secret.js';
import type { Log } from '../log.js';
import { createLog, type LogSettings } from './create-log.js';
import type { FlagValues } from './flags.js';

export interface OpenedLog {
  readonly log: Log;
  /** From now on the secrets of this configuration are stripped too; those of earlier ones still are. */
  readonly protect: (config: Config) => void;
}

/** A flag comes before the configuration. */
export function openLog(
  flags: FlagValues,
  configured: { readonly level: LogSettings['level']; readonly format: LogSettings['format'] },
): OpenedLog {
  const known = new Set<string>();
  let current: readonly Secret[] = [];
  const log = createLog({
    // The command line has checked its choices.
    level: (flags['log.level'] as LogSettings['level'] | undefined) ?? configured.level,
    format: (flags['log.format'] as LogSettings['format'] | undefined) ?? configured.format,
    secrets: () => [...known, ...current.map((secret) => secret.read())],
    write: (line) => process.stderr.write(line),
  });
  return {
    log,
    protect: (config) => {
      for (const secret of current) {
        known.add(secret.read());
      }
      current = secretsIn(config);
    },
  };
}

function secretsIn(value: unknown): Secret[] {
  if (value instanceof Secret) {
    return [value];
  }
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(secretsIn) : [];
}
