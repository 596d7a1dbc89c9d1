// One collection of one node and all that surrounds it: its deadline, its place in the counters, its line in the
// log. Whatever happens to a node stays with that node.
import type { Clock } from '../clock.js';
import type { Log } from '../log.js';
import { type Deadline, startDeadline } from '../model/deadline.js';
import { CollectionError, explainFailure, type FailureReason } from '../model/failure.js';
import type { DatabaseNode } from '../model/node.js';
import { CsvError } from '../sessions/csv-error.js';
import type { ReadResult } from '../sessions/read-snapshot.js';
import type { CsvTally } from '../sessions/snapshot.js';
import type { NodeStatus, NodeStore } from './node-store.js';
import { PhaseTimer } from './phase-timer.js';
import { type ReadSnapshot, runCollection } from './run-collection.js';
import type { SessionApi } from './session-api.js';

export interface CollectorOptions {
  readonly api: SessionApi;
  readonly readSnapshot: ReadSnapshot;
  readonly store: NodeStore;
  readonly clock: Clock;
  readonly log: Log;
  /** Of one collection, all phases together. */
  readonly timeoutMs: number;
  readonly pollIntervalMs: number;
  /** When a snapshot of this moment stops being shown; milliseconds since the epoch, as is `successAt`. */
  readonly staleAt: (node: DatabaseNode, successAt: number) => number;
}

/** What an attempt came to, whether it succeeded or not. */
interface Attempt {
  readonly tally: CsvTally;
  readonly phases: PhaseTimer;
}

/** How often the log tells of a node that goes on failing for the same reason; its level `debug` has every failure. */
const REPEAT_LOG_MS = 600_000;

interface LoggedFailure {
  /** On the monotonic clock. */
  readonly at: number;
  /** Failures since then. */
  repeats: number;
}

export class Collector {
  readonly #options: CollectorOptions;
  /** By node id and reason: since the node's last success. */
  readonly #failures = new Map<string, Map<FailureReason, LoggedFailure>>();
  /** By node id: what was last logged of its columns. */
  readonly #columns = new Map<string, string>();
  /** Ids of the nodes of which a run was skipped since their collection began: the log says it once. */
  readonly #overdue = new Set<string>();

  constructor(options: CollectorOptions) {
    this.#options = options;
  }

  /** Never rejects: a failure is counted and logged here. An aborted collection counts as nothing. */
  async collect(node: DatabaseNode, signal: AbortSignal): Promise<void> {
    const { api, readSnapshot, store, clock, timeoutMs, pollIntervalMs } = this.#options;
    const attempt: Attempt = {
      tally: { rows: 0, rejectedRows: 0, bytes: 0 },
      phases: new PhaseTimer(clock),
    };
    const deadline = startDeadline(clock, timeoutMs, signal);
    try {
      await runCollection({
        ...attempt,
        node,
        deadline,
        api,
        readSnapshot,
        clock,
        pollIntervalMs,
        previous: store.get(node.nodeId)?.snapshot,
        publish: (result) => this.#succeed(node, attempt, result),
      });
    } catch (error) {
      if (!signal.aborted) {
        this.#fail(node, attempt, failureOf(error, deadline));
      }
    } finally {
      deadline.clear();
      this.#overdue.delete(node.nodeId);
    }
  }

  /** A run that came while the one before had not ended. */
  countSkipped(node: DatabaseNode): void {
    const { store, log } = this.#options;
    store.update(node.nodeId, ({ collections }) => ({ collections: plusOne(collections, 'skipped') }));
    if (!this.#overdue.has(node.nodeId)) {
      this.#overdue.add(node.nodeId);
      log.warn('collection skipped: the one before runs or waits for its turn', nodeFields(node));
    }
  }

  /** Milliseconds since the epoch. */
  noteNextRun(node: DatabaseNode, nextRunAt: number): void {
    this.#options.store.update(node.nodeId, () => ({ nextRunAt }));
  }

  #succeed(node: DatabaseNode, attempt: Attempt, result: ReadResult): void {
    const { store, clock, log } = this.#options;
    const now = clock.now();
    const staleAt = this.#options.staleAt(node, now);
    const recovered = store.get(node.nodeId)?.up === false;
    store.update(node.nodeId, (status) => ({
      ...figuresWith(status, attempt),
      up: true,
      collections: plusOne(status.collections, 'success'),
      lastSuccessAt: now,
      lastError: undefined,
      snapshot: result.snapshot,
      staleAt,
      previousSessions: status.snapshot?.sessions,
    }));
    this.#failures.delete(node.nodeId);
    if (recovered) {
      log.info('node recovered', nodeFields(node));
    }
    this.#logColumns(node, result);
  }

  /** The old snapshot stays on show until it is stale. */
  #fail(node: DatabaseNode, attempt: Attempt, error: CollectionError): void {
    const { store, clock } = this.#options;
    const { reason, message } = error;
    store.update(node.nodeId, (status) => ({
      ...figuresWith(status, attempt),
      up: false,
      collections: plusOne(status.collections, 'error'),
      errors: plusOne(status.errors, reason),
      lastError: { reason, message, at: clock.now() },
    }));
    this.#logFailure(node, attempt, error);
  }

  #logFailure(node: DatabaseNode, attempt: Attempt, { reason, message, details }: CollectionError): void {
    const { clock, log } = this.#options;
    const ofNode = this.#failures.get(node.nodeId) ?? new Map<FailureReason, LoggedFailure>();
    this.#failures.set(node.nodeId, ofNode);
    const logged = ofNode.get(reason);
    const fields = {
      ...details,
      ...nodeFields(node),
      phase: attempt.phases.current,
      reason,
      error: message,
    };
    if (logged !== undefined && clock.monotonic() - logged.at < REPEAT_LOG_MS) {
      logged.repeats++;
      log.debug('collection failed', fields);
    } else {
      ofNode.set(reason, { at: clock.monotonic(), repeats: 0 });
      log.warn('collection failed', logged === undefined ? fields : { ...fields, repeats: logged.repeats });
    }
  }

  /** Once per node, and again when its file looks different. */
  #logColumns(node: DatabaseNode, result: ReadResult): void {
    const columns = result.columns.join(' ');
    const unknownHeaders = result.unknownHeaders.join(' ');
    const described = `${columns}\n${unknownHeaders}`;
    if (this.#columns.get(node.nodeId) !== described) {
      this.#columns.set(node.nodeId, described);
      this.#options.log.debug('columns of the session file', {
        ...nodeFields(node),
        columns,
        unknown_headers: unknownHeaders,
      });
    }
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
    csvRows: status.csvRows + tally.rows,
    csvRowsRejected: status.csvRowsRejected + tally.rejectedRows,
    csvBytes: status.csvBytes + tally.bytes,
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
