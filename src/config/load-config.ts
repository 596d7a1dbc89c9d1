// The configuration file → a Config, which nothing changes any more.
import { type Config, configSchema, type DeepReadonly } from './config-schema.js';
import type { ConfigPath } from './yaml/config-errors.js';
import { readSettings } from './yaml/read-settings.js';

export interface LoadedConfig {
  /** Frozen: a reload makes another one. */
  readonly config: Config;
  /** For the log: odd, but no reason not to start. */
  readonly warnings: readonly string[];
}

/** Throws ConfigErrors with everything that is wrong with the file at `path`. */
export function loadConfig(path: string, env: NodeJS.ProcessEnv): LoadedConfig {
  const { settings, warnings } = readSettings(path, { schemaFor: configSchema, isSecret, env });
  return { config: deepFreeze(settings), warnings };
}

function isSecret(path: ConfigPath): boolean {
  const last = String(path.at(-1) ?? '');
  return (path.includes('auth') || last === 'proxy_url') && !last.endsWith('_file');
}

/** All the way down. */
function deepFreeze<T>(value: T): DeepReadonly<T> {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) {
      deepFreeze(part);
    }
  }
  // The same value: only its type is narrowed to what freezing leaves possible.
  return value as DeepReadonly<T>;
}
