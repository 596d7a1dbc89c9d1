// How long a throttled answer asks to wait: from its Retry-After header (RFC 9110, 10.2.3) or, where there is
// none, from the window that the gateway names in its message (APIGW.0308: "…,limit:10,time:1 minute").

const WINDOW_UNIT_MS: Readonly<Record<string, number>> = { second: 1_000, minute: 60_000 };

/** Milliseconds; undefined where the answer does not say. `nowMs` is the wall clock, for a date. */
export function retryAfterMs(
  retryAfter: string | undefined,
  message: string | undefined,
  nowMs: number,
): number | undefined {
  return headerWait(retryAfter, nowMs) ?? windowWait(message);
}

function headerWait(retryAfter: string | undefined, nowMs: number): number | undefined {
  if (retryAfter === undefined) return undefined;
  if (/^\d{1,9}$/u.test(retryAfter)) return Number(retryAfter) * 1_000;
  // Only the form of HTTP dates: Date.parse would read almost anything as some date.
  if (!/^[A-Za-z]{3,9},? .* GMT$/u.test(retryAfter)) return undefined;
  const date = Date.parse(retryAfter);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}

function windowWait(message: string | undefined): number | undefined {
  const [, count, unit = ''] = /\btime:\s*(\d{1,5})\s*(second|minute)/iu.exec(message ?? '') ?? [];
  const unitMs = WINDOW_UNIT_MS[unit.toLowerCase()];
  return unitMs === undefined ? undefined : Number(count) * unitMs;
}
