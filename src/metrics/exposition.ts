// What a scrape is answered with. A node is rendered once for each change of it, soon after that; a scrape strings together
// what is ready and adds the agent's own metrics, so its cost does not grow with the series but for sending them.
import { type Clock, elapsedMs, type MonotonicMs, TimeSlice } from '../clock.js';
import { freshSnapshot, freshUntil, type NodeStatus } from '../collect/node-store.js';
import type { DatabaseNode } from '../model/node.js';
import { END_OF_EXPOSITION, type ExpositionFormat, headerLines } from './exposition-text.js';
import { type DeflatedText, deflateText, gzipMember, joinTexts } from './gzip-member.js';
import { NODE_FAMILIES } from './metric-families.js';
import { type FamilyChunks, type GroupMember, NodeGroup, type Place } from './node-group.js';
import { renderNode } from './render-node.js';
import { STATEMENT_INFO, StatementInfo } from './statement-info.js';

/** Smaller groups cost more when all nodes change (each deflated text has its price), larger ones when one does. */
const NODES_PER_GROUP = 16;

/** From a change to its rendering: what changes together is rendered together. */
const REFRESH_AFTER_MS = 100;

export interface ExpositionOptions {
  /** In a stable order, which is that of the series. */
  readonly nodes: () => readonly NodeStatus[];
  /** The series that belong to no node. */
  readonly agentText: (format: ExpositionFormat) => Promise<string>;
  /** Whether texts of statements may be shown now. */
  readonly showsTexts: () => boolean;
  readonly clock: Clock;
}

/** All nodes as they are from one change to the next. */
interface Rendering {
  readonly nodes: readonly NodeStatus[];
  readonly groups: readonly NodeGroup[];
  /** Until a snapshot of them becomes too old to be shown; undefined: until a node changes. */
  readonly until: MonotonicMs | undefined;
  /** What it is answered with, once asked for. */
  readonly plain: Map<ExpositionFormat, readonly Buffer[]>;
  readonly deflated: Map<ExpositionFormat, DeflatedText>;
  /** The texts of statements; undefined where they were not to be shown. */
  readonly statements: StatementInfo | undefined;
}

export class Exposition {
  readonly #options: ExpositionOptions;
  /** Where the text of each node stands: one that comes or goes moves those behind it to other groups. */
  readonly #places = new WeakMap<DatabaseNode, Place>();
  #rendering: Rendering | undefined;
  /** One at a time, and one for all who wait for its end: each takes the longer the more nodes there are. */
  #running: Promise<Rendering> | undefined;
  #next: Promise<Rendering> | undefined;
  #isScrapedCompressed = false;
  #hasChanged = false;
  #isFollowing = false;

  constructor(options: ExpositionOptions) {
    this.#options = options;
  }

  /** Chunks to be sent one behind the other, as gzip if `compressed`. They are shared: not to be written to. */
  async scrape(format: ExpositionFormat, compressed: boolean): Promise<readonly Buffer[]> {
    if (compressed) {
      return gzipMember([...(await this.#deflated(format)), deflateText(await this.#agentText(format))]);
    }
    return [...(await this.#plain(format)), await this.#agentText(format)];
  }

  /** The same of the nodes alone, without the agent's own series and the end of the exposition. */
  async nodeSeries(format: ExpositionFormat, compressed: boolean): Promise<readonly Buffer[]> {
    return compressed ? gzipMember(await this.#deflated(format)) : this.#plain(format);
  }

  /** Renders the change soon, so that the next scrape need not. */
  noteChange(): void {
    this.#hasChanged = true;
    if (!this.#isFollowing) {
      this.#isFollowing = true;
      this.#followChanges()
        .catch(() => {}) // a scrape fails at the same, and says so
        .finally(() => {
          this.#isFollowing = false;
        });
    }
  }

  async #followChanges(): Promise<void> {
    const { clock } = this.#options;
    while (this.#hasChanged) {
      await clock.sleep(REFRESH_AFTER_MS);
      this.#hasChanged = false;
      const { groups, statements } = await this.#refresh();
      if (!this.#isScrapedCompressed) {
        continue;
      }
      const slice = new TimeSlice(clock);
      for (const group of groups) {
        group.deflated();
        await slice.rest();
      }
      await statements?.deflated(slice);
    }
  }

  /** The nodes as they are now. */
  async #refresh(): Promise<Rendering> {
    const known = this.#rendering;
    if (known !== undefined && this.#isCurrent(known)) {
      return known;
    }
    if (this.#running === undefined) {
      this.#running = this.#render().finally(() => {
        this.#running = undefined;
      });
      return this.#running;
    }
    this.#next ??= this.#running
      .catch(() => {}) // told to those who asked for it
      .then(() => {
        this.#next = undefined;
        return this.#refresh();
      });
    return this.#next;
  }

  #isCurrent({ nodes, until, statements }: Rendering): boolean {
    const { clock, showsTexts } = this.#options;
    return (
      nodes === this.#options.nodes() &&
      (until === undefined || elapsedMs(clock.monotonic(), until) > 0) &&
      (statements !== undefined || !showsTexts())
    );
  }

  async #render(): Promise<Rendering> {
    const { clock } = this.#options;
    const now = clock.monotonic();
    const nodes = this.#options.nodes();
    const before = this.#rendering;
    const slice = new TimeSlice(clock);
    const groups: NodeGroup[] = [];
    for (let start = 0; start < nodes.length; start += NODES_PER_GROUP) {
      const known = before?.groups[groups.length];
      groups.push(await this.#groupOf(nodes.slice(start, start + NODES_PER_GROUP), now, known, slice));
    }
    const snapshots = nodes.map((status) => freshSnapshot(status, now));
    const rendering = {
      nodes,
      groups,
      until: nextStaleAt(nodes, now),
      plain: new Map(),
      deflated: new Map(),
      statements: this.#options.showsTexts()
        ? await StatementInfo.of(snapshots, slice, before?.statements)
        : undefined,
    };
    this.#rendering = rendering;
    return rendering;
  }

  async #groupOf(
    nodes: readonly NodeStatus[],
    now: MonotonicMs,
    known: NodeGroup | undefined,
    slice: TimeSlice,
  ): Promise<NodeGroup> {
    if (known?.shows(nodes, (status) => freshSnapshot(status, now))) {
      return known;
    }
    const members: GroupMember[] = [];
    for (const status of nodes) {
      const shown = { status, snapshot: freshSnapshot(status, now) };
      const place = this.#places.get(status.node);
      members.push({ shown, lines: renderNode(shown, place?.group.shownAt(place.index)), place });
      await slice.rest();
    }
    const group = new NodeGroup(members, known);
    for (const [index, { node }] of nodes.entries()) {
      this.#places.set(node, { group, index });
    }
    return group;
  }

  async #agentText(format: ExpositionFormat): Promise<Buffer> {
    return Buffer.from((await this.#options.agentText(format)) + END_OF_EXPOSITION[format]);
  }

  async #plain(format: ExpositionFormat): Promise<readonly Buffer[]> {
    const rendering = await this.#refresh();
    const chunks = this.#options.showsTexts() ? (rendering.statements?.plain ?? []) : [];
    const statements = chunks.length === 0 ? [] : [STATEMENT_HEADERS[format], ...chunks];
    return [...plainNodes(rendering, format), ...statements];
  }

  async #deflated(format: ExpositionFormat): Promise<readonly DeflatedText[]> {
    this.#isScrapedCompressed = true;
    const rendering = await this.#refresh();
    const nodes = await this.#deflatedNodes(rendering, format);
    const statements = await rendering.statements?.deflated(new TimeSlice(this.#options.clock));
    return statements === undefined || statements.length === 0 || !this.#options.showsTexts()
      ? [nodes]
      : [nodes, DEFLATED_STATEMENT_HEADERS[format], statements];
  }

  async #deflatedNodes({ groups, deflated }: Rendering, format: ExpositionFormat): Promise<DeflatedText> {
    const known = deflated.get(format);
    if (known !== undefined) {
      return known;
    }
    const slice = new TimeSlice(this.#options.clock);
    const ofGroups: (readonly DeflatedText[])[] = [];
    for (const group of groups) {
      ofGroups.push(group.deflated());
      await slice.rest();
    }
    const answer = joinTexts(stringTogether(DEFLATED_FAMILY_HEADERS[format], ofGroups));
    deflated.set(format, answer);
    return answer;
  }
}

function plainNodes({ groups, plain }: Rendering, format: ExpositionFormat): readonly Buffer[] {
  const known = plain.get(format);
  if (known !== undefined) {
    return known;
  }
  const ofGroups = groups.map((group) => group.plain);
  const answer = stringTogether(FAMILY_HEADERS[format], ofGroups);
  plain.set(format, answer);
  return answer;
}

/** When the next snapshot of them will be too old to be shown. */
function nextStaleAt(nodes: readonly NodeStatus[], now: MonotonicMs): MonotonicMs | undefined {
  let first: MonotonicMs | undefined;
  for (const status of nodes) {
    const until = freshUntil(status);
    if (until > now && (first === undefined || until < first)) {
      first = until;
    }
  }
  return first;
}

/** A family without a series is left out, header and all. */
function stringTogether<T extends { readonly length: number }>(
  headers: readonly T[],
  groups: readonly (readonly T[])[],
): readonly T[] {
  return headers.flatMap((header, family) => {
    const lines = groups.flatMap((group) => group[family] ?? []).filter(({ length }) => length > 0);
    return lines.length === 0 ? [] : [header, ...lines];
  });
}

const FAMILY_HEADERS: Readonly<Record<ExpositionFormat, FamilyChunks>> = {
  text: NODE_FAMILIES.map((family) => Buffer.from(headerLines(family, 'text'))),
  openmetrics: NODE_FAMILIES.map((family) => Buffer.from(headerLines(family, 'openmetrics'))),
};

const DEFLATED_FAMILY_HEADERS: Readonly<Record<ExpositionFormat, readonly DeflatedText[]>> = {
  text: FAMILY_HEADERS.text.map(deflateText),
  openmetrics: FAMILY_HEADERS.openmetrics.map(deflateText),
};

const STATEMENT_HEADERS: Readonly<Record<ExpositionFormat, Buffer>> = {
  text: Buffer.from(headerLines(STATEMENT_INFO, 'text')),
  openmetrics: Buffer.from(headerLines(STATEMENT_INFO, 'openmetrics')),
};

const DEFLATED_STATEMENT_HEADERS: Readonly<Record<ExpositionFormat, DeflatedText>> = {
  text: deflateText(STATEMENT_HEADERS.text),
  openmetrics: deflateText(STATEMENT_HEADERS.openmetrics),
};
