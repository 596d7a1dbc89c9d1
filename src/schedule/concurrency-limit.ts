// How much runs at the same time: a number of slots, and a queue for what finds none free.

export class ConcurrencyLimit {
  #size: number;
  readonly #waiting = new Set<() => Promise<void>>();
  readonly #running = new Set<Promise<void>>();

  constructor(size: number) {
    this.#size = size;
  }

  /** More slots fill at once; with fewer, what runs goes on. */
  resize(size: number): void {
    this.#size = size;
    this.#fill();
  }

  /** First in, first out. Returns what gives up the place in the queue, and does nothing once `work` has begun. */
  enqueue(work: () => Promise<void>): () => void {
    this.#waiting.add(work);
    this.#fill();
    return () => this.#waiting.delete(work);
  }

  /** Resolves once nothing runs and nothing waits. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) {
      await Promise.allSettled(this.#running);
    }
  }

  #fill(): void {
    for (const work of this.#waiting) {
      if (this.#running.size >= this.#size) {
        return;
      }
      this.#waiting.delete(work);
      const running = work().finally(() => {
        this.#running.delete(running);
        this.#fill();
      });
      this.#running.add(running);
    }
  }
}
