// What a scrape is answered with. A node is rendered once for each change of it; a scrape strings together what is ready
// and adds the agent's own metrics, so its cost does not grow with the series but for sending them.
import type { Clock } from '../clock.js';
import type { NodeStatus } from '../collect/node-status.js';
import type { Snapshot } from '../sessions/snapshot.js';
import { END_OF_EXPOSITION, type ExpositionFormat, headerLines } from './exposition-text.js';
import { freshSnapshot } from './fresh-snapshot.js';
import { NODE_FAMILIES } from './metric-families.js';
import { compress, NodeGroup } from './node-group.js';
import { type FamilyChunks, NO_SERIES, renderSnapshot, renderStatus } from './render-node.js';
import { TimeSlice } from './time-slice.js';

/** Smaller groups cost more when all nodes change (each gzip member has its price), larger ones when one does. */
const NODES_PER_GROUP = 32;

export interface ExpositionOptions {
  /** In a stable order, which is that of the series. */
  readonly nodes: () => readonly NodeStatus[];
  /** The series that belong to no node. */
  readonly agentText: (format: ExpositionFormat) => Promise<string>;
  readonly clock: Clock;
}

export class Exposition {
  readonly #options: ExpositionOptions;
  // Statuses and snapshots are immutable: one that was seen before needs no second look.
  readonly #statuses = new WeakMap<NodeStatus, FamilyChunks>();
  readonly #snapshots = new WeakMap<Snapshot, { node: NodeStatus['node']; rendered: FamilyChunks }>();
  #groups: readonly NodeGroup[] = [];

  constructor(options: ExpositionOptions) {
    this.#options = options;
  }

  /** Chunks to be sent one behind the other, as gzip if `compressed`. They are shared: not to be written to. */
  async scrape(format: ExpositionFormat, compressed: boolean): Promise<readonly Buffer[]> {
    const slice = new TimeSlice(this.#options.clock);
    const chunks: FamilyChunks[] = [];
    for (const group of await this.refresh()) {
      chunks.push(compressed ? group.compressed : group.plain);
      await slice.rest();
    }
    const headers = (compressed ? COMPRESSED_FAMILY_HEADERS : FAMILY_HEADERS)[format];
    const agent = Buffer.from((await this.#options.agentText(format)) + END_OF_EXPOSITION[format]);
    return [...stringTogether(headers, chunks), compressed ? compress(agent) : agent];
  }

  /** Renders the nodes that changed. A scrape does so itself; after a call at each change it finds nothing to do. */
  async refresh(): Promise<readonly NodeGroup[]> {
    const { clock } = this.#options;
    const now = clock.now();
    const nodes = this.#options.nodes();
    const slice = new TimeSlice(clock);
    const groups: NodeGroup[] = [];
    for (let start = 0; start < nodes.length; start += NODES_PER_GROUP) {
      const rendered: FamilyChunks[] = [];
      for (const status of nodes.slice(start, start + NODES_PER_GROUP)) {
        rendered.push(this.#renderedStatus(status), this.#renderedSnapshot(status, now));
        await slice.rest();
      }
      const before = this.#groups[groups.length];
      groups.push(before?.consistsOf(rendered) ? before : new NodeGroup(rendered));
    }
    this.#groups = groups;
    return groups;
  }

  #renderedStatus(status: NodeStatus): FamilyChunks {
    const rendered = this.#statuses.get(status) ?? renderStatus(status);
    this.#statuses.set(status, rendered);
    return rendered;
  }

  #renderedSnapshot(status: NodeStatus, now: number): FamilyChunks {
    const snapshot = freshSnapshot(status, now);
    if (snapshot === undefined) return NO_SERIES;
    const known = this.#snapshots.get(snapshot);
    // Discovery or a reload may have given the node other labels since.
    if (known?.node === status.node) return known.rendered;
    const rendered = renderSnapshot(status.node, snapshot);
    this.#snapshots.set(snapshot, { node: status.node, rendered });
    return rendered;
  }
}

/** A family without a series is left out, header and all. */
function stringTogether(headers: FamilyChunks, groups: readonly FamilyChunks[]): readonly Buffer[] {
  return headers.flatMap((header, family) => {
    const lines = groups.flatMap((group) => group[family] ?? []).filter(({ length }) => length > 0);
    return lines.length === 0 ? [] : [header, ...lines];
  });
}

const FAMILY_HEADERS: Readonly<Record<ExpositionFormat, FamilyChunks>> = {
  text: NODE_FAMILIES.map((family) => Buffer.from(headerLines(family, 'text'))),
  openmetrics: NODE_FAMILIES.map((family) => Buffer.from(headerLines(family, 'openmetrics'))),
};

const COMPRESSED_FAMILY_HEADERS: Readonly<Record<ExpositionFormat, FamilyChunks>> = {
  text: FAMILY_HEADERS.text.map(compress),
  openmetrics: FAMILY_HEADERS.openmetrics.map(compress),
};
