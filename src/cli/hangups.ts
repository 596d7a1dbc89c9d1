// SIGHUP reloads the agent's configuration, also while the agent starts: by default it would end the process.

export class Hangups {
  #isPending = false;
  #onHangup: (() => void) | undefined;
  readonly #note = () => {
    this.#isPending = true;
    this.#deliver();
  };

  /** Keeps SIGHUP from ending the process. */
  constructor() {
    process.on('SIGHUP', this.#note);
  }

  /** Calls `onHangup` at each SIGHUP from now on, and once for those before. */
  follow(onHangup: () => void): void {
    this.#onHangup = onHangup;
    this.#deliver();
  }

  /** Restores the default: SIGHUP ends the process. */
  release(): void {
    process.off('SIGHUP', this.#note);
    if (this.#isPending) {
      process.kill(process.pid, 'SIGHUP');
    }
  }

  #deliver(): void {
    if (this.#isPending && this.#onHangup !== undefined) {
      this.#isPending = false;
      this.#onHangup();
    }
  }
}
