// What is known of every node: the collector writes it, the metrics and the pages show it.
import { isDeepStrictEqual } from 'node:util';
import { type EpochMs, elapsedMs, LONG_AGO, later, type Moment, type MonotonicMs } from '../clock.js';
import type { FailureReason, LastFailure } from '../model/failure.js';
import type { IncidentStatus } from '../model/incident.js';
import type { DatabaseNode } from '../model/node.js';
import { NUMBER_COLUMNS, type NumberColumn } from '../sessions/columns.js';
import type { ReadResult } from '../sessions/read-snapshot.js';
import type { CsvTally, Snapshot } from '../sessions/snapshot.js';

export const COLLECTION_RESULTS = ['success', 'error', 'skipped'] as const;
export type CollectionResult = (typeof COLLECTION_RESULTS)[number];

export const COLLECTION_PHASES = ['submit', 'wait', 'download'] as const;
export type CollectionPhase = (typeof COLLECTION_PHASES)[number];

/** Which columns a session file has, and the names in its header that no column is known by. */
export type FoundHeader = Pick<ReadResult, 'columns' | 'unknownHeaders'>;

/** All columns from the start, whichever the files have: a counter that begins at its first count hides it. */
const ALL_READABLE = Object.fromEntries(NUMBER_COLUMNS.map((column) => [column, 0])) as Readonly<
  Record<NumberColumn, number>
>;

/** Everything known of one node's collections; replaced as a whole at each change. */
export interface NodeStatus {
  readonly node: DatabaseNode;
  /** Undefined until the first collection has ended. */
  readonly up: boolean | undefined;
  readonly collections: Readonly<Record<CollectionResult, number>>;
  readonly errors: Readonly<Record<FailureReason, number>>;
  readonly csvRows: number;
  readonly csvRowsRejected: number;
  readonly csvBytes: number;
  /** Cells that could not be read. */
  readonly csvUnreadableNumbers: Readonly<Record<NumberColumn, number>>;
  /** Seconds each phase of the last collection took; a phase that was not reached is absent. */
  readonly phaseSeconds: Readonly<Partial<Record<CollectionPhase, number>>>;
  readonly lastSuccessAt: Moment | undefined;
  readonly nextRunAt: EpochMs | undefined;
  /** Of the last collection; undefined after a success. */
  readonly lastError: LastFailure | undefined;
  /** The last good one, and how long after the last success it is shown. */
  readonly snapshot: Snapshot | undefined;
  readonly freshForMs: number | undefined;
  /** What `freshForMs` was worked out from: another one calls for another `freshForMs`. */
  readonly stalePolicy: string | undefined;
  /** Runs of the schedule that came and brought no snapshot, since the last that did. */
  readonly runsSinceSuccess: number;
  /** Of the last session file that was read. */
  readonly header: FoundHeader | undefined;
  /** Of the snapshot before, for what has changed; undefined where it is not known. */
  readonly previousSessions: number | undefined;
  /** Undefined where incidents are not looked for. */
  readonly incidents: IncidentStatus | undefined;
}

export class NodeStore {
  #statuses = new Map<string, NodeStatus>();
  #list: readonly NodeStatus[] | undefined;
  readonly #onChange: () => void;

  /** `onChange` is called after each change of the list. */
  constructor(onChange: () => void = () => {}) {
    this.#onChange = onChange;
  }

  /** A node that stays keeps its status, one that is gone takes its status with it. */
  setNodes(nodes: readonly DatabaseNode[]): void {
    const statuses = nodes.toSorted(byInstanceThenNode).map((node): [string, NodeStatus] => {
      const known = this.#statuses.get(node.nodeId);
      if (known === undefined) {
        return [node.nodeId, untried(node)];
      }
      // What has not changed stays the same object: what is rendered of it is kept by it.
      return [node.nodeId, isDeepStrictEqual(known.node, node) ? known : { ...known, node }];
    });
    this.#statuses = new Map(statuses);
    this.#list = undefined;
    this.#onChange();
  }

  get(nodeId: string): NodeStatus | undefined {
    return this.#statuses.get(nodeId);
  }

  /** Sorted by instance and node; the same array until something changes. */
  list(): readonly NodeStatus[] {
    this.#list ??= [...this.#statuses.values()];
    return this.#list;
  }

  /** Does nothing for a node that is gone: its collection may end later than the node. */
  update(nodeId: string, change: (status: NodeStatus) => Partial<Omit<NodeStatus, 'node'>>): void {
    const status = this.#statuses.get(nodeId);
    if (status !== undefined) {
      this.#statuses.set(nodeId, { ...status, ...change(status) });
      this.#list = undefined;
      this.#onChange();
    }
  }
}

function byInstanceThenNode(a: DatabaseNode, b: DatabaseNode): number {
  return compare(a.instanceId, b.instanceId) || compare(a.nodeId, b.nodeId);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function untried(node: DatabaseNode): NodeStatus {
  return {
    node,
    up: undefined,
    collections: { success: 0, error: 0, skipped: 0 },
    errors: {
      network: 0,
      timeout: 0,
      auth: 0,
      throttled: 0,
      api: 0,
      task_error: 0,
      task_unrecognized: 0,
      csv: 0,
      too_large: 0,
      internal: 0,
    },
    csvRows: 0,
    csvRowsRejected: 0,
    csvBytes: 0,
    csvUnreadableNumbers: ALL_READABLE,
    phaseSeconds: {},
    lastSuccessAt: undefined,
    nextRunAt: undefined,
    lastError: undefined,
    snapshot: undefined,
    freshForMs: undefined,
    stalePolicy: undefined,
    runsSinceSuccess: 0,
    header: undefined,
    previousSessions: undefined,
    incidents: undefined,
  };
}

/** The counters of a node with those of one more file. */
export function countersWith(status: NodeStatus, { rows, rejectedRows, bytes, unreadable }: CsvTally) {
  const numbers = [...unreadable].map(([column, { cells }]) => [
    column,
    status.csvUnreadableNumbers[column] + cells,
  ]);
  return {
    csvRows: status.csvRows + rows,
    csvRowsRejected: status.csvRowsRejected + rejectedRows,
    csvBytes: status.csvBytes + bytes,
    csvUnreadableNumbers: { ...status.csvUnreadableNumbers, ...Object.fromEntries(numbers) },
  };
}

/** When the snapshot stops being shown; by the monotonic clock, so that no wall clock that is set makes it old or new. */
export function freshUntil({ lastSuccessAt, freshForMs = 0 }: NodeStatus): MonotonicMs {
  return lastSuccessAt === undefined ? LONG_AGO : later(lastSuccessAt.monotonic, freshForMs);
}

/** The snapshot, while it may be shown: old figures must vanish, not look like new ones. */
export function freshSnapshot(status: NodeStatus, now: MonotonicMs): Snapshot | undefined {
  return elapsedMs(now, freshUntil(status)) > 0 ? status.snapshot : undefined;
}
