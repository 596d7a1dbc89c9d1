// Files that change after they were read, such as secrets and certificates, and the value made of them. A change is taken
// once it has been still: who writes a file may pause within it, and between the files that belong together.
import { createHash } from 'node:crypto';
import {
  type Clock,
  type EpochMs,
  elapsedMs,
  later,
  type Moment,
  type MonotonicMs,
  momentOf,
} from './clock.js';
import { type BoundedFile, isOfTheMachine, readBoundedFile, stampOf } from './small-file.js';

/** Longer than a script takes between two files, or between the two halves of one. */
export const STILL_MS = 2_000;
/** Longer than any change in steps lasts: what is found changing for as long is written again and again. */
export const RESTLESS_MS = 30_000;

/** What messages say of them. */
export const RESTLESSNESS = `it has not been still for ${STILL_MS / 1000} s within the last ${RESTLESS_MS / 1000} s`;

/** Throws an Error whose message is the reason alone, without the path. */
export type ReadFile = (path: string, maxBytes: number) => BoundedFile;

export interface FollowedFilesOptions<Value> {
  /**
   * Makes the value of all files that it reads with `read`: those are followed. Throws an Error that says what is
   * wrong with them. `inForce`: the value so far, undefined at the start.
   */
  readonly load: (read: ReadFile, inForce: Value | undefined) => Value;
  readonly clock: Clock;
  /** The files changed, and the value with them. */
  readonly onTaken?: (value: Value, before: Value) => void;
  /** The files changed and cannot be used: told once for each content. The value before stays in force. */
  readonly onRefused?: (error: unknown) => void;
  /**
   * For RESTLESS_MS no look has found all files still, the last one not these: told once, until all have been still. The
   * value before stays in force.
   */
  readonly onRestless?: (paths: readonly string[]) => void;
}

interface Sighting {
  readonly stamp: string;
  readonly stillAt: MonotonicMs;
}

/** Runs no timer: who asks for the value has the files looked at. */
export class FollowedFiles<Value> {
  readonly #options: FollowedFilesOptions<Value>;
  /** By path. */
  #seen = new Map<string, Sighting>();
  #lookedAt: Moment;
  /** The stamps that were taken or refused last. */
  #judged: string | undefined;
  /** Of the content that was refused last. */
  #refusal: string | undefined;
  /** While no look finds the files still. */
  #restless: { readonly since: MonotonicMs; isTold: boolean } | undefined;
  #value: Value;

  /**
   * Throws what `load` does. What the files say at the start is taken at once, as there is nothing older to keep; where
   * they changed just before, `settled` waits for what follows.
   */
  constructor(options: FollowedFilesOptions<Value>) {
    this.#options = options;
    this.#lookedAt = momentOf(options.clock);
    const { load, seen } = this.#attempt();
    this.#value = load();
    this.#seen = seen;
    this.#judged = stampsOf(seen);
  }

  /** Of the files as they were when they were last still and right. Cheap. */
  current(): Value {
    this.#look();
    if (this.#isAnother() && this.#restsInMs() === 0) {
      this.#judge();
    }
    this.#tellOfRestlessness();
    return this.#value;
  }

  /** Resolves once all files have been still; rejects with the signal's reason when that aborts first. */
  async settled(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    // Also for files that are as they were read first: that may have been half of them.
    for (this.current(); this.#restsInMs() > 0; this.current()) {
      await clock.sleep(this.#restsInMs(), signal);
    }
  }

  #judge(): void {
    const before = this.#value;
    const { seen, load, failedByMachine, digest } = this.#attempt(before);
    let take: () => void;
    try {
      const value = load();
      take = () => this.#take(value, before);
    } catch (error) {
      take = () => this.#refuse(error, digest(error));
    }
    // A file that was read for the first time, or changed just now, may be half written: whatever came of it is not final.
    this.#seen = seen;
    this.#look();
    if (this.#restsInMs() === 0) {
      this.#judged = failedByMachine() ? undefined : stampsOf(seen);
      take();
    }
  }

  #take(value: Value, before: Value): void {
    this.#value = value;
    this.#refusal = undefined;
    this.#options.onTaken?.(value, before);
  }

  #refuse(error: unknown, refusal: string): void {
    if (refusal !== this.#refusal) {
      this.#refusal = refusal;
      this.#options.onRefused?.(error);
    }
  }

  #tellOfRestlessness(): void {
    const now = this.#options.clock.monotonic();
    const restless = [...this.#seen].filter(([, { stillAt }]) => elapsedMs(now, stillAt) > 0);
    if (restless.length === 0) {
      this.#restless = undefined;
      return;
    }
    this.#restless ??= { since: now, isTold: false };
    if (!this.#restless.isTold && elapsedMs(this.#restless.since, now) >= RESTLESS_MS) {
      this.#restless.isTold = true;
      this.#options.onRestless?.(restless.map(([path]) => path));
    }
  }

  #attempt(inForce?: Value) {
    const seen = new Map<string, Sighting>();
    const content = createHash('sha256');
    let failedByMachine = false;
    const read: ReadFile = (path, maxBytes) => {
      // Before the content: a change in between is seen later instead of never.
      seen.set(path, this.#seen.get(path) ?? this.#firstSighting(path));
      try {
        const file = readBoundedFile(path, maxBytes);
        content.update(`${path}\n${file.bytes.length}\n`).update(file.bytes);
        return file;
      } catch (error) {
        failedByMachine ||= isOfTheMachine(error);
        throw error;
      }
    };
    return {
      seen,
      load: () => this.#options.load(read, inForce),
      failedByMachine: () => failedByMachine,
      digest: (error: unknown) => content.update(String(error)).digest('hex'),
    };
  }

  #firstSighting(path: string): Sighting {
    const { text, changedAt } = stampOf(path);
    const { wall, monotonic } = momentOf(this.#options.clock);
    const ageMs = changedAt === undefined ? 0 : Math.max(0, elapsedMs(changedAt, wall));
    return { stamp: text, stillAt: later(monotonic, STILL_MS - ageMs) };
  }

  #look(): void {
    const before = this.#lookedAt;
    const now = momentOf(this.#options.clock);
    for (const [path, { stamp }] of this.#seen) {
      const { text, changedAt } = stampOf(path);
      if (text !== stamp) {
        const stillAt = later(now.monotonic, STILL_MS - ageOfChange(changedAt, before, now));
        this.#seen.set(path, { stamp: text, stillAt });
      }
    }
    this.#lookedAt = now;
  }

  /** Whether the files are others than those that were taken or refused last. */
  #isAnother(): boolean {
    return this.#judged !== stampsOf(this.#seen);
  }

  #restsInMs(): number {
    const now = this.#options.clock.monotonic();
    return Math.max(0, ...[...this.#seen.values()].map(({ stillAt }) => elapsedMs(now, stillAt)));
  }
}

/**
 * How long ago a file changed, at least: so that a change made long before anyone asked is taken at once. The time of
 * the file dates only a change since the last look. An older one, as of a file put in its place by a symbolic link, and
 * one in the future say nothing.
 */
function ageOfChange(changedAt: EpochMs | undefined, before: Moment, now: Moment): number {
  if (changedAt === undefined || changedAt < before.wall || changedAt > now.wall) {
    return 0;
  }
  return Math.min(elapsedMs(changedAt, now.wall), elapsedMs(before.monotonic, now.monotonic));
}

function stampsOf(seen: ReadonlyMap<string, Sighting>): string {
  return [...seen].map(([path, { stamp }]) => `${path}\n${stamp}`).join('\n');
}
