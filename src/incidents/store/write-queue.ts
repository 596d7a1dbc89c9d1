// What is to be written, by key: one after the other, each as it is when its turn comes. What cannot be written waits for the next one, or a while.
import type { Clock } from '../../clock.js';

const RETRY_MS = 30_000;
/** Then the others would not be written either. */
const MOST_FAILURES = 3;

export class WriteQueue {
  readonly #clock: Pick<Clock, 'sleep'>;
  /** Resolves to whether nothing is left to be done for the key. */
  readonly #write: (key: string) => Promise<boolean>;
  readonly #keys = new Set<string>();
  #running: Promise<void> | undefined;
  #pause: AbortController | undefined;
  #isClosing = false;

  constructor(clock: Pick<Clock, 'sleep'>, write: (key: string) => Promise<boolean>) {
    this.#clock = clock;
    this.#write = write;
  }

  add(key: string): void {
    if (this.#isClosing) {
      return;
    }
    this.#keys.add(key);
    this.#pause?.abort();
    this.#running ??= this.#run();
  }

  drop(key: string): void {
    this.#keys.delete(key);
  }

  /**
   * Resolves once each was written, or some in a row could not be, or after `graceMs`. Nothing is begun from then on; what is under way then ends when it
   * ends.
   */
  async close(graceMs: number): Promise<void> {
    this.#isClosing = true;
    this.#pause?.abort();
    const grace = new AbortController();
    await Promise.race([this.#running, this.#clock.sleep(graceMs, grace.signal).catch(() => {})]);
    grace.abort();
    this.#keys.clear();
  }

  async #run(): Promise<void> {
    await this.#writeAll();
    this.#running = undefined;
  }

  async #writeAll(): Promise<void> {
    let failures = 0;
    for (let key = this.#first(); key !== undefined; key = this.#first()) {
      this.#keys.delete(key);
      if (await this.#write(key)) {
        failures = 0;
        continue;
      }
      this.#keys.add(key);
      failures += 1;
      if (failures < Math.min(MOST_FAILURES, this.#keys.size)) {
        continue;
      }
      if (this.#isClosing) {
        return;
      }
      await this.#rest();
      failures = 0;
    }
  }

  #first(): string | undefined {
    const [first] = this.#keys;
    return first;
  }

  async #rest(): Promise<void> {
    this.#pause = new AbortController();
    await this.#clock.sleep(RETRY_MS, this.#pause.signal).catch(() => {});
    this.#pause = undefined;
  }
}
