// One node watched: what each of its collections begins, goes on with or ends, and the record of that.
import { type EpochMs, epochMs, later } from '../../clock.js';
import {
  INCIDENT_KINDS,
  type IncidentKind,
  type IncidentStatus,
  isSameSecond,
  type Usual,
} from '../../model/incident.js';
import { RECENT_COLLECTIONS, RecentValues } from '../attribution/recent-values.js';
import { Timeline, timelinePoint } from '../attribution/timeline.js';
import type { Observation } from '../observation.js';
import { type IncidentRecord, MAX_TIMELINE, type TimelinePoint } from '../record.js';
import type { TriggerSettings } from '../settings.js';
import { isTriggerKind, type TriggerKind } from '../triggers/conditions.js';
import { Detector, type IncidentNews } from '../triggers/detector.js';
import { type Figures, figuresOf } from '../triggers/figures.js';
import { type Course, type Largest, makeRecord } from './make-record.js';

/** What of a snapshot a kind is about: the snapshot that has the most of it is the one to record. */
const EXTENT: Readonly<Record<IncidentKind, (figures: Figures) => number | undefined>> = {
  spike: ({ sessions }) => sessions,
  active_spike: ({ active }) => active,
  saturation: ({ sessions }) => sessions,
  lock_waiting: ({ lockWaiting }) => lockWaiting,
  long_transaction: ({ longestTransactionSeconds }) => longestTransactionSeconds,
  long_query: ({ longestQuerySeconds }) => longestQuerySeconds,
  manual: ({ sessions }) => sessions,
};

/** What a collection came to. */
export interface Watched {
  readonly news: IncidentNews['type'] | undefined;
  /** New or changed: to be stored. */
  readonly record: IncidentRecord | undefined;
}

/** An incident that lasts. */
interface Lasting {
  readonly course: Course;
  /** The snapshot that the record describes; undefined of one that began in another process, whose record stays as it is. */
  readonly largest: Largest | undefined;
  readonly record: IncidentRecord;
}

export class NodeWatch {
  readonly #detector: Detector;
  readonly #isTaken: (startedAt: EpochMs) => boolean;
  #recent = new RecentValues();
  readonly #timeline = new Timeline();
  /** Of the last collection. */
  #last: Largest | undefined;
  /** Of each kind whose condition holds, the largest of those in a row in which it does. */
  #largestOfRuns: ReadonlyMap<TriggerKind, Largest> = new Map();
  #collections = 0;
  /** Of the last record by hand: which collection it has, and what its id says. */
  #byHand: { readonly collection: number; readonly startedAt: EpochMs } | undefined;
  #lasting: Lasting | undefined;
  #usual: Usual = {};
  #begun: IncidentStatus['begun'] = { ...NONE_BEGUN };
  #suppressed = 0;
  #lastStartedAt: EpochMs | undefined;

  /**
   * `saved`: what `save` returned in another process. `last`: the newest record of the node, and `lasting` the whole of it where it has not ended.
   * `isTaken`: whether a record has the id that this start would make.
   */
  constructor(
    settings: TriggerSettings,
    {
      saved,
      last,
      lasting,
      isTaken = () => false,
    }: {
      saved?: unknown;
      last?: EpochMs | undefined;
      lasting?: IncidentRecord | undefined;
      isTaken?: (startedAt: EpochMs) => boolean;
    } = {},
  ) {
    this.#detector = new Detector(settings, saved);
    this.#isTaken = isTaken;
    this.#lastStartedAt = last;
    this.#resume(lasting);
  }

  configure(settings: TriggerSettings): void {
    this.#detector.configure(settings);
  }

  /** Values are counted otherwise from now on: those of before cannot be compared. */
  forgetValues(): void {
    this.#recent = new RecentValues();
  }

  /** What another process saved of the node: taken where nothing is usual yet. */
  takeUsual(saved: unknown): void {
    if (this.#usual.sessions === undefined && this.#usual.active === undefined) {
      this.#detector.takeUsual(saved);
      this.#usual = this.#last === undefined ? {} : this.#detector.usual(this.#last.observation.at);
    }
  }

  save(): unknown {
    return this.#detector.save();
  }

  /** For a node that is not watched for a while: what holds when it is again was begun by nothing. */
  saveUsual(): unknown {
    return { usual: this.#detector.save().usual };
  }

  get status(): IncidentStatus {
    const active = this.#lasting && { id: this.#lasting.record.id, kinds: this.#lasting.record.kinds };
    return {
      usual: this.#usual,
      begun: this.#begun,
      active,
      // Links of alerts lead there: one recorded by hand meanwhile does not take them away.
      lastStartedAt: this.#lasting?.course.startedAt ?? this.#lastStartedAt,
      suppressed: this.#suppressed,
    };
  }

  observe(observation: Observation): Watched {
    const { at, snapshot } = observation;
    const now: Largest = { observation, figures: figuresOf(observation) };
    const { usual, holding, news } = this.#detector.observe(at, now.figures);
    this.#largestOfRuns = new Map(
      holding.map((kind) => [kind, larger(this.#largestOfRuns.get(kind), now, [kind])]),
    );
    const { sessions, active, lockWaiting } = snapshot;
    const shown = { sessions, active, lockWaiting, usual: usual.sessions };
    const point = timelinePoint(at, shown);
    const record = this.#take(news, now, usual, point);
    this.#last = now;
    this.#collections += 1;
    this.#recent.add(observation);
    this.#timeline.add(at, shown);
    this.#usual = this.#detector.usual(at);
    return { news: news?.type, record };
  }

  /** The node's last snapshot, as a record that begins and ends with it; the same one again where it was recorded. Undefined where there is none. */
  recordLast(): IncidentRecord | undefined {
    if (this.#last === undefined) {
      return undefined;
    }
    const { observation } = this.#last;
    if (this.#lasting !== undefined && isSameSecond(this.#lasting.course.startedAt, observation.at)) {
      return this.#also('manual', this.#lasting);
    }
    const again = this.#byHand?.collection === this.#collections ? this.#byHand : undefined;
    const startedAt = again?.startedAt ?? this.#free(observation.at);
    const course: Course = {
      kinds: ['manual'],
      startedAt,
      endedAt: startedAt,
      usual: this.#usual,
      before: this.#recent.before(1),
      peak: observation.snapshot,
      timeline: this.#timeline.points(),
    };
    if (again === undefined) {
      this.#byHand = { collection: this.#collections, startedAt };
      this.#noteBegun(['manual'], startedAt);
    }
    return makeRecord(course, this.#last);
  }

  /** Nothing is known of the node from now on: what lasts ends with its last collection. */
  end(): IncidentRecord | undefined {
    if (this.#lasting === undefined) {
      return undefined;
    }
    const { record } = this.#lasting;
    const { at = epochMs(Date.parse(record.recorded_at)) } = this.#last?.observation ?? {};
    const startedAt = Date.parse(record.started_at);
    return { ...record, ended_at: new Date(Math.max(at, startedAt)).toISOString() };
  }

  /** Where the clock was set back, another record may have the id of this second: then a later one. */
  #free(startedAt: EpochMs): EpochMs {
    let free = startedAt;
    while (this.#isTaken(free)) {
      free = later(free, 1000);
    }
    return free;
  }

  #resume(record: IncidentRecord | undefined): void {
    if (record === undefined) {
      this.#detector.resume(undefined);
      return;
    }
    const startedAt = epochMs(Date.parse(record.started_at));
    this.#detector.resume({ startedAt, kinds: record.kinds.filter(isTriggerKind) });
    const { sessions, active, kinds, timeline } = record;
    const course: Course = {
      kinds,
      startedAt,
      endedAt: undefined,
      usual: {},
      before: undefined,
      peak: { sessions: sessions.peak ?? undefined, active: active.peak ?? undefined },
      timeline,
    };
    this.#lasting = { course, largest: undefined, record };
  }

  #take(
    news: IncidentNews | undefined,
    now: Largest,
    usual: Usual,
    point: TimelinePoint,
  ): IncidentRecord | undefined {
    switch (news?.type) {
      case 'began':
        return this.#begin(news, now, usual, point);
      case 'goes on':
      case 'ended':
        return this.#follow(news, now, point);
      case 'suppressed':
        this.#suppressed += 1;
        return undefined;
      default:
        return undefined;
    }
  }

  #begin(
    { startedAt, kinds, collectionsSince }: IncidentNews & { readonly type: 'began' },
    now: Largest,
    usual: Usual,
    point: TimelinePoint,
  ): IncidentRecord {
    // A row can have begun before the incident could, while another one had just ended.
    const ofRun = INCIDENT_KINDS.flatMap((kind) =>
      isTriggerKind(kind) && kinds.includes(kind) ? (this.#largestOfRuns.get(kind) ?? []) : [],
    ).find(({ observation }) => observation.at >= startedAt);
    const largest = ofRun ?? now;
    // The row was there when somebody had it recorded: that is the same incident.
    const isByHand =
      this.#byHand !== undefined &&
      this.#byHand.collection >= this.#collections + 1 - collectionsSince &&
      isSameSecond(this.#byHand.startedAt, startedAt);
    const course: Course = {
      kinds: isByHand ? [...kinds, 'manual'] : kinds,
      startedAt: isByHand ? startedAt : this.#free(startedAt),
      endedAt: undefined,
      usual,
      before: this.#recent.before(collectionsSince),
      peak: peakOf(largest.observation.snapshot, now.observation.snapshot),
      timeline: [...this.#timeline.points(), point],
    };
    const record = makeRecord(course, largest);
    this.#lasting = { course, largest, record };
    this.#noteBegun(kinds, course.startedAt);
    return record;
  }

  #follow(
    news: IncidentNews & { readonly type: 'goes on' | 'ended' },
    now: Largest,
    point: TimelinePoint,
  ): IncidentRecord | undefined {
    const before = this.#lasting;
    if (before === undefined) {
      return undefined;
    }
    const isOver = news.type === 'ended';
    const kinds = [...new Set([...before.course.kinds, ...news.kinds])];
    const course: Course = {
      ...before.course,
      kinds,
      endedAt: isOver ? news.endedAt : undefined,
      peak: peakOf(before.course.peak, now.observation.snapshot),
      timeline: longer(before.course.timeline, point),
    };
    const largest = before.largest && larger(before.largest, now, kinds);
    const isNew = largest !== before.largest || kinds.length > before.course.kinds.length;
    const record = largest && isNew ? makeRecord(course, largest) : withCourse(before.record, course);
    this.#begun = withBegun(
      this.#begun,
      kinds.filter((kind) => !before.course.kinds.includes(kind)),
    );
    this.#lasting = isOver ? undefined : { course, largest, record };
    return record;
  }

  /** The same snapshot is one record. */
  #also(kind: IncidentKind, lasting: Lasting): IncidentRecord {
    if (lasting.course.kinds.includes(kind)) {
      return lasting.record;
    }
    const course = { ...lasting.course, kinds: [...lasting.course.kinds, kind] };
    const record = withCourse(lasting.record, course);
    this.#begun = withBegun(this.#begun, [kind]);
    this.#lasting = { ...lasting, course, record };
    return record;
  }

  #noteBegun(kinds: readonly IncidentKind[], startedAt: EpochMs): void {
    this.#begun = withBegun(this.#begun, kinds);
    this.#lastStartedAt = startedAt;
  }
}

const NONE_BEGUN = Object.fromEntries(INCIDENT_KINDS.map((kind) => [kind, 0])) as IncidentStatus['begun'];

function withBegun(begun: IncidentStatus['begun'], kinds: readonly IncidentKind[]): IncidentStatus['begun'] {
  const more = kinds.map((kind) => [kind, begun[kind] + 1]);
  return { ...begun, ...Object.fromEntries(more) };
}

/** By the first kind; the one before where both are alike. */
function larger(before: Largest | undefined, now: Largest, kinds: readonly IncidentKind[]): Largest {
  const kind = INCIDENT_KINDS.find((one) => kinds.includes(one)) ?? 'manual';
  const extentOf = ({ figures }: Largest): number => EXTENT[kind](figures) ?? -1;
  return before === undefined || extentOf(now) > extentOf(before) ? now : before;
}

interface Peak {
  readonly sessions?: number | undefined;
  readonly active?: number | undefined;
}

function peakOf(a: Peak, b: Peak): Peak {
  return { sessions: highest(a.sessions, b.sessions), active: highest(a.active, b.active) };
}

function highest(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);
}

/**
 * Up to MAX_TIMELINE points; then every other one goes of those behind the collections before the incident, so that a long one is shown whole in
 * coarser steps.
 */
function longer(timeline: readonly TimelinePoint[], point: TimelinePoint): readonly TimelinePoint[] {
  const kept =
    timeline.length < MAX_TIMELINE
      ? timeline
      : timeline.filter((_, index) => index < RECENT_COLLECTIONS || index % 2 === 0);
  return [...kept, point];
}

/** The snapshot that it describes stays. */
function withCourse(record: IncidentRecord, { kinds, endedAt, peak, timeline }: Course): IncidentRecord {
  return {
    ...record,
    kinds: INCIDENT_KINDS.filter((kind) => kinds.includes(kind)),
    ended_at: endedAt === undefined ? null : new Date(endedAt).toISOString(),
    sessions: { ...record.sessions, peak: peak.sessions ?? null },
    active: { ...record.active, peak: peak.active ?? null },
    timeline,
  };
}
