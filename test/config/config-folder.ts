// A folder for one test's configuration and the files that it names.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LoadedConfig, loadConfig } from '../../src/config/load-config.js';
import { ConfigErrors } from '../../src/config/yaml/config-errors.js';

/** What a project without `auth` finds. */
export const SDK_ENV = { HUAWEICLOUD_SDK_AK: 'sdk-ak', HUAWEICLOUD_SDK_SK: 'sdk-sk' };

export class ConfigFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'config-'));

  /** Returns the file's path. */
  write(name: string, content: string | Uint8Array, mode = 0o600): string {
    const path = join(this.path, name);
    writeFileSync(path, content);
    chmodSync(path, mode);
    return path;
  }

  load(yaml: string | Uint8Array, env: NodeJS.ProcessEnv = {}): LoadedConfig {
    return loadConfig(this.write('config.yaml', yaml), { HOME: this.path, ...SDK_ENV, ...env });
  }

  /** The lines that a wrong configuration is refused with, without the folder's name; none for a right one. */
  errorsOf(yaml: string | Uint8Array, env: NodeJS.ProcessEnv = {}): string[] {
    try {
      this.load(yaml, env);
      return [];
    } catch (error) {
      if (!(error instanceof ConfigErrors)) {
        throw error;
      }
      return error.message.replaceAll(`${this.path}/`, '').split('\n');
    }
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
