// SIGHUP asks the agent for a reload, from the first moment of its start on: by default it would end the process.

export class Hangups {
  #isPending = false;
  #onHangup: (() => void) | undefined;
  readonly #note = () => {
    this.#isPending = true;
    this.#tell();
  };

  /** Keeps SIGHUP from ending the process. */
  constructor() {
    process.on('SIGHUP', this.#note);
  }

  /** Tells of each SIGHUP from now on, and of those that came before. */
  follow(onHangup: () => void): void {
    this.#onHangup = onHangup;
    this.#tell();
  }

  /** Lets SIGHUP end the process, as it does by default. */
  release(): void {
    process.off('SIGHUP', this.#note);
    if (this.#isPending) {
      process.kill(process.pid, 'SIGHUP');
    }
  }

  #tell(): void {
    if (this.#isPending && this.#onHangup !== undefined) {
      this.#isPending = false;
      this.#onHangup();
    }
  }
}
