// An answer that is not what was asked for, as an error: its reason by status, how long to wait, and what the server says.
import { type EpochMs, epochMs } from '../../clock.js';
import { redact } from '../../redact.js';
import { type ApiError, apiError, type Repeatable } from '../errors.js';
import type { HttpAnswer } from '../http/http-client.js';
import { requestIdOf } from '../http/request-line.js';
import { describeErrorBody } from '../refusal/error-body.js';
import { expectation, saysNotThere } from '../refusal/expectation.js';
import { readErrorBody } from './answer.js';

const MAX_HOST_SHOWN = 100;

const WINDOW_UNIT_MS: Readonly<Record<string, number>> = { second: 1_000, minute: 60_000 };

/** Reads the rest of the answer. `secrets` are struck out of what the server says; `now` is for an answer that has no Date. */
export async function refusedAnswer(
  answer: HttpAnswer,
  secrets: readonly string[],
  now: EpochMs,
): Promise<ApiError> {
  const { site, status } = answer;
  const body = await readErrorBody(answer, secrets);
  const details = {
    status,
    // The log has the status already.
    error_code: body?.code === String(status) ? undefined : body?.code,
    request_id: requestIdOf(answer.header, secrets),
  };
  const date = answer.header('date');
  const isRedirect = status >= 300 && status < 400;
  const expected = isRedirect
    ? `no redirect${redirectTarget(answer, secrets)}`
    : expectation(site, status, body);
  const got = `${status}${describeErrorBody(body, status)}`;
  return apiError(site, reasonOf(status), { got, expected }, details, {
    status,
    isNotThere: saysNotThere(site, status, body),
    date,
    repeatable: repeatableAfter(status),
    retryAfterMs: retryAfterMs(
      answer.header('retry-after'),
      body?.message,
      epochMs(Date.parse(date ?? '') || now),
    ),
  });
}

function reasonOf(status: number): 'auth' | 'throttled' | 'api' {
  if (status === 401 || status === 403) {
    return 'auth';
  }
  return status === 429 ? 'throttled' : 'api';
}

function repeatableAfter(status: number): Repeatable {
  if (status === 429) {
    return 'any';
  }
  return status === 408 || status >= 500 ? 'reads' : 'none';
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
