// Kernels that wait for a file: making one costs as much as reading some thousand rows, and each file that is being read
// needs one of its own.
import { compiledKernel, Kernel, type KernelCode } from './kernel.js';

/** More are not kept: how many files are read at once comes and goes. */
const MOST_IDLE = 8;
/** What an ordinary list takes: one that took more for a file is left to the garbage collector, for its memory cannot shrink. */
const MOST_KEPT_BYTES = 2 * 1024 * 1024;

export class KernelPool {
  readonly #compiled: () => KernelCode;
  #code: KernelCode | undefined;
  readonly #idle: Kernel[] = [];

  constructor(compiled: () => KernelCode = compiledKernel) {
    this.#compiled = compiled;
  }

  /** To be given back when its file is read. */
  take(): Kernel {
    this.#code ??= this.#compiled();
    const kernel = this.#idle.pop() ?? new Kernel(this.#code);
    kernel.run.reset();
    return kernel;
  }

  giveBack(kernel: Kernel): void {
    kernel.cells = undefined;
    kernel.records = undefined;
    if (kernel.size <= MOST_KEPT_BYTES && this.#idle.length < MOST_IDLE) {
      this.#idle.push(kernel);
    }
  }
}

/** Of the process. */
export const KERNELS = new KernelPool();
