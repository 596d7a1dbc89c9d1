// Has the secrets of the configuration follow their files, and the log tell what becomes of a change. A reload goes on
// following the files that stay: what they say in the middle of a change is not taken by it.
import type { Clock } from '../clock.js';
import { secretsIn } from '../config/secret.js';
import { type SecretFiles, type SecretsInForce, UnusableFile } from '../config/secrets/secret-files.js';
import { FollowedFiles, RESTLESSNESS } from '../followed-files.js';
import type { Log } from '../log.js';

type Followed = FollowedFiles<SecretsInForce>;

export class FollowedSecrets {
  readonly #clock: Clock;
  readonly #log: Log;
  /** By the key of their files. */
  #followed = new Map<string, Followed>();

  constructor(clock: Clock, log: Log) {
    this.#clock = clock;
    this.#log = log;
  }

  /**
   * All secrets in this part of a configuration follow their files from now on. Throws where a file has become unusable
   * since it was read. Once the function returned is called, those of earlier configurations are forgotten.
   */
  prepare(config: unknown): () => void {
    const followed = new Map<string, Followed>();
    for (const { files } of secretsIn(config)) {
      if (files !== undefined) {
        const one = followed.get(files.key) ?? this.#followed.get(files.key) ?? this.#open(files);
        followed.set(files.key, one);
        files.follow(one);
      }
    }
    return () => {
      this.#followed = followed;
    };
  }

  #open(files: SecretFiles): Followed {
    const log = this.#log;
    return new FollowedFiles({
      clock: this.#clock,
      load: files.load,
      onTaken: (now, before) => {
        if (Object.keys(now.texts).some((name) => now.texts[name] !== before.texts[name])) {
          log.info('secret changed with its file: the new value is in force from now on', shown(files.paths));
        }
        for (const path of now.exposed.filter((exposed) => !before.exposed.includes(exposed))) {
          log.warn('secret file can be read by other users: take their permission away (chmod 600)', {
            file: path,
          });
        }
      },
      onRefused: (error) => {
        const paths = error instanceof UnusableFile ? [error.path] : files.paths;
        log.warn(
          'secret file cannot be used: the previous value stays in force; correct the file, which is read again when it changes',
          { ...shown(paths), error: error instanceof Error ? error.message : 'unreadable' },
        );
      },
      onRestless: (paths) => {
        log.warn(
          'secret file cannot be used: the previous value stays in force; write the file only when the secret changes',
          { ...shown(paths), error: RESTLESSNESS },
        );
      },
    });
  }
}

function shown(paths: readonly string[]): { readonly file: string } {
  return { file: [...new Set(paths)].join(', ') };
}
