// How the triggers of a node stand between two collections: plain JSON, kept by the detector, saved and read again.
import type { EpochMs } from '../../clock.js';
import { isObject, type JsonObject } from '../../json.js';
import { MAX_PER_DAY, type TriggerSettings } from '../settings.js';
import { isTriggerKind, type Reading, TRIGGER_KINDS, type TriggerKind } from './conditions.js';

/** Collections in a row in which a kind's condition held. */
export interface Run {
  readonly collections: number;
  /** The first of them in which an incident could begin. */
  readonly startedAt: EpochMs;
}
export type Runs = Readonly<Partial<Record<TriggerKind, Run>>>;

export interface Lasting {
  readonly startedAt: EpochMs;
  readonly kinds: readonly TriggerKind[];
  readonly isSuppressed: boolean;
  /** Collections in a row in which no condition held, and the first of them. */
  readonly quiet: number;
  readonly quietAt: EpochMs | null;
}

export interface SavedTriggers {
  /** Under which the rest came to be. */
  readonly settings: TriggerSettings;
  /** Of the last collection, and how long after the one before it. */
  readonly at: EpochMs | null;
  readonly distanceMs: number | null;
  readonly last: Reading | null;
  readonly runs: Runs;
  /** Kinds that held before anybody looked, or before the settings changed, and have not ceased to hold since. */
  readonly inherited: readonly TriggerKind[];
  readonly lasting: Lasting | null;
  readonly lastEndedAt: EpochMs | null;
  /** Of the last 24 hours. */
  readonly starts: readonly EpochMs[];
}

export function nothingKnown(settings: TriggerSettings): SavedTriggers {
  return {
    settings,
    at: null,
    distanceMs: null,
    last: null,
    runs: {},
    inherited: [],
    lasting: null,
    lastEndedAt: null,
    starts: [],
  };
}

export function mapRuns(runs: Runs, change: (run: Run) => Run): Runs {
  return Object.fromEntries(Object.entries(runs).map(([kind, run]) => [kind, change(run)]));
}

/** Undefined where anything is odd. */
export function readSavedTriggers(saved: unknown): SavedTriggers | undefined {
  if (!isObject(saved)) {
    return undefined;
  }
  const { settings, at, distanceMs, last, runs, inherited, lasting, lastEndedAt, starts } = saved;
  const isSound =
    isSettings(settings) &&
    [at, distanceMs, lastEndedAt].every(isNumberOrNull) &&
    (last === null || isReading(last)) &&
    isObject(runs) &&
    Object.entries(runs).every(([kind, run]) => isTriggerKind(kind) && isRun(run)) &&
    isKinds(inherited) &&
    (lasting === null || isLasting(lasting)) &&
    Array.isArray(starts) &&
    starts.length <= MAX_PER_DAY &&
    starts.every(isNumber);
  // Each part was looked at.
  return isSound ? (saved as JsonObject & SavedTriggers) : undefined;
}

function isSettings(value: unknown): boolean {
  if (!isObject(value) || !isObject(value.spike)) {
    return false;
  }
  const { spike, ...numbers } = value;
  return Object.values(numbers).every(isNumber) && Object.values(spike).every(isNumber);
}

function isReading(value: unknown): boolean {
  if (!isObject(value) || !isObject(value.figures) || !isObject(value.expected)) {
    return false;
  }
  const { figures, expected } = value;
  return (
    Object.values(figures).every(isNumberOrAbsent) &&
    Object.values(expected).every(
      (one) => one === undefined || (isObject(one) && isNumber(one.usual) && isNumber(one.deviation)),
    )
  );
}

function isRun(value: unknown): boolean {
  return isObject(value) && isNumber(value.collections) && isNumber(value.startedAt);
}

function isLasting(value: unknown): boolean {
  return (
    isObject(value) &&
    isNumber(value.startedAt) &&
    isKinds(value.kinds) &&
    typeof value.isSuppressed === 'boolean' &&
    isNumber(value.quiet) &&
    isNumberOrNull(value.quietAt)
  );
}

function isKinds(value: unknown): boolean {
  return Array.isArray(value) && value.length <= TRIGGER_KINDS.length && value.every(isTriggerKind);
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value);
}

function isNumberOrAbsent(value: unknown): boolean {
  return value === undefined || isNumber(value);
}

function isNumberOrNull(value: unknown): boolean {
  return value === null || isNumber(value);
}
