// Many small lines on a stream: gathered in one buffer, and written when there are enough of them or no more to come for now.
import type { Writable } from 'node:stream';

const BUFFER_BYTES = 256 * 1024;

export class LineOutput {
  readonly #stream: Writable;
  readonly #buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  #used = 0;
  /** Copies of what the buffer held each time that it was full: short statements may make long lines. */
  #full: Buffer[] = [];

  constructor(stream: Writable) {
    this.#stream = stream;
  }

  /** `line`: with its line feed, shorter than the buffer. */
  add(line: Uint8Array): void {
    if (this.#used + line.length > BUFFER_BYTES) {
      this.#full.push(Buffer.from(this.#buffer.subarray(0, this.#used)));
      this.#used = 0;
    }
    this.#buffer.set(line, this.#used);
    this.#used += line.length;
  }

  /** Resolves when the stream has taken all of it, so that a slow reader holds up who writes. */
  async flush(): Promise<void> {
    for (const full of this.#full) {
      await this.#write(full);
    }
    this.#full = [];
    if (this.#used > 0) {
      await this.#write(this.#buffer.subarray(0, this.#used));
      this.#used = 0;
    }
  }

  /** Errors are the stream's: its listener ends the program. */
  #write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve) => this.#stream.write(bytes, () => resolve()));
  }
}
