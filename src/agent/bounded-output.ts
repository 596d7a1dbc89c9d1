// Lines on a stream whose reader may stall, such as the pipe of a supervisor: what waits is bounded, and what comes beyond is
// left out and counted.
import type { Writable } from 'node:stream';

/** In bytes: about ten thousand lines. */
const MAX_WAITING = 4 * 1024 * 1024;

export class BoundedOutput {
  readonly #stream: Writable;
  readonly #onLost: (lines: number) => void;
  /** Until all that waited is read: a reader that is too slow gets whole stretches, not every other line. */
  #lost = 0;

  /** `onLost` is called once the reader has caught up. */
  constructor(stream: Writable, onLost: (lines: number) => void) {
    this.#stream = stream;
    this.#onLost = onLost;
    stream.on('drain', () => this.#tellLost());
  }

  write(line: string): void {
    const bytes = Buffer.from(line);
    if (this.#lost > 0 || this.#stream.writableLength + bytes.length > MAX_WAITING) {
      this.#lost += 1;
    } else {
      this.#stream.write(bytes);
    }
  }

  #tellLost(): void {
    const lost = this.#lost;
    this.#lost = 0;
    if (lost > 0) {
      this.#onLost(lost);
    }
  }
}
