// Asks how a task is doing (API reference, page ShowRealtimeSessionTaskStatus).
import { type ExplainedStatus, TASK_STATUSES, type TaskStatus } from '../../collect/session-api.js';
import type { Deadline } from '../../model/deadline.js';
import { readJsonObject, refuseError } from '../call/answer.js';
import type { CallApi, CallTarget, ReadAnswer } from '../call/api-call.js';
import { apiError, hasStatus } from '../errors.js';
import { describeErrorBody, errorInJson, isOfGateway, isOfService, oneLine } from '../refusal/error-body.js';

/** The reference contradicts itself: its URI line and the official SDK say the one, its example the other. */
const PATH_NAMES = ['realtime-session-task', 'realtime-session-status'] as const;
const MAX_STATUS_SHOWN = 40;

type Answered = TaskStatus | ExplainedStatus;

/** Remembers which of the two names the API knows. */
export class TaskStatusQuery {
  readonly #callApi: CallApi;
  #names: readonly string[] = PATH_NAMES;
  #isKnown = false;

  constructor(callApi: CallApi) {
    this.#callApi = callApi;
  }

  async ask(node: CallTarget, requestId: string, deadline: Deadline): Promise<Answered> {
    const askBy = async (name: string, otherName: string): Promise<Answered> => {
      const status = await this.#callApi(
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
      this.#names = [name, otherName];
      this.#isKnown = true;
      return status;
    };
    const [first = '', second = ''] = this.#names;
    try {
      return await askBy(first, second);
    } catch (refusal) {
      // Also what a node that is gone answers: then both names do.
      if (!hasStatus(refusal, 404)) {
        throw refusal;
      }
      return await askBy(second, first).catch((another: unknown) => {
        if (!hasStatus(another, 404)) {
          throw another;
        }
        // Of a name that the API does not know no service speaks, but its gateway or what stands before it.
        const refusals = [refusal, another];
        throw (
          refusals.find(({ details }) => isOfService(details.error_code)) ??
          refusals.find(({ details }) => this.#isKnown || !isOfGateway(details.error_code)) ??
          refusal
        );
      });
    }
  }
}

const readStatus: ReadAnswer<Answered> = async (answer, secrets) => {
  const json = await readJsonObject(answer, secrets);
  const word = typeof json.status === 'string' ? json.status.toLowerCase() : undefined;
  const known = TASK_STATUSES.find((one) => one === word);
  if (known === 'error' || known === 'unrecognized') {
    const said = describeErrorBody(errorInJson(json, secrets), answer.status);
    return said === '' ? known : { status: known, said };
  }
  refuseError(answer, json, secrets, 'status');
  if (known !== undefined) {
    return known;
  }
  throw apiError(answer.site, 'api', {
    got:
      typeof json.status === 'string'
        ? `the task status ${JSON.stringify(oneLine(json.status, secrets, MAX_STATUS_SHOWN) ?? '')}`
        : `a task status that is no text`,
    expected: `one of ${TASK_STATUSES.join(', ')}`,
  });
};
