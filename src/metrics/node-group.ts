// The text of some neighbouring nodes, family by family, plain and compressed. After a change of one node only its group
// is joined again, not the fleet, and only the families that read otherwise are compressed again: gzip members may stand
// one behind the other (RFC 1952, 2.2).
import { gzipSync } from 'node:zlib';
import { NODE_FAMILIES } from './metric-families.js';
import type { FamilyChunks } from './render-node.js';

export class NodeGroup {
  readonly plain: FamilyChunks;
  readonly #nodes: readonly FamilyChunks[];
  /** By family, once asked for. */
  readonly #members: (Buffer | undefined)[];

  /** `nodes`: what was rendered of each, one or more pieces a node. What reads the same is taken over from `before`. */
  constructor(nodes: readonly FamilyChunks[], before?: NodeGroup) {
    this.#nodes = nodes;
    this.#members = [];
    this.plain = Array.from(NODE_FAMILIES.keys(), (family) => {
      const lines = Buffer.concat(nodes.flatMap((node) => node[family] ?? []));
      const known = before?.plain[family];
      if (before === undefined || known?.equals(lines) !== true) {
        return lines;
      }
      this.#members[family] = before.#members[family];
      return known;
    });
  }

  /** One gzip member for each family that has series. */
  compressed(): FamilyChunks {
    return this.plain.map((lines, family) => {
      this.#members[family] ??= lines.length === 0 ? lines : compress(lines);
      return this.#members[family];
    });
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
