// The texts behind the digests of taurusdb_sessions_by_statement: a series for each digest, whichever nodes run it, as two
// of them would be a fault of the scrape. Digests that begin alike are a group, whose lines are kept for as long as they
// read the same: after a change only the groups that it touches are written and compressed again.
import type { TimeSlice } from '../clock.js';
import type { Snapshot } from '../sessions/snapshot.js';
import { label, sampleLine } from './exposition-text.js';
import { type DeflatedText, deflateText, joinTexts } from './gzip-member.js';
import type { FleetFamily } from './metric-family.js';

/** Of up to 4,096 characters each. */
const MAX_SERIES = 10_000;
/** That digests of a group have in common. Of MAX_SERIES a group has some 40: a millisecond to write or to compress. */
const GROUP_DIGITS = 2;

export const STATEMENT_INFO: FleetFamily = {
  source: 'fleet',
  name: 'taurusdb_statement_info',
  type: 'gauge',
  help: 'Always 1; the text, without values, of each statement that taurusdb_sessions_by_statement shows of some node. Only where texts are shown (statements.mode); at most 10000 of them.',
  labels: ['statement', 'text'],
};

type DigestAndText = readonly [digest: string, text: string];

interface Group {
  /** Sorted by digest. */
  readonly texts: readonly DigestAndText[];
  readonly plain: Buffer;
  /** Once asked for. */
  readonly deflated: DeflatedText | undefined;
}

/** The series of some snapshots, sorted by digest. */
export class StatementInfo {
  readonly #groups: Map<string, Group>;
  /** Of all groups, once asked for. */
  #deflated: DeflatedText | undefined;

  private constructor(groups: Map<string, Group>) {
    this.#groups = groups;
  }

  /** What reads the same is taken over from `before`. */
  static async of(
    snapshots: Iterable<Snapshot | undefined>,
    slice: TimeSlice,
    before: StatementInfo = new StatementInfo(new Map()),
  ): Promise<StatementInfo> {
    const texts = new Map<string, string>();
    for (const snapshot of snapshots) {
      addTexts(texts, snapshot);
      await slice.rest();
    }
    const groups = new Map<string, Group>();
    for (const [start, ofGroup] of grouped(texts)) {
      groups.set(start, groupOf(ofGroup, before.#groups.get(start)));
      await slice.rest();
    }
    return new StatementInfo(groups);
  }

  /** Shared: not to be written to. */
  get plain(): readonly Buffer[] {
    return Array.from(this.#groups.values(), ({ plain }) => plain);
  }

  async deflated(slice: TimeSlice): Promise<DeflatedText> {
    if (this.#deflated !== undefined) {
      return this.#deflated;
    }
    const parts: DeflatedText[] = [];
    for (const [start, group] of this.#groups) {
      const deflated = group.deflated ?? deflateText(group.plain);
      this.#groups.set(start, { ...group, deflated });
      parts.push(deflated);
      await slice.rest();
    }
    this.#deflated = joinTexts(parts);
    return this.#deflated;
  }
}

function addTexts(texts: Map<string, string>, { statements }: Partial<Snapshot> = {}): void {
  const values = new Set(statements?.values?.map(({ value }) => value));
  for (const { statement } of statements?.shown ?? []) {
    const { digest, text } = statement;
    const known = texts.get(digest);
    // Texts of one digest differ in case alone: the same is taken whichever nodes have which.
    const isNews = known === undefined ? texts.size < MAX_SERIES : text < known;
    if (values.has(digest) && text !== '' && isNews) {
      texts.set(digest, text);
    }
  }
}

/** By how their digests begin, sorted by that. */
function grouped(texts: ReadonlyMap<string, string>): [start: string, texts: DigestAndText[]][] {
  const groups = new Map<string, DigestAndText[]>();
  for (const one of texts) {
    const start = one[0].slice(0, GROUP_DIGITS);
    const group = groups.get(start);
    if (group === undefined) {
      groups.set(start, [one]);
    } else {
      group.push(one);
    }
  }
  return [...groups].sort(byFirst);
}

function groupOf(unsorted: readonly DigestAndText[], known: Group | undefined): Group {
  const texts = unsorted.toSorted(byFirst);
  // With the texts of now: those of before are other copies, which nobody else keeps.
  return known !== undefined && isSame(texts, known.texts)
    ? { ...known, texts }
    : { texts, plain: linesOf(texts), deflated: undefined };
}

function isSame(texts: readonly DigestAndText[], others: readonly DigestAndText[]): boolean {
  return (
    texts.length === others.length &&
    texts.every(([digest, text], index) => digest === others[index]?.[0] && text === others[index][1])
  );
}

/** In memory of its own: Node's pool would keep all that stands beside a short text for as long as that. */
function linesOf(texts: readonly DigestAndText[]): Buffer {
  const lines = texts
    .map(([digest, text]) =>
      sampleLine(STATEMENT_INFO.name, `${label('statement', digest)},${label('text', text)}`, 1),
    )
    .join('');
  const plain = Buffer.allocUnsafeSlow(Buffer.byteLength(lines));
  plain.write(lines);
  return plain;
}

function byFirst([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}
