// Session counts of a node over five weeks, a value a minute, made of a seed: what nodes do by themselves, and one flood a week
// that somebody should be told of.
import { createRandom, mix } from '../../src/simulator/seeded-random.js';

export const WEEKS = 5;
/** Before them a node learns what is usual. */
export const FIRST_JUDGED_WEEK = 2;
export const MINUTES_A_WEEK = 7 * 24 * 60;
const MINUTES_A_DAY = 24 * 60;
const MINUTES = WEEKS * MINUTES_A_WEEK;

/** What the size of a flood is a multiple of: sessions it adds, by the node's base; or what it lifts those to that would have been there. */
export type FloodKind = 'adds' | 'lifts';

export interface Flood {
  /** Minutes since the history's beginning; `end` is the first without. */
  readonly start: number;
  readonly end: number;
  readonly rampMinutes: number;
  /** How many times the node's base it adds, or what the node would have had it lifts it to. */
  readonly factor: number;
}

export interface NodeHistory {
  /** Minutes since the beginning; some are missing, as collections fail. */
  readonly minutes: readonly number[];
  readonly sessions: readonly number[];
  readonly floods: readonly Flood[];
}

/** Of the time without noise. */
interface Shape {
  readonly base: number;
  readonly dailyShare: number;
  readonly weekendShare: number;
  readonly peakMinute: number;
  readonly batchMinute: number;
  readonly batchMinutes: number;
  readonly batchShare: number;
  readonly deployedAt: number;
}

type Random = () => number;

export function nodeHistory(seed: number, node: number, kind: FloodKind): NodeHistory {
  const random = createRandom(mix(seed, node));
  const between = (low: number, high: number): number => low + (high - low) * random();
  const shape: Shape = {
    base: between(40, 440),
    dailyShare: between(0.1, 0.5),
    weekendShare: between(0.5, 1),
    peakMinute: between(9 * 60, 17 * 60),
    batchMinute: between(0, 5 * 60),
    batchMinutes: between(20, 60),
    batchShare: between(0.3, 1.2),
    deployedAt: between(FIRST_JUDGED_WEEK, WEEKS) * MINUTES_A_WEEK,
  };
  const levels = calmLevels(shape, random);
  addNoise(levels, between(0.02, 0.08), random);
  const floods = addFloods(levels, kind === 'adds' ? shape.base : undefined, random);
  addBlips(levels, floods, random);
  const { minutes, sessions } = collected(levels, random);
  return { minutes, sessions, floods };
}

function calmLevels(shape: Shape, random: Random): Float64Array {
  const levels = new Float64Array(MINUTES);
  let batchStart = 0;
  for (let minute = 0; minute < MINUTES; minute++) {
    const ofDay = minute % MINUTES_A_DAY;
    if (ofDay === 0) {
      // It starts late or early by up to 20 minutes.
      batchStart = minute + shape.batchMinute + 20 * (2 * random() - 1);
    }
    const season =
      1 + shape.dailyShare * Math.cos((2 * Math.PI * (ofDay - shape.peakMinute)) / MINUTES_A_DAY);
    const weekend = 1 - (1 - shape.weekendShare) * weekendAt(minute);
    const isBatch = minute >= batchStart && minute < batchStart + shape.batchMinutes;
    const deployed = minute >= shape.deployedAt ? 4 / 3 : 1;
    levels[minute] = shape.base * (season * weekend * deployed + (isBatch ? shape.batchShare : 0));
  }
  return levels;
}

/** From 0 on working days to 1 on Saturday and Sunday, with three hours between the two around midnight. */
function weekendAt(minute: number): number {
  const RAMP = 180;
  const sinceMonday = minute % MINUTES_A_WEEK;
  const toSaturday = Math.abs(sinceMonday - 5 * MINUTES_A_DAY);
  const toMonday = Math.min(sinceMonday, MINUTES_A_WEEK - sinceMonday);
  const distance = Math.min(toSaturday, toMonday, RAMP / 2) / RAMP;
  return sinceMonday >= 5 * MINUTES_A_DAY ? 0.5 + distance : 0.5 - distance;
}

/** Sessions stay for some minutes: noise of one minute is that of the one before in part. */
function addNoise(levels: Float64Array, deviation: number, random: Random): void {
  const KEPT = 0.8;
  let noise = 0;
  for (let minute = 0; minute < levels.length; minute++) {
    noise = KEPT * noise + Math.sqrt(1 - KEPT ** 2) * deviation * normal(random);
    levels[minute] = (levels[minute] ?? 0) * (1 + noise);
  }
}

/** Without a base they lift. */
function addFloods(levels: Float64Array, base: number | undefined, random: Random): Flood[] {
  return Array.from({ length: WEEKS }, (_, week) => {
    const length = Math.round(5 + 55 * random());
    const start = week * MINUTES_A_WEEK + Math.floor(random() * (MINUTES_A_WEEK - length));
    const flood: Flood = {
      start,
      end: start + length,
      rampMinutes: Math.round(1 + 4 * random()),
      factor: 1.2 + 2.8 * random(),
    };
    for (let minute = start; minute < flood.end; minute++) {
      const risen = Math.min(1, (minute - start + 1) / flood.rampMinutes);
      const level = levels[minute] ?? 0;
      const added = base === undefined ? (flood.factor - 1) * level : flood.factor * base;
      levels[minute] = level + added * risen;
    }
    return flood;
  });
}

/** Two a week of one collection, which are no incident. */
function addBlips(levels: Float64Array, floods: readonly Flood[], random: Random): void {
  for (let blip = 0; blip < 2 * WEEKS; blip++) {
    const minute = Math.floor(((blip + random()) / (2 * WEEKS)) * MINUTES);
    const factor = 1.5 + 2.5 * random();
    if (!floods.some(({ start, end }) => minute >= start - 1 && minute <= end)) {
      levels[minute] = (levels[minute] ?? 0) * factor;
    }
  }
}

/** One collection in 500 fails, and once a week all of them for 2 to 30 minutes. */
function collected(levels: Float64Array, random: Random) {
  const outages = Array.from({ length: WEEKS }, (_, week) => {
    const start = (week + random()) * MINUTES_A_WEEK;
    return { start, end: start + 2 + 28 * random() };
  });
  const minutes: number[] = [];
  const sessions: number[] = [];
  for (const [minute, level] of levels.entries()) {
    const isOutage = outages.some(({ start, end }) => minute >= start && minute < end);
    if (random() >= 0.002 && !isOutage) {
      minutes.push(minute);
      sessions.push(Math.max(0, Math.round(level)));
    }
  }
  return { minutes, sessions };
}

/** Box and Muller's. */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
