// The configuration file → the Config that commands/ hand out in pieces.
import { type Config, configSchema } from './config-schema.js';
import { deepFreeze } from './deep-freeze.js';
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
