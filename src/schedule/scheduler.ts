// When each node is collected: at every run of its schedule, shifted by its share of the splay, one collection of
// a node at a time and only so many together. It does not know what a collection does.
import { type Clock, type EpochMs, elapsedMs, epochMs, later, type MonotonicMs, momentOf } from '../clock.js';
import type { DatabaseNode } from '../model/node.js';
import { ConcurrencyLimit } from './concurrency-limit.js';
import type { NextRuns } from './next-runs.js';
import { shareOfRunMs, splayShareMs, waitForRun } from './run-times.js';

/** What is scheduled; see collect/collector.ts. */
export interface ScheduledCollector {
  /** Must not reject, and must end soon after the signal aborts. */
  collect(node: DatabaseNode, signal: AbortSignal): Promise<void>;
  countSkipped(node: DatabaseNode): void;
  /** Splay included. */
  noteNextRun(node: DatabaseNode, nextRunAt: EpochMs): void;
}

export interface SchedulerDependencies {
  readonly clock: Clock;
  readonly collector: ScheduledCollector;
  readonly nextRuns: NextRuns;
}

/** What a reload may change. */
export interface SchedulerSettings {
  readonly timezone: string;
  readonly splayMs: number;
  readonly maxConcurrent: number;
}

/** A run later than this comes after a pause of the machine, or a wall clock set forward: all nodes are late at once. */
const LATE_MS = 5_000;

/** For running collections to notice that they are aborted. */
const ABORT_GRACE_MS = 1_000;

const NEVER = epochMs(Number.MAX_SAFE_INTEGER);

interface ScheduledNode {
  node: DatabaseNode;
  /** Its first collection has been started, or waits for a slot. */
  begun: boolean;
  /** When the run came that waits for its share of the splay; undefined once that is made. */
  dueSince: MonotonicMs | undefined;
  /** A collection waits for a slot or runs. */
  busy: boolean;
  leaveQueue: () => void;
  /** Ends the waiting for runs. */
  timetable: AbortController;
  /** Ends the running collection. */
  readonly collection: AbortController;
}

export class Scheduler {
  readonly #clock: Clock;
  readonly #collector: ScheduledCollector;
  readonly #nextRuns: NextRuns;
  #settings: SchedulerSettings;
  readonly #limit: ConcurrencyLimit;
  readonly #nodes = new Map<string, ScheduledNode>();
  #state: 'new' | 'running' | 'stopped' = 'new';

  constructor({ clock, collector, nextRuns }: SchedulerDependencies, settings: SchedulerSettings) {
    this.#clock = clock;
    this.#collector = collector;
    this.#nextRuns = nextRuns;
    this.#settings = settings;
    this.#limit = new ConcurrencyLimit(settings.maxConcurrent);
  }

  /** Nothing is collected before. */
  start(): void {
    this.#state = 'running';
    for (const scheduled of this.#nodes.values()) {
      this.#follow(scheduled);
    }
  }

  /** A new node is collected at once, a kept one goes on, a removed one's collection is aborted. */
  setNodes(nodes: readonly DatabaseNode[]): void {
    const wanted = new Set(nodes.map(({ nodeId }) => nodeId));
    for (const [nodeId, scheduled] of this.#nodes) {
      if (!wanted.has(nodeId)) {
        this.#nodes.delete(nodeId);
        retire(scheduled);
        scheduled.collection.abort();
      }
    }
    for (const node of nodes) {
      const kept = this.#nodes.get(node.nodeId);
      if (kept === undefined) {
        this.#add(node);
      } else {
        const moved = kept.node.schedule !== node.schedule;
        kept.node = node;
        if (moved) {
          this.#follow(kept);
        }
      }
    }
  }

  /** From the next run on; a collection under way goes on as it began. */
  configure(settings: SchedulerSettings): void {
    const { timezone, splayMs } = this.#settings;
    this.#settings = settings;
    this.#limit.resize(settings.maxConcurrent);
    if (settings.timezone !== timezone || settings.splayMs !== splayMs) {
      for (const scheduled of this.#nodes.values()) {
        this.#follow(scheduled);
      }
    }
  }

  /** Starts nothing more, gives running collections `graceMs` to end, then aborts them. */
  async stop(graceMs: number): Promise<void> {
    this.#state = 'stopped';
    for (const scheduled of this.#nodes.values()) {
      retire(scheduled);
    }
    await this.#idleWithin(graceMs);
    for (const { collection } of this.#nodes.values()) {
      collection.abort();
    }
    await this.#idleWithin(ABORT_GRACE_MS);
  }

  #add(node: DatabaseNode): void {
    const scheduled: ScheduledNode = {
      node,
      begun: false,
      dueSince: undefined,
      busy: false,
      leaveQueue: () => {},
      timetable: new AbortController(),
      collection: new AbortController(),
    };
    this.#nodes.set(node.nodeId, scheduled);
    this.#follow(scheduled);
  }

  /** Starts the node's timetable, in place of the one before. */
  #follow(scheduled: ScheduledNode): void {
    scheduled.timetable.abort();
    if (this.#state !== 'running') {
      return;
    }
    const timetable = new AbortController();
    scheduled.timetable = timetable;
    this.#runTimetable(scheduled, timetable.signal).catch((error: unknown) => {
      if (!timetable.signal.aborted) {
        throw error; // unhandled: better an end of the process than a node that nobody collects
      }
    });
  }

  async #runTimetable(scheduled: ScheduledNode, signal: AbortSignal): Promise<void> {
    // The first one, or one that waited for its share of the splay when the timetable was replaced.
    if (!scheduled.begun || scheduled.dueSince !== undefined) {
      scheduled.dueSince ??= this.#clock.monotonic();
      await this.#makeUnannounced(scheduled, scheduled.dueSince, signal);
    }
    let from = momentOf(this.#clock);
    for (;;) {
      const due = await waitForRun(
        this.#clock,
        from,
        (instant) => this.#runAfter(scheduled.node, instant),
        (run) => this.#collector.noteNextRun(scheduled.node, later(run, this.#shareMs(scheduled.node, run))),
        signal,
      );
      const now = this.#clock.monotonic();
      if (due.lateMs > LATE_MS) {
        scheduled.dueSince = now;
        await this.#makeUnannounced(scheduled, now, signal);
        from = momentOf(this.#clock);
      } else {
        scheduled.dueSince = later(now, -due.lateMs);
        await this.#clock.sleep(this.#shareMs(scheduled.node, due.run) - due.lateMs, signal);
        this.#begin(scheduled, signal);
        from = due.from;
      }
    }
  }

  /** A run that comes at no time of the schedule: after the node's share of the splay from when it was due. */
  async #makeUnannounced(
    scheduled: ScheduledNode,
    dueSince: MonotonicMs,
    signal: AbortSignal,
  ): Promise<void> {
    const { node } = scheduled;
    const { wall, monotonic } = momentOf(this.#clock);
    const shareMs = splayShareMs(node.nodeId, this.#settings.splayMs);
    const leftMs = Math.max(0, shareMs - elapsedMs(dueSince, monotonic));
    this.#collector.noteNextRun(node, later(wall, leftMs));
    await this.#clock.sleep(leftMs, signal);
    this.#begin(scheduled, signal);
  }

  #shareMs(node: DatabaseNode, run: EpochMs): number {
    return shareOfRunMs(node.nodeId, run, this.#runAfter(node, run), this.#settings.splayMs);
  }

  #runAfter({ schedule }: DatabaseNode, instant: EpochMs): EpochMs {
    const [run = NEVER] = this.#nextRuns(schedule, this.#settings.timezone, 1, instant);
    return run;
  }

  #begin(scheduled: ScheduledNode, signal: AbortSignal): void {
    signal.throwIfAborted(); // a sleep that has just ended is no longer stopped by it
    scheduled.dueSince = undefined;
    if (scheduled.busy) {
      this.#collector.countSkipped(scheduled.node);
      return;
    }
    scheduled.begun = true;
    scheduled.busy = true;
    scheduled.leaveQueue = this.#limit.enqueue(async () => {
      await this.#collector.collect(scheduled.node, scheduled.collection.signal);
      scheduled.busy = false;
    });
  }

  async #idleWithin(ms: number): Promise<void> {
    const enough = new AbortController();
    const timeUp = this.#clock.sleep(ms, enough.signal).catch(() => {}); // idle first
    await Promise.race([this.#limit.idle(), timeUp]);
    enough.abort();
  }
}

function retire(scheduled: ScheduledNode): void {
  scheduled.timetable.abort();
  scheduled.leaveQueue();
}
