// How much is asked of a disk at the same time. A disk that hangs, such as a mount whose server is gone, keeps a thread of Node's for each request: there
// are four, and names of hosts are looked up with them too.

export class DiskLanes {
  readonly #writes = new Lane(1);
  readonly #reads = new Lane(2);

  /** One after the other, in order. */
  write<T>(work: () => Promise<T>): Promise<T> {
    return this.#writes.run(work);
  }

  /** Two at a time. */
  read<T>(work: () => Promise<T>): Promise<T> {
    return this.#reads.run(work);
  }
}

class Lane {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(most: number) {
    this.#free = most;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) {
      this.#free -= 1;
    } else {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) {
        this.#free += 1;
      } else {
        next();
      }
    }
  }
}
