// Starts the collection of a node's sessions (API reference, page CollectRealtimeSession).
import type { SessionFilter } from '../../collect/session-api.js';
import type { Deadline } from '../../model/deadline.js';
import { redact } from '../../redact.js';
import { readJsonAnswer } from '../call/answer.js';
import type { CallApi, CallTarget } from '../call/api-call.js';
import { apiError } from '../errors.js';

/** A shorter one may be part of an honest id. */
const MIN_SECRET = 8;

/** Resolves to the task's request id. */
export function submitTask(
  callApi: CallApi,
  node: CallTarget,
  filter: SessionFilter,
  deadline: Deadline,
): Promise<string> {
  const path = `${node.path}/realtime-session`;
  return callApi(
    { operation: 'submit', scope: node.scope, method: 'POST', path, body: filter },
    deadline,
    async (answer, secrets) => {
      const { request_id: requestId } = await readJsonAnswer(answer, secrets, 'request_id');
      // It goes into the addresses of the next calls: nothing that could change where they lead.
      if (typeof requestId === 'string' && /^[\w.:-]{1,200}$/u.test(requestId)) {
        // And into the log.
        if (redact(requestId, secrets, MIN_SECRET) !== requestId) {
          throw apiError(answer.site, 'api', {
            got: 'a request_id that repeats a secret of the request',
            expected: 'no text of ours',
          });
        }
        return requestId;
      }
      throw apiError(answer.site, 'api', {
        got: requestId === undefined ? 'no request_id' : 'a request_id of another form',
        expected: '1 to 200 letters, digits, "_", "-", "." and ":"',
      });
    },
  );
}
