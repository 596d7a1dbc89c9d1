// Loads the configuration again when asked to: once at a time, and once more for all who asked meanwhile.
import { isDeepStrictEqual } from 'node:util';
import type { Config } from '../config/config-schema.js';
import type { LoadedConfig } from '../config/load-config.js';
import type { Log } from '../log.js';
import { logWarnings } from './open-log.js';

export interface ReloaderOptions {
  /** Throws with a message for people when the file is wrong. */
  readonly load: () => LoadedConfig;
  readonly current: Config;
  /** Throws when the configuration cannot be taken over. */
  readonly apply: (config: Config) => void;
  readonly done: (success: boolean) => void;
  readonly log: Log;
}

export class Reloader {
  readonly #options: ReloaderOptions;
  readonly #startedWith: Config;
  #pending: Promise<void> | undefined;

  constructor(options: ReloaderOptions) {
    this.#options = options;
    this.#startedWith = options.current;
  }

  /** Rejects, and the old configuration stays in force, when the new one is wrong. */
  reload(): Promise<void> {
    // Signals come in bursts: those of one turn of the event loop are one.
    this.#pending ??= new Promise((resolve, reject) => {
      setImmediate(() => {
        this.#pending = undefined;
        try {
          this.#reloadNow();
          resolve();
        } catch (error) {
          reject(error);
        }
      });
    });
    return this.#pending;
  }

  #reloadNow(): void {
    const { load, apply, done, log } = this.#options;
    try {
      const loaded = load();
      const { config } = loaded;
      apply(config);
      logWarnings(log, loaded);
      this.#warnOfRestart(config);
      log.info('configuration reloaded', { projects: config.projects.length });
      done(true);
    } catch (error) {
      const reason = error instanceof Error ? error.message.replaceAll('\n', '; ') : String(error);
      log.error('configuration not reloaded: the previous one stays in force', { error: reason });
      done(false);
      throw error;
    }
  }

  #warnOfRestart(config: Config): void {
    for (const section of ['web', 'log'] as const) {
      if (!isDeepStrictEqual(config[section], this.#startedWith[section])) {
        this.#options.log.warn('configuration: may be otherwise than it was meant', {
          warning: `${section}.* changed, which takes effect at the next start only`,
        });
      }
    }
  }
}
