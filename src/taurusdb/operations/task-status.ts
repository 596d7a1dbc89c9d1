// Asks how a task is doing (API reference, page ShowRealtimeSessionTaskStatus).
import { TASK_STATUSES, type TaskStatus } from '../../collect/session-api.js';
import type { Deadline } from '../../model/deadline.js';
import { redact } from '../../redact.js';
import { readJsonAnswer } from '../call/answer.js';
import type { CallApi, CallTarget, ReadAnswer } from '../call/api-call.js';
import { apiError, hasStatus } from '../errors.js';

/** The reference contradicts itself: its URI line and the official SDK say the one, its example the other. */
const PATH_NAMES = ['realtime-session-task', 'realtime-session-status'] as const;

/** Remembers which of the two names the API knows. */
export class TaskStatusQuery {
  readonly #callApi: CallApi;
  #names: readonly string[] = PATH_NAMES;

  constructor(callApi: CallApi) {
    this.#callApi = callApi;
  }

  async ask(node: CallTarget, requestId: string, deadline: Deadline): Promise<TaskStatus> {
    const askBy = (name: string): Promise<TaskStatus> =>
      this.#callApi(
        {
          operation: 'wait',
          scope: node.scope,
          method: 'GET',
          path: `${node.path}/${name}`,
          query: { request_id: requestId },
        },
        deadline,
        readStatus,
      );
    const [known = '', other = ''] = this.#names;
    try {
      return await askBy(known);
    } catch (error) {
      // Also what a node that is gone answers: then both names do.
      if (!hasStatus(error, 404)) {
        throw error;
      }
    }
    const status = await askBy(other);
    this.#names = [other, known];
    return status;
  }
}

const readStatus: ReadAnswer<TaskStatus> = async (answer, secrets) => {
  const { status } = await readJsonAnswer(answer, secrets, 'status');
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
