// What is shown of the nodes, rendered once for all who ask between two changes. One rendering at a time: several at once
// would take as long in all, and each would have a slice of every turn of the event loop.
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { type Clock, elapsedMs, type MonotonicMs } from '../clock.js';
import type { NodeStatus } from '../collect/node-store.js';

/** Ages are shown in seconds, and snapshots become stale. */
const MAX_AGE_MS = 1_000;
const MAX_KEPT = 4;

const gzipInThread = promisify(gzip);

/** Chunks to be sent one behind the other. They are shared: not to be written to. */
export type Chunks = readonly Buffer[];

interface Rendering {
  /** Undefined while it waits for its turn: whoever asks until then is answered with it. */
  started: { readonly nodes: readonly NodeStatus[]; readonly at: MonotonicMs } | undefined;
  readonly plain: Promise<Chunks>;
  compressed?: Promise<Chunks>;
}

export class Renderings {
  readonly #nodes: () => readonly NodeStatus[];
  readonly #clock: Clock;
  /** By what they show, the one asked for last at the end. */
  readonly #kept = new Map<string, Rendering>();
  #last: Promise<unknown> = Promise.resolve();

  /** `nodes` returns the same array until something changes. */
  constructor(nodes: () => readonly NodeStatus[], clock: Clock) {
    this.#nodes = nodes;
    this.#clock = clock;
  }

  /** `kind` says what `render` makes of the nodes; as gzip if `compressed`. Rejects as `render` does. */
  get(
    kind: string,
    compressed: boolean,
    render: (nodes: readonly NodeStatus[]) => Promise<Chunks>,
  ): Promise<Chunks> {
    const known = this.#kept.get(kind);
    const rendering = known !== undefined && this.#holds(known) ? known : this.#begin(render);
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
    return (
      started === undefined ||
      (started.nodes === this.#nodes() && elapsedMs(started.at, this.#clock.monotonic()) < MAX_AGE_MS)
    );
  }

  #begin(render: (nodes: readonly NodeStatus[]) => Promise<Chunks>): Rendering {
    const plain = this.#last.then(() => {
      rendering.started = { nodes: this.#nodes(), at: this.#clock.monotonic() };
      return render(rendering.started.nodes);
    });
    const rendering: Rendering = { started: undefined, plain };
    // One that failed is tried again after MAX_AGE_MS.
    this.#last = plain.catch(() => {});
    return rendering;
  }
}
