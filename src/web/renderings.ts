// What is shown of the fleet, rendered once for all who ask between two changes. One rendering at a time: several at once
// would take as long in all, and each would have a slice of every turn of the event loop.
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { type Clock, elapsedMs, type MonotonicMs } from '../clock.js';
import type { FleetStatus } from './view/fleet-view.js';

/** Ages are shown in seconds, and snapshots become stale. */
const MAX_AGE_MS = 1_000;
const MAX_KEPT = 4;
/** Different ones at a time, as by filters: more of them would only wait for each other. */
const MAX_WAITING = 8;

const gzipInThread = promisify(gzip);

/** Chunks to be sent one behind the other. They are shared: not to be written to. */
export type Chunks = readonly Buffer[];

interface Rendering {
  /** Undefined while it waits for its turn: whoever asks until then is answered with it. */
  started: { readonly fleet: FleetStatus; readonly at: MonotonicMs } | undefined;
  readonly plain: Promise<Chunks>;
  compressed?: Promise<Chunks>;
}

export class Renderings {
  readonly #fleet: () => FleetStatus;
  readonly #clock: Clock;
  /** By what they show, the one asked for last at the end. */
  readonly #kept = new Map<string, Rendering>();
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** `fleet` has the same arrays until something changes. */
  constructor(fleet: () => FleetStatus, clock: Clock) {
    this.#fleet = fleet;
    this.#clock = clock;
  }

  /** `kind` says what `render` makes of the fleet; as gzip if `compressed`. Rejects as `render` does; undefined where too many wait. */
  get(
    kind: string,
    compressed: boolean,
    render: (fleet: FleetStatus) => Promise<Chunks>,
  ): Promise<Chunks> | undefined {
    const known = this.#kept.get(kind);
    const isKnown = known !== undefined && this.#holds(known);
    if (!isKnown && this.#waiting >= MAX_WAITING) {
      return undefined;
    }
    const rendering = isKnown ? known : this.#begin(render);
    this.#kept.delete(kind);
    this.#kept.set(kind, rendering);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= MAX_KEPT) {
        break;
      }
      this.#kept.delete(oldest);
    }
    if (!compressed) {
      return rendering.plain;
    }
    rendering.compressed ??= rendering.plain.then(async (chunks) => [
      await gzipInThread(Buffer.concat(chunks), { level: 1 }),
    ]);
    return rendering.compressed;
  }

  #holds({ started }: Rendering): boolean {
    if (started === undefined) {
      return true;
    }
    const { nodes, projects, statementTexts, incidents } = this.#fleet();
    return (
      started.fleet.nodes === nodes &&
      started.fleet.projects === projects &&
      started.fleet.statementTexts === statementTexts &&
      started.fleet.incidents === incidents &&
      elapsedMs(started.at, this.#clock.monotonic()) < MAX_AGE_MS
    );
  }

  #begin(render: (fleet: FleetStatus) => Promise<Chunks>): Rendering {
    this.#waiting++;
    const plain = this.#last.then(() => {
      rendering.started = { fleet: this.#fleet(), at: this.#clock.monotonic() };
      return render(rendering.started.fleet);
    });
    const rendering: Rendering = { started: undefined, plain };
    // One that failed is tried again after MAX_AGE_MS.
    this.#last = plain.catch(() => {}).finally(() => this.#waiting--);
    return rendering;
  }
}
