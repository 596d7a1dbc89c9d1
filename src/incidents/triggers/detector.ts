// Decides of one node, collection by collection, whether an incident begins, goes on or ends. Knows no clock: instants are handed
// in, of the wall clock, which may be set back.
import { isDeepStrictEqual } from 'node:util';
import { type EpochMs, elapsedMs, later } from '../../clock.js';
import { isObject } from '../../json.js';
import { isSameSecond, type Usual } from '../../model/incident.js';
import { MAX_PER_DAY, type TriggerSettings } from '../settings.js';
import { NodeUsual, type SavedUsual, usualOf } from '../usual/node-usual.js';
import { holdOf, holds, type Reading, TRIGGER_KINDS, type TriggerKind } from './conditions.js';
import type { Figures } from './figures.js';
import { mapRuns, nothingKnown, type Run, readSavedTriggers, type SavedTriggers } from './saved-triggers.js';

/** What an incident did with a collection. */
export type IncidentNews =
  | {
      readonly type: 'began';
      readonly startedAt: EpochMs;
      readonly kinds: readonly TriggerKind[];
      /** Collections since the first one of the row in which a condition held: what was before that was before the incident. */
      readonly collectionsSince: number;
    }
  | {
      readonly type: 'goes on';
      readonly startedAt: EpochMs;
      /** All so far, in the order of INCIDENT_KINDS. */
      readonly kinds: readonly TriggerKind[];
      readonly newKinds: readonly TriggerKind[];
    }
  | {
      readonly type: 'ended';
      readonly startedAt: EpochMs;
      /** The first collection in which no condition held. */
      readonly endedAt: EpochMs;
      readonly kinds: readonly TriggerKind[];
    }
  /** One would have begun, but the node had its share of the day: once for each. */
  | { readonly type: 'suppressed'; readonly kinds: readonly TriggerKind[] };

export interface Detection {
  /** Before this collection was added. */
  readonly usual: Usual;
  /** Of which the condition holds in this collection, for however long. */
  readonly holding: readonly TriggerKind[];
  /** Undefined: nothing began, lasts or ended. */
  readonly news: IncidentNews | undefined;
}

/** Of a node between two collections. */
export interface LastingIncident {
  readonly startedAt: EpochMs;
  readonly kinds: readonly TriggerKind[];
}

/** Plain JSON. */
export interface SavedDetector {
  readonly triggers: SavedTriggers;
  readonly usual: SavedUsual;
}

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
/** Collections that are further apart than so many times the distance before are not in a row. */
const MAX_DISTANCES = 10;

export class Detector {
  #settings: TriggerSettings;
  #usual: NodeUsual;
  #state: SavedTriggers;

  /** `saved`: by save(), whenever that was; anything else counts as nothing saved. */
  constructor(settings: TriggerSettings, saved?: unknown) {
    const { triggers, usual } = isObject(saved) ? saved : {};
    this.#usual = new NodeUsual(usual);
    this.#state = readSavedTriggers(triggers) ?? nothingKnown(settings);
    this.#settings = this.#state.settings;
    this.configure(settings);
  }

  /** What holds under other settings was not begun by anything: it must not hold once before it can begin an incident. */
  configure(settings: TriggerSettings): void {
    if (isDeepStrictEqual(settings, this.#settings)) {
      return;
    }
    this.#settings = settings;
    const { lasting } = this.#state;
    this.#state = {
      ...this.#state,
      settings,
      runs: {},
      inherited: this.#held(),
      lasting: lasting === null ? null : { ...lasting, quiet: 0, quietAt: null },
    };
  }

  /** A collection that succeeded; those that failed are not told. */
  observe(at: EpochMs, figures: Figures): Detection {
    this.#moveTo(at);
    const expected = this.#usual.expected(at);
    const reading: Reading = { figures, expected };
    const holding = this.#takeConditions(at, reading);
    const news = this.#state.lasting === null ? this.#begin(at) : this.#follow(at, holding);
    this.#state = { ...this.#state, last: reading };
    this.#usual.add(at, figures);
    return { usual: usualOf(expected), holding, news };
  }

  /** For a collection at this instant. */
  usual(at: EpochMs): Usual {
    return usualOf(this.#usual.expected(at));
  }

  /** The incident that lasts, if it is recorded. */
  get lasting(): LastingIncident | undefined {
    const { lasting } = this.#state;
    return lasting === null || lasting.isSuppressed ? undefined : lasting;
  }

  /**
   * After a restart: the incident that lasts by the records, which are written at once, whatever was saved of it, or undefined. One that is not
   * recorded goes on.
   */
  resume(incident: LastingIncident | undefined): void {
    const { lasting, starts } = this.#state;
    if (incident === undefined) {
      this.#state =
        lasting === null || lasting.isSuppressed
          ? this.#state
          : // Whatever became of it: what holds still does not begin another one.
            { ...this.#state, lasting: null, runs: {}, inherited: this.#held() };
    } else if (
      lasting === null ||
      lasting.isSuppressed ||
      !isSameSecond(lasting.startedAt, incident.startedAt)
    ) {
      this.#state = {
        ...this.#state,
        lasting: { ...incident, isSuppressed: false, quiet: 0, quietAt: null },
        starts: [...starts, incident.startedAt].slice(-MAX_PER_DAY),
      };
    }
  }

  /** In place of what is usual: by save() of another process. What is a spike by that was begun by nothing. */
  takeUsual(saved: unknown): void {
    if (isObject(saved) && isObject(saved.usual)) {
      this.#usual = new NodeUsual(saved.usual);
      this.#state = { ...this.#state, runs: {}, inherited: TRIGGER_KINDS };
    }
  }

  save(): SavedDetector {
    return { triggers: this.#state, usual: this.#usual.save() };
  }

  /** In the last collection. */
  #held(): readonly TriggerKind[] {
    const { last } = this.#state;
    return last === null ? [] : TRIGGER_KINDS.filter((kind) => holds(kind, last, this.#settings) === true);
  }

  /** Nothing of what is kept lies ahead, and rows end where too much time went by. */
  #moveTo(at: EpochMs): void {
    const { at: last, distanceMs, runs, lasting, lastEndedAt, starts } = this.#state;
    const passedMs = last === null ? 0 : elapsedMs(last, at);
    if (passedMs < 0) {
      const back = (instant: EpochMs): EpochMs => (instant > at ? at : instant);
      this.#state = {
        ...this.#state,
        runs: mapRuns(runs, (run) => ({ ...run, startedAt: back(run.startedAt) })),
        lasting: lasting && { ...lasting, quietAt: lasting.quietAt && back(lasting.quietAt) },
        lastEndedAt: lastEndedAt && back(lastEndedAt),
        starts: starts.map(back),
      };
    } else if (passedMs > longestRest(distanceMs)) {
      this.#state = {
        ...this.#state,
        runs: {},
        lasting: lasting && { ...lasting, quiet: 0, quietAt: null },
      };
    }
    this.#state = { ...this.#state, at, distanceMs: last === null ? null : Math.max(passedMs, 0) };
  }

  /** Returns the kinds that hold. Those that may begin something have a run, which is as long as they have held in a row. */
  #takeConditions(at: EpochMs, reading: Reading): readonly TriggerKind[] {
    const { last, runs: before, inherited } = this.#state;
    const known = TRIGGER_KINDS.map((kind) => [kind, holds(kind, reading, this.#settings)] as const);
    const holding = known.flatMap(([kind, isHolding]) => (isHolding === true ? [kind] : []));
    const kept =
      last === null
        ? holding
        : inherited.filter((kind) => !known.some((one) => one[0] === kind && one[1] === false));
    const calmUntil = this.#calmUntil();
    const runs: Partial<Record<TriggerKind, Run>> = {};
    for (const kind of holding) {
      const run = before[kind];
      if (!kept.includes(kind)) {
        runs[kind] = {
          collections: (run?.collections ?? 0) + 1,
          startedAt: run === undefined || run.startedAt < calmUntil ? at : run.startedAt,
        };
      }
    }
    this.#state = { ...this.#state, runs, inherited: kept };
    return holding;
  }

  #begin(at: EpochMs): IncidentNews | undefined {
    const kinds = this.#ready();
    const { runs, starts } = this.#state;
    if (kinds.length === 0 || at < this.#calmUntil()) {
      return undefined;
    }
    const begun = kinds.flatMap((kind) => runs[kind] ?? []);
    const startedAt = begun.reduce((first, run) => (run.startedAt < first ? run.startedAt : first), at);
    const collectionsSince = Math.max(...begun.map(({ collections }) => collections)) - 1;
    const today = starts.filter((start) => elapsedMs(start, at) < DAY_MS);
    const isSuppressed = today.length >= Math.min(this.#settings.maxPerDay, MAX_PER_DAY);
    this.#state = {
      ...this.#state,
      starts: isSuppressed ? today : [...today, startedAt],
      lasting: { startedAt, kinds, isSuppressed, quiet: 0, quietAt: null },
    };
    return isSuppressed
      ? { type: 'suppressed', kinds }
      : { type: 'began', startedAt, kinds, collectionsSince };
  }

  #follow(at: EpochMs, holding: readonly TriggerKind[]): IncidentNews | undefined {
    const { lasting, inherited } = this.#state;
    if (lasting === null) {
      return undefined;
    }
    const { startedAt, isSuppressed } = lasting;
    const newKinds = this.#ready().filter((kind) => !lasting.kinds.includes(kind));
    const kinds = TRIGGER_KINDS.filter((kind) => lasting.kinds.includes(kind) || newKinds.includes(kind));
    const isAlive = holding.some((kind) => kinds.includes(kind) || !inherited.includes(kind));
    const quiet = isAlive ? 0 : lasting.quiet + 1;
    const quietAt = isAlive ? null : (lasting.quietAt ?? at);
    const isOver = quietAt !== null && quiet >= this.#settings.hold;
    const endedAt = quietAt === null || quietAt < startedAt ? startedAt : quietAt;
    this.#state = {
      ...this.#state,
      lasting: isOver ? null : { ...lasting, kinds, quiet, quietAt },
      ...(isOver && { lastEndedAt: quietAt }),
    };
    if (isSuppressed) {
      return undefined;
    }
    return isOver
      ? { type: 'ended', startedAt, endedAt, kinds }
      : { type: 'goes on', startedAt, kinds, newKinds };
  }

  /** Kinds whose condition has held for long enough. */
  #ready(): readonly TriggerKind[] {
    return TRIGGER_KINDS.filter(
      (kind) => (this.#state.runs[kind]?.collections ?? 0) >= holdOf(kind, this.#settings),
    );
  }

  #calmUntil(): number {
    const { lastEndedAt } = this.#state;
    return lastEndedAt === null ? Number.NEGATIVE_INFINITY : later(lastEndedAt, this.#settings.cooldownMs);
  }
}

/** Collections fail now and then, and schedules differ: a minute's may leave ten out, an hour's one. */
function longestRest(distanceMs: number | null): number {
  const distance = Math.max(distanceMs ?? 0, MINUTE_MS);
  return Math.min(MAX_DISTANCES * distance, Math.max(HOUR_MS, 2 * distance));
}
