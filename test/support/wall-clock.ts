// The wall clock of a built program, for a test to set while it runs.
import { mkdtempSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const PRELOADED = new URL('set-wall-clock.mjs', import.meta.url);

export class WallClock {
  readonly #file = path.join(mkdtempSync(path.join(tmpdir(), 'taurusdb-clock-')), 'offset');
  #offsetMs: number;

  /** `startMs`: what it shows now, milliseconds since the epoch. */
  constructor(startMs: number = Date.now()) {
    this.#offsetMs = startMs - Date.now();
    this.step(0);
  }

  /** For the program's environment. */
  get env(): NodeJS.ProcessEnv {
    return { NODE_OPTIONS: `--import=${PRELOADED}`, WALL_CLOCK_FILE: this.#file };
  }

  now(): number {
    return Date.now() + this.#offsetMs;
  }

  /** In force at once. */
  step(ms: number): void {
    this.#offsetMs += ms;
    // Never half written.
    writeFileSync(`${this.#file}.new`, String(this.#offsetMs));
    renameSync(`${this.#file}.new`, this.#file);
  }
}
