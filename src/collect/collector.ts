// One collection of one node and all that surrounds it: its deadline, its place in the counters, its line in the
// log. Whatever happens to a node stays with that node.
import { type Clock, type EpochMs, elapsedMs, type Moment, momentOf } from '../clock.js';
import type { Log } from '../log.js';
import { type Deadline, startDeadline } from '../model/deadline.js';
import { CollectionError, explainFailure, FAILURE_REASONS } from '../model/failure.js';
import type { DatabaseNode } from '../model/node.js';
import { RepeatedLines } from '../repeated-lines.js';
import { CsvError } from '../sessions/csv-error.js';
import type { ReadResult } from '../sessions/read-snapshot.js';
import {
  type CsvTally,
  emptyTally,
  hasUndecodedText,
  UNDECODED_TEXT,
  UNREADABLE_NUMBERS,
  unreadableText,
} from '../sessions/snapshot.js';
import { countersWith, type FoundHeader, type NodeStatus, type NodeStore } from './node-store.js';
import { PhaseTimer } from './phase-timer.js';
import { withSessions } from './recent-sessions.js';
import { type ReadSnapshot, runCollection } from './run-collection.js';
import type { SessionApi, SessionFilter } from './session-api.js';
import type { WaitSettings } from './wait-for-task.js';

export interface CollectorDependencies {
  /** The API of the node's project as it is now: asked once, at the start of each collection, which ends with it. */
  readonly apiOf: (node: DatabaseNode) => SessionApi;
  readonly store: NodeStore;
  readonly clock: Clock;
  readonly log: Log;
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

/** What an attempt came to, whether it succeeded or not. */
interface Attempt {
  readonly tally: CsvTally;
  readonly phases: PhaseTimer;
}

const RECOVERED = 'recovered';

export class Collector {
  readonly #dependencies: CollectorDependencies;
  #settings: CollectionSettings;
  /** By node id: why it failed, and that its runs are skipped. */
  readonly #lines: RepeatedLines;
  /** Ids of the nodes of whose failure the log has told, and not yet of their recovery. */
  readonly #toldDown = new Set<string>();

  constructor(dependencies: CollectorDependencies, settings: CollectionSettings) {
    this.#dependencies = dependencies;
    this.#settings = settings;
    this.#lines = new RepeatedLines(dependencies.log, dependencies.clock);
  }

  /** From the next collection on; one under way goes on as it began. */
  configure(settings: CollectionSettings): void {
    this.#settings = settings;
  }

  /** Forgets nodes that are gone, and lets snapshots on show end by the settings and schedules that are in force now. */
  nodesChanged(): void {
    const { store } = this.#dependencies;
    const isKnown = (nodeId: string) => store.get(nodeId) !== undefined;
    this.#lines.keepOnly(isKnown);
    for (const nodeId of this.#toldDown) {
      if (!isKnown(nodeId)) {
        this.#toldDown.delete(nodeId);
      }
    }
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
    const attempt: Attempt = {
      tally: emptyTally(),
      phases: new PhaseTimer(clock),
    };
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
        publish: (result) => this.#succeed(node, attempt, result),
      });
    } catch (error) {
      if (!signal.aborted) {
        this.#fail(node, attempt, failureOf(error, deadline));
      }
    } finally {
      deadline.clear();
    }
    if (!signal.aborted) {
      this.#tellUnreadable(node, attempt);
    }
  }

  /** A run that came while the one before had not ended. */
  countSkipped(node: DatabaseNode): void {
    const { store } = this.#dependencies;
    store.update(node.nodeId, ({ collections, runsSinceSuccess }) => ({
      collections: plusOne(collections, 'skipped'),
      runsSinceSuccess: runsSinceSuccess + 1,
    }));
    this.#lines.tell(
      'warn',
      node.nodeId,
      'skipped',
      'collection skipped: the one before runs or waits for its turn',
      nodeFields(node),
    );
  }

  noteNextRun(node: DatabaseNode, nextRunAt: EpochMs): void {
    this.#dependencies.store.update(node.nodeId, () => ({ nextRunAt }));
  }

  #succeed(node: DatabaseNode, attempt: Attempt, result: ReadResult): void {
    const { store, clock } = this.#dependencies;
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
      recentSessions: withSessions(status.recentSessions, result.snapshot.sessions),
    }));
    this.#tellRecovery(node);
    this.#logHeader(node, result, before?.header);
    if (hasUndecodedText(result.snapshot)) {
      this.#lines.tell('warn', node.nodeId, 'undecoded text', UNDECODED_TEXT, nodeFields(node));
    }
  }

  #tellUnreadable(node: DatabaseNode, { tally }: Attempt): void {
    const columns = unreadableText(tally);
    if (columns !== undefined) {
      this.#lines.tell('warn', node.nodeId, 'unreadable numbers', UNREADABLE_NUMBERS, {
        ...nodeFields(node),
        columns,
      });
    }
  }

  /** At once; of a node that fails and recovers again and again every ten minutes. */
  #tellRecovery(node: DatabaseNode): void {
    const { nodeId } = node;
    if (this.#toldDown.has(nodeId) && this.#lines.isDue(nodeId, RECOVERED)) {
      this.#toldDown.delete(nodeId);
      this.#lines.forget(nodeId, FAILURE_REASONS);
      this.#lines.tell('info', nodeId, RECOVERED, 'node recovered', nodeFields(node));
    }
  }

  /** The old snapshot stays on show until it is stale. */
  #fail(node: DatabaseNode, attempt: Attempt, error: CollectionError): void {
    const { store, clock } = this.#dependencies;
    const { reason, message, details } = error;
    store.update(node.nodeId, (status) => ({
      ...figuresWith(status, attempt),
      up: false,
      collections: plusOne(status.collections, 'error'),
      errors: plusOne(status.errors, reason),
      lastError: { reason, message, details, at: momentOf(clock) },
      runsSinceSuccess: status.runsSinceSuccess + 1,
    }));
    this.#logFailure(node, attempt, error);
  }

  #logFailure(node: DatabaseNode, attempt: Attempt, { reason, message, details }: CollectionError): void {
    const isTold = this.#lines.tell('warn', node.nodeId, reason, 'collection failed', {
      ...details,
      ...nodeFields(node),
      phase: attempt.phases.current,
      reason,
      error: message,
    });
    if (isTold) {
      this.#toldDown.add(node.nodeId);
    }
  }

  /** Once per node, and again when its file looks different. */
  #logHeader(node: DatabaseNode, now: FoundHeader, before: FoundHeader | undefined): void {
    const columns = now.columns.join(' ');
    const unknownHeaders = now.unknownHeaders.join(' ');
    if (columns !== before?.columns.join(' ') || unknownHeaders !== before.unknownHeaders.join(' ')) {
      this.#dependencies.log.debug('columns of the session file', {
        ...nodeFields(node),
        columns,
        unknown_headers: unknownHeaders,
      });
    }
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

function nodeFields(node: DatabaseNode) {
  return { project: node.project, instance_id: node.instanceId, node_id: node.nodeId, node_name: node.name };
}
