// The text of some neighbouring nodes, family by family, plain and compressed. After a change of one node only its group
// is joined and compressed again, not the fleet: gzip members may stand one behind the other (RFC 1952, 2.2).
import { gzipSync } from 'node:zlib';
import { NODE_FAMILIES } from './metric-families.js';
import type { FamilyChunks } from './render-node.js';

export class NodeGroup {
  readonly plain: FamilyChunks;
  readonly #nodes: readonly FamilyChunks[];
  #compressed: FamilyChunks | undefined;

  /** `nodes`: what was rendered of each, one or more pieces a node. */
  constructor(nodes: readonly FamilyChunks[]) {
    this.#nodes = nodes;
    this.plain = Array.from(NODE_FAMILIES.keys(), (family) =>
      Buffer.concat(nodes.flatMap((node) => node[family] ?? [])),
    );
  }

  /** One gzip member for each family that has series. */
  get compressed(): FamilyChunks {
    this.#compressed ??= this.plain.map((lines) => (lines.length === 0 ? lines : compress(lines)));
    return this.#compressed;
  }

  consistsOf(nodes: readonly FamilyChunks[]): boolean {
    return nodes.length === this.#nodes.length && nodes.every((node, index) => node === this.#nodes[index]);
  }
}

/**
 * Not in the thread pool: the text repeats itself so much that a family of a group takes some 50 µs, about what a thread
 * costs; and a higher level takes three times as long for a tenth of the size.
 */
export function compress(bytes: Buffer): Buffer {
  return gzipSync(bytes, { level: 1 });
}
