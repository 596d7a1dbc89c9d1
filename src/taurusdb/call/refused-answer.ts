// An answer that is not what was asked for, as an error: its reason by status, how long to wait, and the server's own
// explanation where that has a known shape.
import { type EpochMs, epochMs } from '../../clock.js';
import type { ApiOperation } from '../../model/api-observer.js';
import { redact } from '../../redact.js';
import { type ApiError, apiError, describeErrorBody, type Repeatable } from '../errors.js';
import type { HttpAnswer } from '../http/http-client.js';
import { readErrorBody } from './answer.js';

const READ_SESSIONS = 'gaussdbformysql:instance:getRealtimeSession';
const LIST_INSTANCES = 'gaussdbformysql:instance:list';

/** What a project's credential needs for each operation: an IAM action. */
const PERMISSIONS: Readonly<Record<ApiOperation, string>> = {
  submit: READ_SESSIONS,
  wait: READ_SESSIONS,
  download: READ_SESSIONS,
  list_instances: LIST_INSTANCES,
  show_instance: LIST_INSTANCES,
  token: 'iam:projects:listProjects, or a project_id that spares the look-up',
};

/** What a 404 says is not there. */
const SOUGHT: Readonly<Record<ApiOperation, string>> = {
  submit: 'the node: is it gone?',
  wait: 'the node and the task: is the node gone?',
  download: 'the node and the task: is the node gone?',
  list_instances: 'the project: check endpoint, region and project_id',
  show_instance: 'the instance: is it gone?',
  token: 'IAM: check iam_endpoint',
};

const MAX_HOST_SHOWN = 100;

const WINDOW_UNIT_MS: Readonly<Record<string, number>> = { second: 1_000, minute: 60_000 };

/** Reads the rest of the answer. `secrets` are struck out of what the server says; `now` is for an answer that has no Date. */
export async function refusedAnswer(
  answer: HttpAnswer,
  secrets: readonly string[],
  now: EpochMs,
): Promise<ApiError> {
  const body = await readErrorBody(answer, secrets);
  const said = describeErrorBody(body);
  const details = {
    status: answer.status,
    error_code: body?.code,
    request_id: requestIdOf(answer, secrets),
  };
  const date = answer.header('date');
  const fail = (reason: 'auth' | 'throttled' | 'api', expected: string, repeatable: Repeatable = 'none') =>
    apiError(answer.site, reason, { got: `${answer.status}${said}`, expected }, details, {
      status: answer.status,
      date,
      repeatable,
      retryAfterMs: retryAfterMs(
        answer.header('retry-after'),
        body?.message,
        epochMs(Date.parse(date ?? '') || now),
      ),
    });

  const { status } = answer;
  if (status === 401) {
    return fail('auth', 'an accepted credential: check it, and that its project is of this region');
  }
  if (status === 403) {
    return fail('auth', `the permission ${PERMISSIONS[answer.site.operation]}`);
  }
  if (status === 429) {
    return fail('throttled', 'room in the request quota', 'any');
  }
  if (status >= 300 && status < 400) {
    return fail('api', `no redirect${redirectTarget(answer, secrets)}`);
  }
  if (status === 404) {
    return fail('api', SOUGHT[answer.site.operation]);
  }
  return fail('api', '200', status === 408 || status >= 500 ? 'reads' : 'none');
}

function requestIdOf(answer: HttpAnswer, secrets: readonly string[]): string | undefined {
  const id = answer.header('x-request-id');
  return id !== undefined && /^[\w-]{1,100}$/u.test(id) ? redact(id, secrets) : undefined;
}

/** The host alone: the rest of a location can hold anything. */
function redirectTarget(answer: HttpAnswer, secrets: readonly string[]): string {
  const location = answer.header('location') ?? '';
  return URL.canParse(location)
    ? ` to "${redact(new URL(location).hostname, secrets).slice(0, MAX_HOST_SHOWN)}"`
    : '';
}

/**
 * How long a throttled answer asks to wait: from its Retry-After header (RFC 9110, 10.2.3) or, where there is none,
 * from the window that the gateway names in its message (APIGW.0308: "…,limit:10,time:1 minute"). Undefined where the
 * answer does not say. `now` is for a date.
 */
export function retryAfterMs(
  retryAfter: string | undefined,
  message: string | undefined,
  now: EpochMs,
): number | undefined {
  return headerWait(retryAfter, now) ?? windowWait(message);
}

function headerWait(retryAfter: string | undefined, now: EpochMs): number | undefined {
  if (retryAfter === undefined) {
    return undefined;
  }
  if (/^\d{1,9}$/u.test(retryAfter)) {
    return Number(retryAfter) * 1_000;
  }
  // Only the form of HTTP dates: Date.parse would read almost anything as some date.
  if (!/^[A-Za-z]{3,9},? .* GMT$/u.test(retryAfter)) {
    return undefined;
  }
  const date = Date.parse(retryAfter);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

function windowWait(message: string | undefined): number | undefined {
  const [, count, unit = ''] = /\btime:\s*(\d{1,5})\s*(second|minute)/iu.exec(message ?? '') ?? [];
  const unitMs = WINDOW_UNIT_MS[unit.toLowerCase()];
  return unitMs === undefined ? undefined : Number(count) * unitMs;
}
