// What the log tells of collections: one line for each, whether it succeeded or failed, and what is odd about a node's
// session file. A node's first success, its failures and its recovery are told; all other collections at `debug` alone.
import type { Clock } from '../clock.js';
import { type Log, type LogFields, logSeconds } from '../log.js';
import { type CollectionError, FAILURE_REASONS } from '../model/failure.js';
import type { DatabaseNode } from '../model/node.js';
import { RepeatedLines } from '../repeated-lines.js';
import {
  type CsvTally,
  hasUndecodedText,
  type Snapshot,
  UNDECODED_TEXT,
  UNREADABLE_NUMBERS,
  unreadableText,
} from '../sessions/snapshot.js';
import type { FoundHeader } from './node-store.js';
import type { PhaseTimer } from './phase-timer.js';

/** What an attempt to collect a node comes to, whether it succeeds or not. */
export interface Attempt {
  readonly tally: CsvTally;
  readonly phases: PhaseTimer;
}

/** Of one that has ended. */
export interface EndedAttempt extends Attempt {
  readonly seconds: number;
}

const RECOVERED = 'recovered';

export class CollectionLines {
  readonly #log: Log;
  /** By node id: why it failed, and that its runs are skipped. */
  readonly #lines: RepeatedLines;
  /** Ids of the nodes of whose failure the log has told, and not yet of their recovery. */
  readonly #toldDown = new Set<string>();

  constructor(log: Log, clock: Pick<Clock, 'monotonic'>) {
    this.#log = log;
    this.#lines = new RepeatedLines(log, clock);
  }

  keepOnly(isKnown: (nodeId: string) => boolean): void {
    this.#lines.keepOnly(isKnown);
    for (const nodeId of this.#toldDown) {
      if (!isKnown(nodeId)) {
        this.#toldDown.delete(nodeId);
      }
    }
  }

  /** A recovery at once; of a node that fails and recovers again and again every ten minutes. */
  succeeded(node: DatabaseNode, attempt: EndedAttempt, { sessions }: Snapshot, isFirst: boolean): void {
    const { nodeId } = node;
    const fields = {
      ...nodeFields(node),
      result: 'success',
      sessions,
      ...figuresOf(attempt),
    } satisfies LogFields;
    const isRecovery = this.#toldDown.has(nodeId) && this.#lines.isDue(nodeId, RECOVERED);
    if (isRecovery) {
      this.#toldDown.delete(nodeId);
      this.#lines.forget(nodeId, FAILURE_REASONS);
    }
    if (isFirst) {
      this.#log.info('node collected for the first time', fields);
    } else if (isRecovery) {
      this.#lines.tell('info', nodeId, RECOVERED, 'node recovered', fields);
    } else {
      this.#log.debug('collected', fields);
    }
  }

  failed(node: DatabaseNode, attempt: EndedAttempt, { reason, message, details }: CollectionError): void {
    const isTold = this.#lines.tell('warn', node.nodeId, reason, 'collection failed', {
      ...details,
      ...nodeFields(node),
      result: 'error',
      phase: attempt.phases.current,
      ...figuresOf(attempt),
      reason,
      error: message,
    });
    if (isTold) {
      this.#toldDown.add(node.nodeId);
    }
  }

  skipped(node: DatabaseNode): void {
    this.#lines.tell(
      'warn',
      node.nodeId,
      'skipped',
      'collection skipped: the one before runs or waits for its turn',
      nodeFields(node),
    );
  }

  unreadableNumbers(node: DatabaseNode, { tally }: Attempt): void {
    const columns = unreadableText(tally);
    if (columns !== undefined) {
      this.#lines.tell('warn', node.nodeId, 'unreadable numbers', UNREADABLE_NUMBERS, {
        ...nodeFields(node),
        columns,
      });
    }
  }

  undecodedText(node: DatabaseNode, snapshot: Snapshot): void {
    if (hasUndecodedText(snapshot)) {
      this.#lines.tell('warn', node.nodeId, 'undecoded text', UNDECODED_TEXT, nodeFields(node));
    }
  }

  /** Once per node, and again when its file looks different. */
  header(node: DatabaseNode, now: FoundHeader, before: FoundHeader | undefined): void {
    const columns = now.columns.join(' ');
    const unknownHeaders = now.unknownHeaders.join(' ');
    if (columns !== before?.columns.join(' ') || unknownHeaders !== before.unknownHeaders.join(' ')) {
      this.#log.debug('columns of the session file', {
        ...nodeFields(node),
        columns,
        unknown_headers: unknownHeaders,
      });
    }
  }
}

function figuresOf({ tally, phases, seconds }: EndedAttempt): LogFields {
  const { submit, wait, download } = phases.seconds;
  return {
    rows: tally.rows,
    rows_rejected: tally.rejectedRows,
    bytes: tally.bytes,
    duration_seconds: rounded(seconds),
    submit_seconds: rounded(submit),
    wait_seconds: rounded(wait),
    download_seconds: rounded(download),
  };
}

function nodeFields(node: DatabaseNode): LogFields {
  return { project: node.project, instance_id: node.instanceId, node_id: node.nodeId, node_name: node.name };
}

function rounded(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : logSeconds(seconds * 1_000);
}
