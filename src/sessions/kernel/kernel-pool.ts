// Kernels that wait for a file: making one costs as much as reading some thousand rows, and each file that is being read
// needs one of its own.
import { compiledKernel, Kernel, type KernelCode } from './kernel.js';

/** More are not kept: how many files are read at once comes and goes. */
const MOST_IDLE = 8;
/** What an ordinary list takes: one that took more for a file is left to the garbage collector, for its memory cannot shrink. */
const MOST_KEPT_BYTES = 2 * 1024 * 1024;

export class KernelPool {
  readonly #compiled: () => KernelCode;
  readonly #made: (code: KernelCode) => Kernel;
  #code: KernelCode | undefined;
  readonly #idle: Kernel[] = [];
  /** How many read a file. */
  #lent = 0;
  /** Files for which the system had no memory while others were read. */
  readonly #waiting: ((kernel: Kernel) => void)[] = [];

  constructor(
    compiled: () => KernelCode = compiledKernel,
    made: (code: KernelCode) => Kernel = (code) => new Kernel(code),
  ) {
    this.#compiled = compiled;
    this.#made = made;
  }

  /** To be given back when its file is read. Rejects with CsvError where there is no memory for a single one. */
  async take(): Promise<Kernel> {
    const kernel = this.#idle.pop() ?? this.#newKernel();
    if (kernel === undefined) {
      return new Promise((resolve) => this.#waiting.push(resolve));
    }
    this.#lent++;
    kernel.run.reset();
    return kernel;
  }

  /** What was read, statements with their literals among it, is overwritten. */
  giveBack(kernel: Kernel): void {
    kernel.cells = undefined;
    kernel.records = undefined;
    kernel.run.wipe();
    const next = this.#waiting.shift();
    if (next !== undefined) {
      kernel.run.reset();
      next(kernel);
      return;
    }
    this.#lent--;
    if (kernel.size <= MOST_KEPT_BYTES && this.#idle.length < MOST_IDLE) {
      this.#idle.push(kernel);
    }
  }

  /**
   * Undefined where a file has to wait for the end of another one: V8 sets some gigabytes of addresses aside for each memory, of
   * which a process may have few (ulimit -v).
   */
  #newKernel(): Kernel | undefined {
    this.#code ??= this.#compiled();
    try {
      return this.#made(this.#code);
    } catch (error) {
      if (this.#lent === 0) {
        throw error;
      }
      return undefined;
    }
  }
}

/** Of the process. */
export const KERNELS = new KernelPool();
