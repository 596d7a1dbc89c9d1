// The text of some neighbouring nodes, family by family, plain and compressed: the only copy of it. After a change of one
// node only its group is joined again, not the fleet, and of that only the families that read otherwise.
import type { NodeStatus } from '../collect/node-store.js';
import type { Snapshot } from '../sessions/snapshot.js';
import { type DeflatedText, deflateText } from './gzip-member.js';
import { NODE_FAMILIES } from './metric-families.js';
import type { NodeLines, ShownNode } from './render-node.js';

/** The lines of each of NODE_FAMILIES; empty where it has no series. Shared: not to be written to. */
export type FamilyChunks = readonly Buffer[];

/** Where the text of a node stands. */
export interface Place {
  readonly group: NodeGroup;
  readonly index: number;
}

export interface GroupMember {
  readonly shown: ShownNode;
  readonly lines: NodeLines;
  /** Of the lines that are those of before. */
  readonly place: Place | undefined;
}

/** Of one family; groups share it for as long as it reads the same. */
interface FamilyText {
  readonly plain: Buffer;
  /** Where the lines of each node end. */
  readonly ends: Uint32Array;
  /** Once asked for. */
  deflated: DeflatedText | undefined;
}

const NOTHING = Buffer.alloc(0);

export class NodeGroup {
  readonly #shown: readonly ShownNode[];
  readonly #families: readonly FamilyText[];

  /** What reads the same is taken over from `before`. */
  constructor(members: readonly GroupMember[], before?: NodeGroup) {
    this.#shown = members.map(({ shown }) => shown);
    this.#families = Array.from(
      NODE_FAMILIES.keys(),
      (family) => before?.textLike(members, family) ?? textOf(members, family),
    );
  }

  get plain(): FamilyChunks {
    return this.#families.map(({ plain }) => plain);
  }

  deflated(): readonly DeflatedText[] {
    return this.#families.map((text) => {
      text.deflated ??= deflateText(text.plain);
      return text.deflated;
    });
  }

  /** Whether it is the text of these nodes, as they are. */
  shows(nodes: readonly NodeStatus[], snapshotOf: (status: NodeStatus) => Snapshot | undefined): boolean {
    return (
      nodes.length === this.#shown.length &&
      nodes.every((status, index) => {
        const shown = this.#shown[index];
        return status === shown?.status && snapshotOf(status) === shown.snapshot;
      })
    );
  }

  shownAt(index: number): ShownNode | undefined {
    return this.#shown[index];
  }

  linesAt(index: number, family: number): Buffer {
    const { plain = NOTHING, ends } = this.#families[family] ?? {};
    return plain.subarray(ends?.[index - 1] ?? 0, ends?.[index]);
  }

  /** The family's text, if it is what these nodes make of it. */
  textLike(members: readonly GroupMember[], family: number): FamilyText | undefined {
    const isSame =
      members.length === this.#shown.length &&
      members.every(({ lines, place }, index) => {
        const made = lines[family];
        return made === undefined
          ? place?.group === this && place.index === index
          : made.equals(this.linesAt(index, family));
      });
    return isSame ? this.#families[family] : undefined;
  }
}

/** In memory of its own: Node's pool would keep all that stands beside a short text for as long as that. */
function textOf(members: readonly GroupMember[], family: number): FamilyText {
  const lines = members.map(
    (member) => member.lines[family] ?? member.place?.group.linesAt(member.place.index, family) ?? NOTHING,
  );
  const plain = Buffer.allocUnsafeSlow(lines.reduce((sum, { length }) => sum + length, 0));
  const ends = new Uint32Array(lines.length);
  let end = 0;
  for (const [index, line] of lines.entries()) {
    end += line.copy(plain, end);
    ends[index] = end;
  }
  return { plain, ends, deflated: undefined };
}
