// The log of a command, with the secrets of the configuration in force kept out of it.

import type { Config } from '../config/config-schema.js';
import { Secret } from '../config/secret.js';
import type { Log } from '../log.js';
import { createLog, type LogSettings } from './create-log.js';

export interface OpenedLog {
  readonly log: Log;
  /** From now on the secrets of this configuration are stripped too; those of earlier ones still are. */
  readonly protect: (config: Config) => void;
}

export function openLog({ level, format }: Pick<LogSettings, 'level' | 'format'>): OpenedLog {
  const known = new Set<string>();
  let current: readonly Secret[] = [];
  const log = createLog({
    level,
    format,
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
