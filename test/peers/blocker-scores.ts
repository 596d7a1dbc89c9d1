// How well those who are named as blockers are those who are in the way.
import type { Blocker } from '../../src/incidents/record.js';
import type { Edges, ListedSession } from './blocked-lists.js';
import type { ChainKind, SeededNode } from './blocked-sessions.js';

export interface Judged {
  readonly node: SeededNode;
  readonly list: readonly ListedSession[];
  readonly edges: Edges;
}

interface Score {
  found: number;
  missed: number;
  wrong: number;
}

/** Of bystanders, and of chains that the seeds did not mean. */
const NO_CHAIN = 'bystanders';

export class BlockerScores {
  readonly #kinds = new Map<ChainKind | typeof NO_CHAIN, Score>();
  /** Named as likely, and in nobody's way. */
  wrongThoughLikely = 0;
  likely = 0;

  add({ node, list, edges }: Judged, blockers: readonly Blocker[]): void {
    const named = new Map(blockers.map((blocker) => [Number(blocker.id), blocker]));
    const needed = neededOf(list, edges);
    for (const [id, { confidence }] of named) {
      const isInTheWay = (edges.get(id)?.size ?? 0) > 0;
      if (!isInTheWay) {
        this.#scoreOf(node, id).wrong += 1;
      } else if (needed.has(id)) {
        this.#scoreOf(node, id).found += 1;
      }
      this.likely += confidence === 'likely' ? 1 : 0;
      this.wrongThoughLikely += confidence === 'likely' && !isInTheWay ? 1 : 0;
    }
    for (const id of needed) {
      this.#scoreOf(node, id).missed += named.has(id) ? 0 : 1;
    }
  }

  get precision(): number {
    const { found, wrong } = this.#total();
    return found / (found + wrong);
  }

  get recall(): number {
    const { found, missed } = this.#total();
    return found / (found + missed);
  }

  lines(): readonly string[] {
    const kinds = [...this.#kinds].map(([kind, score]) => line(kind, score)).sort();
    const likely = `likely ${this.likely}, of them wrong ${this.wrongThoughLikely}`;
    return [...kinds, line('all', this.#total()), likely];
  }

  #scoreOf({ sessions }: SeededNode, id: number): Score {
    const kind = sessions.get(id)?.chain ?? NO_CHAIN;
    const score = this.#kinds.get(kind) ?? { found: 0, missed: 0, wrong: 0 };
    this.#kinds.set(kind, score);
    return score;
  }

  #total(): Score {
    const total = { found: 0, missed: 0, wrong: 0 };
    for (const { found, missed, wrong } of this.#kinds.values()) {
      total.found += found;
      total.missed += missed;
      total.wrong += wrong;
    }
    return total;
  }
}

/** The ends of chains, who wait for nobody; and those in a chain for whom somebody waits who waits for nobody else. */
function neededOf(list: readonly ListedSession[], edges: Edges): ReadonlySet<number> {
  const blockersOf = new Map<number, number>();
  for (const waiter of [...edges.values()].flatMap((waiters) => [...waiters])) {
    blockersOf.set(waiter, (blockersOf.get(waiter) ?? 0) + 1);
  }
  const isNeeded = (id: number) => {
    const waiters = [...(edges.get(id) ?? [])];
    return (
      waiters.length > 0 && (!blockersOf.has(id) || waiters.some((waiter) => blockersOf.get(waiter) === 1))
    );
  };
  return new Set(list.map(({ id }) => id).filter(isNeeded));
}

function line(kind: string, { found, missed, wrong }: Score): string {
  const precision = percent(found, found + wrong);
  const recall = percent(found, found + missed);
  return `${kind}: found ${found}, missed ${missed}, wrong ${wrong}; precision ${precision}, recall ${recall}`;
}

function percent(part: number, whole: number): string {
  return whole === 0 ? '-' : `${((100 * part) / whole).toFixed(1)} %`;
}
