// When a kind of incident is there: a table of its conditions, each of one collection and what was usual before it.
import type { IncidentKind } from '../../model/incident.js';
import type { SpikeSettings, TriggerSettings } from '../settings.js';
import type { ExpectedFigures } from '../usual/node-usual.js';
import type { Expected } from '../usual/usual-level.js';
import type { Figures } from './figures.js';

/** `manual` has no condition. */
export type TriggerKind = Exclude<IncidentKind, 'manual'>;

export interface Reading {
  readonly figures: Figures;
  readonly expected: ExpectedFigures;
}

interface Condition {
  /** Undefined where the collection does not say. */
  readonly holds: (reading: Reading, settings: TriggerSettings) => boolean | undefined;
  /** One collection is enough: what it says does not pass by itself, or must not wait. */
  readonly isAtOnce: boolean;
}

/** In the order of INCIDENT_KINDS. */
const CONDITIONS: Readonly<Record<TriggerKind, Condition>> = {
  spike: {
    holds: ({ figures, expected }, { spike }) => isAbove(figures.sessions, expected.sessions, spike),
    isAtOnce: false,
  },
  active_spike: {
    holds: ({ figures, expected }, { spike }) => isAbove(figures.active, expected.active, spike),
    isAtOnce: false,
  },
  saturation: {
    holds: ({ figures: { sessions, maxConnections } }, { saturation }) =>
      reaches(sessions, maxConnections && saturation * maxConnections),
    isAtOnce: true,
  },
  lock_waiting: {
    holds: ({ figures }, { lockWaiting }) => reaches(figures.lockWaiting, lockWaiting),
    isAtOnce: false,
  },
  long_transaction: {
    holds: ({ figures }, { longTransactionMs }) =>
      reaches(figures.longestTransactionSeconds, longTransactionMs / 1000),
    isAtOnce: true,
  },
  long_query: {
    holds: ({ figures }, { longQueryMs }) => reaches(figures.longestQuerySeconds, longQueryMs / 1000),
    isAtOnce: false,
  },
};

export const TRIGGER_KINDS = Object.keys(CONDITIONS) as readonly TriggerKind[];

export function isTriggerKind(value: unknown): value is TriggerKind {
  return typeof value === 'string' && Object.hasOwn(CONDITIONS, value);
}

export function holds(kind: TriggerKind, reading: Reading, settings: TriggerSettings): boolean | undefined {
  return CONDITIONS[kind].holds(reading, settings);
}

/** Collections in a row for which the condition must hold. */
export function holdOf(kind: TriggerKind, { hold }: TriggerSettings): number {
  return CONDITIONS[kind].isAtOnce ? 1 : hold;
}

/** More than this is a spike. */
function spikeLimit({ usual, deviation }: Expected, { minGrowth, deviations, ratio }: SpikeSettings): number {
  return usual + Math.max(minGrowth, deviations * deviation, ratio * usual);
}

/** All three at 0 switch it off. What is not known to be usual is no spike. */
function isAbove(
  value: number | undefined,
  expected: Expected | undefined,
  spike: SpikeSettings,
): boolean | undefined {
  if (Math.max(spike.minGrowth, spike.deviations, spike.ratio) <= 0) {
    return false;
  }
  return value === undefined ? undefined : expected !== undefined && value > spikeLimit(expected, spike);
}

/** A threshold of 0 switches it off. */
function reaches(value: number | undefined, threshold: number | undefined): boolean | undefined {
  if (threshold !== undefined && threshold <= 0) {
    return false;
  }
  return value === undefined || threshold === undefined ? undefined : value >= threshold;
}
