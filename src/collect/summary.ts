// The log's summary: every ten minutes what came of all nodes since the one before, also where nothing happened: a reader of
// the log sees that the agent lives.
import { type Clock, elapsedMs, type MonotonicMs } from '../clock.js';
import { type Log, logSeconds, ofReasons } from '../log.js';
import type { ApiObserver, ApiOperation } from '../model/api-observer.js';
import type { FailureReason } from '../model/failure.js';
import type { DatabaseNode } from '../model/node.js';
import type { CollectionObserver } from './collector.js';
import { freshSnapshot, type NodeStatus } from './node-store.js';

const EVERY_MS = 600_000;

export interface SummaryOptions {
  readonly nodes: () => readonly NodeStatus[];
  readonly clock: Pick<Clock, 'monotonic' | 'sleep'>;
  readonly log: Log;
}

export class Summary implements CollectionObserver, ApiObserver {
  readonly #options: SummaryOptions;
  readonly #stopping = new AbortController();
  #since: MonotonicMs | undefined;
  #counts = new Counts();

  constructor(options: SummaryOptions) {
    this.#options = options;
  }

  collection(node: DatabaseNode, reason: FailureReason | undefined, seconds: number): void {
    const counts = this.#counts;
    counts.collections += 1;
    if (reason !== undefined) {
      counts.failures.set(reason, (counts.failures.get(reason) ?? 0) + 1);
    }
    if (counts.slowest === undefined || seconds > counts.slowest.seconds) {
      counts.slowest = { node, seconds };
    }
  }

  skip(): void {
    this.#counts.skipped += 1;
  }

  request(_project: string, _operation: ApiOperation, code: string): void {
    this.#counts.requests += 1;
    this.#counts.throttled += Number(code === '429');
  }

  retry(): void {
    this.#counts.retries += 1;
  }

  clockCorrection(): void {}

  /** Tells every ten minutes from now on. */
  start(): void {
    const { clock } = this.#options;
    this.#since = clock.monotonic();
    const tellAgainAndAgain = async () => {
      while (!this.#stopping.signal.aborted) {
        await clock.sleep(EVERY_MS, this.#stopping.signal);
        this.#tell();
      }
    };
    tellAgainAndAgain().catch((error: unknown) => {
      if (!this.#stopping.signal.aborted) {
        throw error;
      }
    });
  }

  /** Tells of what came since the last line. */
  stop(): void {
    if (this.#since !== undefined && !this.#stopping.signal.aborted) {
      this.#stopping.abort();
      this.#tell();
    }
  }

  #tell(): void {
    const { nodes, clock, log } = this.#options;
    const now = clock.monotonic();
    const { collections, skipped, failures, slowest, requests, throttled, retries } = this.#counts;
    const statuses = nodes();
    log.info('summary', {
      interval_seconds: logSeconds(elapsedMs(this.#since ?? now, now)),
      collections,
      collections_failed: [...failures.values()].reduce((sum, count) => sum + count, 0),
      collections_skipped: skipped,
      ...ofReasons((reason) => failures.get(reason)),
      nodes: statuses.length,
      nodes_up: statuses.filter(({ up }) => up === true).length,
      nodes_down: statuses.filter(({ up }) => up === false).length,
      sessions: sumOfKnown(statuses.map((status) => freshSnapshot(status, now)?.sessions)),
      requests,
      requests_throttled: throttled,
      retries,
      ...(slowest && {
        slowest_seconds: logSeconds(slowest.seconds * 1_000),
        slowest_node_id: slowest.node.nodeId,
        slowest_node_name: slowest.node.name,
      }),
    });
    this.#since = now;
    this.#counts = new Counts();
  }
}

/** Undefined where none is known. */
function sumOfKnown(figures: readonly (number | undefined)[]): number | undefined {
  const known = figures.filter((figure) => figure !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, figure) => sum + figure);
}

/** Since the last line. */
class Counts {
  collections = 0;
  skipped = 0;
  readonly failures = new Map<FailureReason, number>();
  slowest: { readonly node: DatabaseNode; readonly seconds: number } | undefined;
  requests = 0;
  throttled = 0;
  retries = 0;
}
