// Locks a name out after refusals in a row, as the gateway does with keys and IAM with accounts.
import type { Clock } from '../../clock.js';

export class RefusalLock {
  readonly #clock: Clock;
  readonly #refusalsToLock: number;
  readonly #lockMs: number;
  readonly #names = new Map<string, { refusals: number; lockedUntil: number }>();

  constructor(clock: Clock, refusalsToLock: number, lockMs: number) {
    this.#clock = clock;
    this.#refusalsToLock = refusalsToLock;
    this.#lockMs = lockMs;
  }

  isLocked(name: string): boolean {
    const entry = this.#names.get(name);
    return entry !== undefined && this.#clock.monotonic() < entry.lockedUntil;
  }

  refused(name: string): void {
    const refusals = (this.#names.get(name)?.refusals ?? 0) + 1;
    const locks = refusals >= this.#refusalsToLock;
    this.#names.set(name, {
      refusals: locks ? 0 : refusals,
      lockedUntil: locks ? this.#clock.monotonic() + this.#lockMs : Number.NEGATIVE_INFINITY,
    });
  }

  accepted(name: string): void {
    this.#names.delete(name);
  }
}
