// The text of some neighbouring nodes, family by family, plain and compressed. After a change of one node only its group
// is joined again, not the fleet, and only the families that read otherwise are compressed again.
import { type DeflatedText, deflateText } from './gzip-member.js';
import { NODE_FAMILIES } from './metric-families.js';
import type { FamilyChunks } from './render-node.js';

export class NodeGroup {
  readonly plain: FamilyChunks;
  readonly #nodes: readonly FamilyChunks[];
  /** By family, once asked for. */
  readonly #deflated: (DeflatedText | undefined)[];

  /** `nodes`: what was rendered of each, one or more pieces a node. What reads the same is taken over from `before`. */
  constructor(nodes: readonly FamilyChunks[], before?: NodeGroup) {
    this.#nodes = nodes;
    this.#deflated = [];
    this.plain = Array.from(NODE_FAMILIES.keys(), (family) => {
      const lines = Buffer.concat(nodes.flatMap((node) => node[family] ?? []));
      const known = before?.plain[family];
      if (before === undefined || known?.equals(lines) !== true) {
        return lines;
      }
      this.#deflated[family] = before.#deflated[family];
      return known;
    });
  }

  deflated(): readonly DeflatedText[] {
    return this.plain.map((lines, family) => {
      this.#deflated[family] ??= deflateText(lines);
      return this.#deflated[family];
    });
  }

  consistsOf(nodes: readonly FamilyChunks[]): boolean {
    return nodes.length === this.#nodes.length && nodes.every((node, index) => node === this.#nodes[index]);
  }
}
