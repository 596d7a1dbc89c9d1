// Which values explain a node's growth, after Adtributor (Bhagwan and others, NSDI 2014): they have most of it, they are few, and it surprises. Of a user who has 80 % of the
// sessions at all times, 80 % of the growth says nothing: everybody grew.
import { NONE } from '../../sessions/label-text.js';
import type { Measure } from '../observation.js';
import type { List } from './counted-values.js';
import { type GrownList, type GrownLists, type Mover, shareOf } from './grown-values.js';

/** Of the growth, by one value or a few. */
const EXPLAINS = 0.67;
const MOST_MOVERS = 3;
/** Each of a few has at least so much of it: less is noise beside one that has not enough alone. */
const PART = 0.05;
/** Surprises: the rest grew at most so many times less than if all had grown alike, for one value and for a few, of which there are more to find by chance; */
const SURPRISE = 2.5;
const SURPRISE_OF_A_FEW = 5;
/** and that by more than so many times what chance does (the square root). */
const BEYOND_CHANCE = 2;
/** Who had so much before has no others to be compared with. */
const SOLE = 0.98;
/** A statement may speak for the node where active sessions grew by this part of the node's growth, and be named beside a culprit by this one. */
const MOSTLY_ACTIVE = 0.5;
const PARTLY_ACTIVE = 0.25;

/** What a culprit can be, in the order in which a headline prefers them. */
const SUSPECTS = ['pairs', 'user', 'host', 'statement', 'database'] as const satisfies readonly List[];
export type Suspect = (typeof SUSPECTS)[number];

export interface Totals {
  readonly before: number;
  readonly growth: number;
}

export interface GrowthFigures {
  readonly measure: Measure;
  readonly totals: Totals;
  /** Undefined where they are not known. */
  readonly activeTotals: Totals | undefined;
  readonly lists: GrownLists;
}

/** One to three values of one list. */
export interface Explanation {
  readonly list: Suspect;
  readonly movers: readonly Mover[];
  readonly share: number;
}

/** Whether the lists name anybody who could explain the growth. */
export function hasSuspects({ lists }: GrowthFigures): boolean {
  return SUSPECTS.some((list) => lists.has(list));
}

/** What explains the growth, or nothing. */
export function explanationOf(figures: GrowthFigures): Explanation | undefined {
  return oneOf(figures) ?? severalOf(figures);
}

/** The value that has most of the growth in its list, whether that surprises or not. */
export function mainMover(
  list: Suspect,
  figures: GrowthFigures,
  part = PARTLY_ACTIVE,
): Explanation | undefined {
  const [explanation] = topMovers(list, 1, figures, part);
  return explanation;
}

function oneOf(figures: GrowthFigures): Explanation | undefined {
  const able = SUSPECTS.flatMap((list) => mainMover(list, figures, MOSTLY_ACTIVE) ?? []);
  const surprising = able.filter((explanation) => isSurprising(explanation, figures));
  const [pair] = able;
  if (pair?.list === 'pairs' && surprising.some(({ list }) => list !== 'statement' && list !== 'database')) {
    return pair;
  }
  return surprising[0] ?? soleClient(able, figures);
}

/** Where a single user and a single host have always had all sessions, they have the growth too. */
function soleClient(able: readonly Explanation[], { totals }: GrowthFigures): Explanation | undefined {
  const sole = (suspect: Suspect) =>
    able.find(({ list, movers }) => list === suspect && sumOf(movers).before >= SOLE * totals.before);
  const user = sole('user');
  return user && sole('host') && (sole('pairs') ?? user);
}

function severalOf(figures: GrowthFigures): Explanation | undefined {
  for (let count = 2; count <= MOST_MOVERS; count++) {
    for (const list of SUSPECTS) {
      const [explanation] = topMovers(list, count, figures, MOSTLY_ACTIVE);
      if (explanation !== undefined && isSurprising(explanation, figures)) {
        return explanation;
      }
    }
  }
  return undefined;
}

/** The first `count` values of the list, where they have most of the growth. */
function topMovers(list: Suspect, count: number, figures: GrowthFigures, activePart: number): Explanation[] {
  const grown = figures.lists.get(list);
  const movers = grown?.movers.slice(0, count) ?? [];
  if (grown === undefined || movers.length < count || movers.some((mover) => !isNameable(list, mover))) {
    return [];
  }
  const share = explainedShare(grown, movers, figures, activePart);
  const least = count === 1 ? EXPLAINS : PART;
  return share >= EXPLAINS &&
    movers.every((mover) => explainedShare(grown, [mover], figures, activePart) >= least)
    ? [{ list, movers, share }]
    : [];
}

/** Of the node's growth; of a statement of that of the active sessions, where these grew enough to speak for the node. */
function explainedShare(
  grown: GrownList,
  movers: readonly Mover[],
  { measure, totals, activeTotals }: GrowthFigures,
  activePart: number,
): number {
  const share = shareOf(grown, ...movers);
  if (grown.list !== 'statement' || measure === 'active' || activeTotals === undefined) {
    return share;
  }
  if (activeTotals.growth < activePart * totals.growth) {
    return share;
  }
  const { growth } = sumOf(movers);
  const others = grown.movers.filter((mover) => mover.growth > 0 && !movers.includes(mover));
  const rest = others.reduce((sum, mover) => sum + mover.growth, 0);
  return Math.max(share, growth / Math.max(activeTotals.growth, growth + rest));
}

/** Against the rest of the node: how much that grew, and how much it had grown if all had grown alike. */
function isSurprising({ list, movers }: Explanation, { totals, activeTotals }: GrowthFigures): boolean {
  const node = list === 'statement' ? (activeTotals ?? totals) : totals;
  const { before, growth } = sumOf(movers);
  if (before === 0) {
    return growth > 0;
  }
  const alike = (growth * Math.max(0, node.before - before)) / before;
  const rest = Math.max(0, node.growth - growth);
  const times = movers.length === 1 ? SURPRISE : SURPRISE_OF_A_FEW;
  return alike >= times * rest && alike - rest > BEYOND_CHANCE * Math.sqrt(alike);
}

/** Sessions without a database are a group of their own; without a user or a host is nobody. */
function isNameable(list: Suspect, { value, host }: Mover): boolean {
  return list === 'database' || (value !== NONE && host !== NONE);
}

function sumOf(movers: readonly Mover[]): Totals {
  return {
    before: movers.reduce((sum, mover) => sum + mover.before, 0),
    growth: movers.reduce((sum, mover) => sum + mover.growth, 0),
  };
}
