// What the tests of the core share: the settings of a configuration that says nothing, and session files in chunks.
import { byDimension, type Dimension } from '../../src/sessions/dimensions.js';
import type { KernelPool } from '../../src/sessions/kernel/kernel-pool.js';
import type { SessionSettings } from '../../src/sessions/read-snapshot.js';
import { readSnapshot } from '../../src/sessions/read-snapshot.js';
import { emptyTally, type Snapshot } from '../../src/sessions/snapshot.js';

export const SETTINGS: SessionSettings = {
  encoding: 'utf-8',
  columnNames: {},
  filter: 'total',
  dimensions: byDimension(({ defaultMax, enabledByDefault }) => ({
    enabled: enabledByDefault,
    maxValues: defaultMax,
  })),
  stripPort: true,
  hostGroups: [],
  slowSeconds: 10,
  longTransactionSeconds: 60,
};

/** Every dimension on, with the same limit. */
export function settingsWithLimit(maxValues: number): SessionSettings {
  return { ...SETTINGS, dimensions: byDimension(() => ({ enabled: true, maxValues })) };
}

/** Chunks of the given sizes, over and over; without sizes one chunk. As of a file, each holds until the next one is asked for. */
export async function* inChunks(
  file: string | Uint8Array,
  sizes: readonly number[] = [],
): AsyncGenerator<Uint8Array, void, undefined> {
  const bytes = Buffer.from(file);
  for (let start = 0, turn = 0; start < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? bytes.length;
    const chunk = Buffer.from(bytes.subarray(start, start + size));
    yield chunk;
    chunk.fill('"');
    start += size;
  }
}

export async function collected(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) {
    all.push(Buffer.from(chunk));
  }
  return Buffer.concat(all);
}

export async function snapshotOf(
  file: string | Uint8Array,
  settings: Partial<SessionSettings> = {},
  previous?: Snapshot,
  kernels?: KernelPool,
): Promise<Snapshot> {
  const chunks = inChunks(file);
  return (await readSnapshot(chunks, { ...SETTINGS, ...settings }, emptyTally(), previous, kernels)).snapshot;
}

/** Sessions by value, for comparing with a literal. */
export function countsOf(snapshot: Pick<Snapshot, 'dimensions'>, dimension: Dimension) {
  return Object.fromEntries(
    snapshot.dimensions.get(dimension)?.values.map(({ value, sessions }) => [value, sessions]) ?? [],
  );
}
