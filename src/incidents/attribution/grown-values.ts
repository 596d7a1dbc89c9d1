// What grew in a list of values, and how much of the node's growth that is.

import type { Measure, Observed } from '../observation.js';
import { type GrownPair, type GrownStatement, type GrownValue, type Growth, MAX_GROWTH } from '../record.js';
import type { Before } from './before.js';
import { type CountedValue, countedList, LISTS, type List, measureOf } from './counted-values.js';

/** Growth below this part of the largest is noise: a hundred hosts that each have one session more or less hide nobody. */
const NOISE = 0.05;
/** Growth by this part of what was before is what sessions do at all times. */
const USUAL_CHANGE = 0.15;

export interface Mover extends CountedValue {
  readonly before: number;
  readonly now: number;
  readonly growth: number;
}

/** Of one list. */
export interface GrownList {
  readonly list: List;
  /** By growth, the most first; those that shrank last. */
  readonly movers: readonly Mover[];
  /** What shares are of: the node's growth, or what grew in this list where other values of it shrank meanwhile. */
  readonly whole: number;
  /** How many values grew by more than they do at all times. */
  readonly grown: number;
  /** Whether more may have grown that are not among the values shown. */
  readonly isPart: boolean;
}

export type GrownLists = ReadonlyMap<List, GrownList>;

/** Of each list that both now and before can say of; `nodeGrowth`: of the measure. */
export function grownLists(now: Observed, before: Before, measure: Measure, nodeGrowth: number): GrownLists {
  return new Map(
    LISTS.flatMap((list) => {
      const grown = grownList(list, now, before, measure, nodeGrowth);
      return grown === undefined ? [] : [[list, grown] as const];
    }),
  );
}

function grownList(
  list: List,
  observed: Observed,
  before: Before,
  measure: Measure,
  nodeGrowth: number,
): GrownList | undefined {
  const counted = measureOf(list, measure);
  const all = countedList(list, observed);
  const movers = all?.values.flatMap((value): Mover[] => {
    const now = value[counted];
    const then = before.of(list, value.key, measure);
    return now === undefined || then === undefined
      ? []
      : [{ ...value, before: then, now, growth: now - then }];
  });
  if (
    all === undefined ||
    movers === undefined ||
    (movers.length === 0 && all.missing[counted] === undefined)
  ) {
    return undefined;
  }
  movers.sort((a, b) => b.growth - a.growth || b.now - a.now || (a.key < b.key ? -1 : 1));
  const noise = NOISE * (movers[0]?.growth ?? 0);
  const gross = movers.reduce((sum, { growth }) => (growth >= noise ? sum + Math.max(0, growth) : sum), 0);
  return {
    list,
    movers,
    whole: Math.max(nodeGrowth, gross),
    grown: movers.filter(({ growth, before: then }) => growth > USUAL_CHANGE * then).length,
    isPart: all.missing[counted] !== 0,
  };
}

/** Not more than 1. */
export function shareOf({ whole }: GrownList, ...movers: readonly Mover[]): number {
  const growth = movers.reduce((sum, mover) => sum + mover.growth, 0);
  return whole > 0 ? Math.min(1, growth / whole) : 0;
}

/** As the record has it. */
export function growthOf(lists: GrownLists): Growth {
  const values = (list: List): GrownValue[] =>
    mostGrown(lists.get(list), ({ value }, figures) => ({ value, ...figures }));
  return {
    user: values('user'),
    host: values('host'),
    database: values('database'),
    state: values('state'),
    command: values('command'),
    statement: mostGrown(
      lists.get('statement'),
      ({ value, statement }, figures): GrownStatement => ({
        digest: value,
        text: statement?.text || null,
        ...figures,
      }),
    ),
    pairs: mostGrown(
      lists.get('pairs'),
      ({ value, host = '' }, figures): GrownPair => ({ user: value, host, ...figures }),
    ),
  };
}

interface Figures {
  readonly before: number;
  readonly now: number;
  readonly share: number;
}

function mostGrown<Grown>(
  list: GrownList | undefined,
  write: (mover: Mover, figures: Figures) => Grown,
): Grown[] {
  if (list === undefined) {
    return [];
  }
  return list.movers
    .filter(({ growth }) => growth !== 0)
    .slice(0, MAX_GROWTH)
    .map((mover) => {
      const { before, now } = mover;
      return write(mover, { before, now, share: rounded(shareOf(list, mover)) });
    });
}

/** Three decimals tell all that figures of sessions do. */
export function rounded(share: number): number {
  return Math.round(share * 1_000) / 1_000;
}
