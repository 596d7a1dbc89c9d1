// A SessionApi that answers from a script and keeps a record of what it was asked, and when.

import type {
  ExplainedStatus,
  SessionApi,
  SessionFilter,
  TaskStatus,
} from '../../src/collect/session-api.js';
import type { Deadline } from '../../src/model/deadline.js';
import type { DatabaseNode } from '../../src/model/node.js';
import type { FakeClock } from '../support/fake-clock.js';

export class ScriptedApi implements SessionApi {
  /** Taken one by one; the last one stays. */
  statuses: (TaskStatus | ExplainedStatus)[] = ['finished'];
  csv = 'id,user\n1,app\n2,app\n';
  /** Thrown instead of an answer. */
  submitError: unknown;
  downloadError: unknown;
  /** Nodes whose submission is never answered. */
  readonly hanging = new Set<string>();
  /** `submit`, `wait` or `download`, and the milliseconds since the start. */
  readonly calls: [operation: string, at: number][] = [];
  readonly #clock: FakeClock;

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  async submitTask(node: DatabaseNode, _filter: SessionFilter, deadline: Deadline): Promise<string> {
    this.#record('submit');
    if (this.hanging.has(node.nodeId)) {
      await new Promise((_, reject) => {
        deadline.signal.addEventListener('abort', () => reject(deadline.signal.reason));
      });
    }
    if (this.submitError !== undefined) {
      throw this.submitError;
    }
    return 'realtime_session-1';
  }

  async taskStatus(): Promise<TaskStatus | ExplainedStatus> {
    this.#record('wait');
    const [status = 'finished'] = this.statuses;
    if (this.statuses.length > 1) {
      this.statuses.shift();
    }
    return status;
  }

  async downloadResult(): Promise<AsyncIterable<Uint8Array>> {
    this.#record('download');
    if (this.downloadError !== undefined) {
      throw this.downloadError;
    }
    const bytes = Buffer.from(this.csv);
    return (async function* () {
      yield bytes;
    })();
  }

  #record(operation: string): void {
    this.calls.push([operation, this.#clock.monotonic()]);
  }
}
