// Which sessions a task collects, as its submitted body asks. The body's other keys are accepted and not acted upon.

import type { SimulatedSession } from '../sessions/simulated-session.js';
import { parameterRefusal } from './answer.js';
import { at, parseJson } from './simulator-request.js';

const FILTERS = ['total', 'active', 'slow', 'long'] as const;

export interface SessionFilter {
  readonly filter: (typeof FILTERS)[number];
  readonly thresholdSeconds: number;
}

/** Throws a Refusal for a body that is no JSON object or holds a value outside of the documented ones. */
export function parseSessionFilter(body: Buffer): SessionFilter {
  const json = parseJson(body);
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw parameterRefusal();
  const asked = at(json, 'filter') ?? 'total';
  const filter = FILTERS.find((known) => known === asked);
  const thresholdSeconds = at(json, 'slow_process_threshold') ?? 10;
  const isThreshold =
    typeof thresholdSeconds === 'number' && thresholdSeconds >= 1 && thresholdSeconds <= 86_400;
  if (filter === undefined || !isThreshold) throw parameterRefusal();
  return { filter, thresholdSeconds };
}

export function* filterSessions(
  sessions: Iterable<SimulatedSession>,
  { filter, thresholdSeconds }: SessionFilter,
): Generator<SimulatedSession> {
  for (const session of sessions) {
    const isActive = session.command !== 'Sleep';
    const isSlow = isActive && session.seconds >= thresholdSeconds;
    const isLong = (session.transaction?.seconds ?? -1) >= thresholdSeconds;
    if (filter === 'active' && !isActive) continue;
    if (filter === 'slow' && !isSlow) continue;
    if (filter === 'long' && !isLong) continue;
    yield session;
  }
}
