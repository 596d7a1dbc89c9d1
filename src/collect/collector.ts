// One collection of one node and all that surrounds it: its deadline, its place in the counters and in the log. Whatever
// happens to a node stays with that node.
import { type Clock, type EpochMs, elapsedMs, type Moment, momentOf } from '../clock.js';
import type { Log } from '../log.js';
import { type Deadline, startDeadline } from '../model/deadline.js';
import { CollectionError, explainFailure, type FailureReason } from '../model/failure.js';
import type { DatabaseNode } from '../model/node.js';
import { CsvError } from '../sessions/csv-error.js';
import type { ReadResult } from '../sessions/read-snapshot.js';
import { emptyTally } from '../sessions/snapshot.js';
import { type Attempt, CollectionLines, type EndedAttempt } from './collection-lines.js';
import { countersWith, type NodeStatus, type NodeStore } from './node-store.js';
import { PhaseTimer } from './phase-timer.js';
import { type ReadSnapshot, runCollection } from './run-collection.js';
import type { SessionApi, SessionFilter } from './session-api.js';
import type { WaitSettings } from './wait-for-task.js';

export interface CollectorDependencies {
  /** The API of the node's project as it is now: asked once, at the start of each collection, which ends with it. */
  readonly apiOf: (node: DatabaseNode) => SessionApi;
  readonly store: NodeStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly observer: CollectionObserver;
  /** What each collection that succeeded brought, once it is on show. */
  readonly onSnapshot?: (node: DatabaseNode, result: ReadResult, at: EpochMs) => void;
}

/** The port through which collections are added up for the log; summary.ts fills it. */
export interface CollectionObserver {
  /** A collection has ended: `reason` says why it failed, undefined where it succeeded. */
  collection(node: DatabaseNode, reason: FailureReason | undefined, seconds: number): void;
  /** A run was left out. */
  skip(): void;
}

/** What a reload may change: a collection takes them at its start, and ends with them. */
export interface CollectionSettings extends WaitSettings {
  readonly filter: SessionFilter;
  readonly readSnapshot: ReadSnapshot;
  /** Of one collection, all phases together. */
  readonly timeoutMs: number;
  /** What decides when a snapshot of the node stops being shown, as a text to compare. */
  stalePolicy(node: DatabaseNode): string;
  /** How long a snapshot is shown, from when it came; `runsSince`: without another one. */
  freshForMs(
    node: DatabaseNode,
    shown: { readonly ageMs: number; readonly runsSince: number },
    now: EpochMs,
  ): number;
}

export class Collector {
  readonly #dependencies: CollectorDependencies;
  #settings: CollectionSettings;
  readonly #lines: CollectionLines;

  constructor(dependencies: CollectorDependencies, settings: CollectionSettings) {
    this.#dependencies = dependencies;
    this.#settings = settings;
    this.#lines = new CollectionLines(dependencies.log, dependencies.clock);
  }

  /** From the next collection on; one under way goes on as it began. */
  configure(settings: CollectionSettings): void {
    this.#settings = settings;
  }

  /** Forgets nodes that are gone, and lets snapshots on show end by the settings and schedules that are in force now. */
  nodesChanged(): void {
    const { store } = this.#dependencies;
    this.#lines.keepOnly((nodeId) => store.get(nodeId) !== undefined);
    for (const { node, lastSuccessAt, runsSinceSuccess, stalePolicy } of store.list()) {
      if (lastSuccessAt !== undefined && this.#settings.stalePolicy(node) !== stalePolicy) {
        store.update(node.nodeId, () => this.#staleTime(node, lastSuccessAt, runsSinceSuccess));
      }
    }
  }

  /** Never rejects: a failure is counted and logged here. An aborted collection counts as nothing. */
  async collect(node: DatabaseNode, signal: AbortSignal): Promise<void> {
    const { apiOf, store, clock } = this.#dependencies;
    const settings = this.#settings;
    const attempt: Attempt = { tally: emptyTally(), phases: new PhaseTimer(clock) };
    const startedAt = clock.monotonic();
    const ended = (): EndedAttempt => ({
      ...attempt,
      seconds: elapsedMs(startedAt, clock.monotonic()) / 1_000,
    });
    const deadline = startDeadline(clock, settings.timeoutMs, signal);
    try {
      await runCollection({
        ...settings,
        ...attempt,
        node,
        deadline,
        api: apiOf(node),
        clock,
        previous: store.get(node.nodeId)?.snapshot,
        publish: (result) => this.#succeed(node, ended(), result),
      });
    } catch (error) {
      if (!signal.aborted) {
        this.#fail(node, ended(), failureOf(error, deadline));
      }
    } finally {
      deadline.clear();
    }
    if (!signal.aborted) {
      this.#lines.unreadableNumbers(node, attempt);
    }
  }

  /** A run that came while the one before had not ended. */
  countSkipped(node: DatabaseNode): void {
    const { store, observer } = this.#dependencies;
    store.update(node.nodeId, ({ collections, runsSinceSuccess }) => ({
      collections: plusOne(collections, 'skipped'),
      runsSinceSuccess: runsSinceSuccess + 1,
    }));
    observer.skip();
    this.#lines.skipped(node);
  }

  noteNextRun(node: DatabaseNode, nextRunAt: EpochMs): void {
    this.#dependencies.store.update(node.nodeId, () => ({ nextRunAt }));
  }

  #succeed(node: DatabaseNode, attempt: EndedAttempt, result: ReadResult): void {
    const { store, clock, observer, onSnapshot } = this.#dependencies;
    const now = momentOf(clock);
    const before = store.get(node.nodeId);
    store.update(node.nodeId, (status) => ({
      ...figuresWith(status, attempt),
      up: true,
      collections: plusOne(status.collections, 'success'),
      lastSuccessAt: now,
      lastError: undefined,
      snapshot: result.snapshot,
      // A reload may have changed the node's schedule since its collection began.
      ...this.#staleTime(status.node, now, 0),
      header: { columns: result.columns, unknownHeaders: result.unknownHeaders },
      previousSessions: status.snapshot?.sessions,
    }));
    // Of a node that went meanwhile nothing is the first.
    const isFirst = before !== undefined && before.lastSuccessAt === undefined;
    this.#lines.succeeded(node, attempt, result.snapshot, isFirst);
    this.#lines.header(node, result, before?.header);
    this.#lines.undecodedText(node, result.snapshot);
    observer.collection(node, undefined, attempt.seconds);
    if (before !== undefined) {
      onSnapshot?.(before.node, result, now.wall);
    }
  }

  /** The old snapshot stays on show until it is stale. */
  #fail(node: DatabaseNode, attempt: EndedAttempt, error: CollectionError): void {
    const { store, clock, observer } = this.#dependencies;
    const { reason, message, details } = error;
    store.update(node.nodeId, (status) => ({
      ...figuresWith(status, attempt),
      up: false,
      collections: plusOne(status.collections, 'error'),
      errors: plusOne(status.errors, reason),
      lastError: { reason, message, details, at: momentOf(clock) },
      runsSinceSuccess: status.runsSinceSuccess + 1,
    }));
    this.#lines.failed(node, attempt, error);
    observer.collection(node, reason, attempt.seconds);
  }

  #staleTime(node: DatabaseNode, successAt: Moment, runsSince: number) {
    const { wall, monotonic } = momentOf(this.#dependencies.clock);
    const ageMs = elapsedMs(successAt.monotonic, monotonic);
    return {
      freshForMs: this.#settings.freshForMs(node, { ageMs, runsSince }, wall),
      stalePolicy: this.#settings.stalePolicy(node),
      runsSinceSuccess: runsSince,
    };
  }
}

/** Past the deadline everything fails in some way of its own, but because of the deadline. */
function failureOf(error: unknown, { signal }: Deadline): CollectionError {
  const cause = signal.aborted ? signal.reason : error;
  return cause instanceof CsvError
    ? new CollectionError('csv', cause.message, {}, { cause })
    : explainFailure(cause);
}

/** What success and failure alike leave behind. */
function figuresWith(status: NodeStatus, { tally, phases }: Attempt) {
  return {
    ...countersWith(status, tally),
    phaseSeconds: phases.seconds,
  };
}

function plusOne<Key extends string>(
  counts: Readonly<Record<Key, number>>,
  key: NoInfer<Key>,
): Record<Key, number> {
  return { ...counts, [key]: counts[key] + 1 };
}
