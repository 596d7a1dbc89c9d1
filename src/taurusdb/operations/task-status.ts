// Asks how a task is doing (API reference, page ShowRealtimeSessionTaskStatus).
import { TASK_STATUSES, type TaskStatus } from '../../collect/session-api.js';
import type { Deadline } from '../../model/deadline.js';
import { readJsonAnswer } from '../call/answer.js';
import type { CallApi, ReadAnswer } from '../call/api-call.js';
import { apiError, hasStatus, redact } from '../errors.js';

/** The reference contradicts itself: its URI line and the official SDK say the one, its example the other. */
const PATH_NAMES = ['realtime-session-task', 'realtime-session-status'] as const;

export type AskTaskStatus = (nodePath: string, requestId: string, deadline: Deadline) => Promise<TaskStatus>;

/** The function returned remembers which of the two names the API knows. */
export function createAskTaskStatus(callApi: CallApi): AskTaskStatus {
  let names: readonly string[] = PATH_NAMES;

  return async (nodePath, requestId, deadline) => {
    const ask = (name: string): Promise<TaskStatus> =>
      callApi(
        { operation: 'wait', method: 'GET', path: `${nodePath}/${name}`, query: { request_id: requestId } },
        deadline,
        readStatus,
      );
    const [known = '', other = ''] = names;
    try {
      return await ask(known);
    } catch (error) {
      // Also what a node that is gone answers: then both names do.
      if (!hasStatus(error, 404)) {
        throw error;
      }
    }
    const status = await ask(other);
    names = [other, known];
    return status;
  };
}

const readStatus: ReadAnswer<TaskStatus> = async (answer, secrets) => {
  const { status } = await readJsonAnswer(answer, secrets);
  const word = typeof status === 'string' ? status.toLowerCase() : undefined;
  const known = TASK_STATUSES.find((one) => one === word);
  if (known !== undefined) {
    return known;
  }
  throw apiError(answer.site, 'api', {
    got:
      typeof status === 'string'
        ? `the task status ${shown(redact(status, secrets))}`
        : `a task status that is no text`,
    expected: `one of ${TASK_STATUSES.join(', ')}`,
  });
};

function shown(status: string): string {
  return JSON.stringify(status.slice(0, 40).replace(/[^\x20-\x7e]/gu, '?'));
}
