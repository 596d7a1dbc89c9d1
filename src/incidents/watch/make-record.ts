// An incident's course and its largest snapshot → its record.
import type { EpochMs } from '../../clock.js';
import {
  INCIDENT_KINDS,
  type IncidentKind,
  incidentId,
  incidentSeconds,
  type Usual,
} from '../../model/incident.js';
import { isWaiting, type NotableSession } from '../../sessions/session-details.js';
import type { StatementCount } from '../../sessions/snapshot.js';
import type { Statement } from '../../statements/statement.js';
import { type Attribution, attribute } from '../attribution/attribute.js';
import type { Before } from '../attribution/before.js';
import { culpritFor, holderCulprit } from '../attribution/holder.js';
import { longestSessions } from '../attribution/longest-sessions.js';
import { findBlockers } from '../blockers/find-blockers.js';
import type { Measure, Observation } from '../observation.js';
import {
  type Blocker,
  type Culprit,
  type IncidentRecord,
  MAX_STATEMENTS,
  type RecordedFigure,
  type RecordedSession,
  type RecordedStatement,
  type StatementName,
  type TimelinePoint,
} from '../record.js';
import type { Figures } from '../triggers/figures.js';

/** The snapshot that a record describes. */
export interface Largest {
  readonly observation: Observation;
  readonly figures: Figures;
}

/** What is known of an incident besides that. */
export interface Course {
  readonly kinds: readonly IncidentKind[];
  readonly startedAt: EpochMs;
  readonly endedAt: EpochMs | undefined;
  /** As it was when it began. */
  readonly usual: Usual;
  /** The collections before the first one; undefined where none are known. */
  readonly before: Before | undefined;
  /** The most of each so far. */
  readonly peak: { readonly sessions?: number | undefined; readonly active?: number | undefined };
  readonly timeline: readonly TimelinePoint[];
}

/** Where so many of those that there are more wait for one session, that one is behind it. */
const HELD_SHARE = 0.5;

export function makeRecord(course: Course, largest: Largest): IncidentRecord {
  const { observation, figures } = largest;
  const { node, snapshot, details, at } = observation;
  const { startedAt, endedAt, usual, before, peak, timeline } = course;
  const kinds = INCIDENT_KINDS.filter((kind) => course.kinds.includes(kind));
  const measure = measureOf(kinds);
  const blockers = findBlockers(details);
  const attribution = attribute(observation, before, measure);
  return {
    id: incidentId(node.nodeId, startedAt),
    schema: 1,
    project: node.project,
    instance_id: node.instanceId,
    node_id: node.nodeId,
    node_name: node.name,
    role: node.role,
    kinds,
    started_at: new Date(incidentSeconds(startedAt) * 1000).toISOString(),
    ended_at: endedAt === undefined ? null : new Date(endedAt).toISOString(),
    recorded_at: new Date(at).toISOString(),
    sessions: figure(usual.sessions, attribution.before.sessions, snapshot.sessions, peak.sessions),
    active: figure(usual.active, attribution.before.active, snapshot.active, peak.active),
    lock_waiting: snapshot.lockWaiting ?? null,
    longest_query_seconds: figures.longestQuerySeconds ?? null,
    longest_transaction_seconds: snapshot.transactionLongestSeconds ?? null,
    max_connections: node.maxConnections ?? null,
    growth_of: measure,
    culprit: culpritOf(kinds, largest, blockers, attribution),
    growth: attribution.growth,
    statements: mostTelling(snapshot.statements?.shown ?? []).map(recordedStatement),
    longest: longestSessions(details?.notable ?? []).map(recordedSession),
    blockers,
    timeline,
  };
}

/** Those that wait for a lock grow in number, and are not who is behind it. */
function culpritOf(
  kinds: readonly IncidentKind[],
  { observation }: Largest,
  blockers: readonly Blocker[],
  attribution: Attribution,
): Culprit {
  const measure = measureOf(kinds);
  const grownBy = (observation.snapshot[measure] ?? 0) - (attribution.before[measure] ?? 0);
  const likely = blockers.filter(({ confidence }) => confidence === 'likely').map(({ waiting }) => waiting);
  return kinds.includes('lock_waiting') && Math.max(0, ...likely) >= Math.max(1, HELD_SHARE * grownBy)
    ? holderCulprit(['lock_waiting'], observation, blockers)
    : culpritFor(kinds, observation, blockers, attribution);
}

/** Active sessions where those alone are too many. */
function measureOf(kinds: readonly IncidentKind[]): Measure {
  return kinds.includes('active_spike') && !kinds.includes('spike') && !kinds.includes('saturation')
    ? 'active'
    : 'sessions';
}

function figure(
  usual: number | undefined,
  before: number | null,
  now: number | undefined,
  peak: number | undefined,
): RecordedFigure {
  return { usual: usual ?? null, before, now: now ?? null, peak: peak ?? null };
}

/** Half of them by sessions, half by time; in the order in which they come. */
function mostTelling(shown: readonly StatementCount[]): readonly StatementCount[] {
  const first = (sizeOf: (one: StatementCount) => number) =>
    shown.toSorted((a, b) => sizeOf(b) - sizeOf(a)).slice(0, MAX_STATEMENTS / 2);
  const kept = new Set([...first((one) => one.sessions), ...first((one) => one.totalSeconds ?? 0)]);
  return shown.filter((one) => kept.has(one));
}

function recordedStatement(count: StatementCount): RecordedStatement {
  const { statement, sessions, totalSeconds, longestSeconds } = count;
  return {
    ...statementName(statement),
    cut: statement.isCut,
    ambiguous: statement.isAmbiguous,
    sensitive: statement.isSensitive,
    sessions,
    seconds: totalSeconds ?? null,
    longest_seconds: longestSeconds ?? null,
  };
}

function statementName({ digest, text }: Statement): StatementName {
  return { digest, text: text === '' ? null : text };
}

function recordedSession(session: NotableSession): RecordedSession {
  const { id, user, host, database, command, state, seconds, transaction, statement } = session;
  return {
    id: id ?? null,
    user: user ?? null,
    host: host ?? null,
    database: database ?? null,
    command: command ?? null,
    state: state ?? null,
    seconds: seconds ?? null,
    transaction_seconds: transaction?.seconds ?? null,
    waits_for_lock: isWaiting(session),
    statement: statement === undefined ? null : statementName(statement),
  };
}
