// The wait of a collection: asks for the task's status, less and less often, until the task is finished.
import type { Clock } from '../clock.js';
import type { Deadline } from '../model/deadline.js';
import { CollectionError } from '../model/failure.js';
import type { DatabaseNode } from '../model/node.js';
import type { SessionApi } from './session-api.js';

const INTERVAL_GROWTH = 1.5;
const LONGEST_INTERVAL_MS = 5_000;
const UNRECOGNIZED_RETRIES = 3;

/** What the configuration says of the wait. */
export interface WaitSettings {
  /** Before the first question; grows from there. */
  readonly pollIntervalMs: number;
}

export interface TaskWait extends WaitSettings {
  readonly api: Pick<SessionApi, 'taskStatus'>;
  readonly clock: Clock;
  readonly node: DatabaseNode;
  readonly deadline: Deadline;
}

/** Rejects when the task failed, when the API does not know it, and at the deadline. */
export async function waitForTask(requestId: string, wait: TaskWait): Promise<void> {
  const { api, clock, node, deadline, pollIntervalMs } = wait;
  const longestMs = Math.max(LONGEST_INTERVAL_MS, pollIntervalMs);
  let unrecognized = 0;

  for (let intervalMs = pollIntervalMs; ; intervalMs = Math.min(intervalMs * INTERVAL_GROWTH, longestMs)) {
    await clock.sleep(intervalMs, deadline.signal);
    const answer = await api.taskStatus(node, requestId, deadline);
    const { status, said } = typeof answer === 'string' ? { status: answer, said: '' } : answer;
    switch (status) {
      case 'finished':
        return;
      case 'running':
        unrecognized = 0;
        break;
      case 'unrecognized':
        // The task may not have reached the API server that answers: not yet a verdict.
        unrecognized += 1;
        if (unrecognized > UNRECOGNIZED_RETRIES) {
          throw taskError('task_unrecognized', requestId, `"unrecognized"${said} ${unrecognized} times`);
        }
        break;
      case 'error':
        throw taskError('task_error', requestId, `"error"${said}`);
      default:
        status satisfies never;
    }
  }
}

function taskError(
  reason: 'task_error' | 'task_unrecognized',
  requestId: string,
  got: string,
): CollectionError {
  return new CollectionError(reason, `task status: got ${got}, expected "finished"`, {
    task_request_id: requestId,
  });
}
