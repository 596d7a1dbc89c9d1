// The record of an incident, as it lies in its file, comes from the API and is shown: JSON, schema 1 (docs/incidents.md).
import type { IncidentKind } from '../model/incident.js';
import type { Measure } from './observation.js';

export const MAX_RECORD_BYTES = 256 * 1024;
export const MAX_GROWTH = 10;
export const MAX_STATEMENTS = 50;
export const MAX_LONGEST_SESSIONS = 20;
export const MAX_BLOCKERS = 10;
/** Before the incident, as many as are kept of each node; and while it lasts, those after the first ones are thinned out. */
export const MAX_TIMELINE = 120;

/** What is not known is null; what was not there to be read, such as statements, is an empty list. */
export interface IncidentRecord {
  readonly id: string;
  readonly schema: 1;
  readonly project: string;
  readonly instance_id: string;
  readonly node_id: string;
  /** Empty where unknown, as the role. */
  readonly node_name: string;
  readonly role: string;
  /** In the order of INCIDENT_KINDS. */
  readonly kinds: readonly IncidentKind[];
  /** RFC 3339, UTC, whole seconds for the start: the first snapshot in which a kind's condition held. */
  readonly started_at: string;
  /** Null while it lasts. */
  readonly ended_at: string | null;
  /** Of the snapshot that the record describes: the largest so far. */
  readonly recorded_at: string;
  readonly sessions: RecordedFigure;
  readonly active: RecordedFigure;
  /** Sessions. */
  readonly lock_waiting: number | null;
  readonly longest_query_seconds: number | null;
  readonly longest_transaction_seconds: number | null;
  readonly max_connections: number | null;
  /** What `growth` and `culprit` count. */
  readonly growth_of: Measure;
  readonly culprit: Culprit;
  readonly growth: Growth;
  /** By sessions, the most first. */
  readonly statements: readonly RecordedStatement[];
  /** By seconds, the longest first; always with those that the two figures of the longest are of. */
  readonly longest: readonly RecordedSession[];
  /** The likeliest first. */
  readonly blockers: readonly Blocker[];
  /** Collections before and during the incident, the oldest first. */
  readonly timeline: readonly TimelinePoint[];
}

export interface RecordedFigure {
  /** What was to be expected when it began. */
  readonly usual: number | null;
  /** The median of the five collections before it began. */
  readonly before: number | null;
  /** In the snapshot that the record describes. */
  readonly now: number | null;
  /** The highest while it lasted. */
  readonly peak: number | null;
}

/** Text is null where texts are not kept, or not shown to this reader. */
export interface StatementName {
  readonly digest: string;
  readonly text: string | null;
}

/** What is null did not explain the growth. */
export interface Culprit {
  readonly verdict: 'one' | 'several' | 'none';
  /** Of the growth, 0 to 1; null where there is none, or nothing is counted that could explain it. */
  readonly share: number | null;
  readonly user: string | null;
  readonly host: string | null;
  readonly database: string | null;
  readonly statement: StatementName | null;
  /** One line. */
  readonly headline: string;
}

export interface GrownValue {
  readonly value: string;
  readonly before: number;
  readonly now: number;
  /** Of the growth: negative where there are fewer now. */
  readonly share: number;
}

export interface GrownStatement extends StatementName {
  readonly before: number;
  readonly now: number;
  readonly share: number;
}

export interface GrownPair {
  readonly user: string;
  readonly host: string;
  readonly before: number;
  readonly now: number;
  readonly share: number;
}

/** Each at most MAX_GROWTH long, the largest share first; empty where the dimension is off or the column missing. */
export interface Growth {
  readonly user: readonly GrownValue[];
  readonly host: readonly GrownValue[];
  readonly database: readonly GrownValue[];
  readonly state: readonly GrownValue[];
  readonly command: readonly GrownValue[];
  /** Statements are those of active sessions. */
  readonly statement: readonly GrownStatement[];
  readonly pairs: readonly GrownPair[];
}

export interface RecordedStatement extends StatementName {
  readonly cut: boolean;
  readonly ambiguous: boolean;
  readonly sensitive: boolean;
  readonly sessions: number;
  readonly seconds: number | null;
  readonly longest_seconds: number | null;
}

export interface RecordedSession {
  readonly id: string | null;
  readonly user: string | null;
  readonly host: string | null;
  readonly database: string | null;
  readonly command: string | null;
  readonly state: string | null;
  readonly seconds: number | null;
  readonly transaction_seconds: number | null;
  readonly waits_for_lock: boolean;
  readonly statement: StatementName | null;
}

export interface Blocker {
  readonly id: string | null;
  readonly user: string | null;
  readonly host: string | null;
  readonly transaction_seconds: number | null;
  readonly rows_locked: number | null;
  /** Sessions that seem to wait for it. */
  readonly waiting: number;
  readonly confidence: 'likely' | 'possible';
  /** Whole phrases without a cell of the list: `idle in transaction for 312 s`. */
  readonly reasons: readonly string[];
}

export interface TimelinePoint {
  readonly at: string;
  readonly sessions: number | null;
  readonly active: number | null;
  readonly lock_waiting: number | null;
  readonly usual: number | null;
}

/** What lists show of a record. */
export interface IncidentSummary {
  readonly id: string;
  readonly node_id: string;
  readonly instance_id: string;
  readonly node_name: string;
  readonly kinds: readonly IncidentKind[];
  readonly started_at: string;
  readonly ended_at: string | null;
  /** At the peak. */
  readonly sessions: number | null;
  readonly usual: number | null;
  readonly verdict: Culprit['verdict'];
  readonly headline: string;
}

/** A record without its long lists has all that it needs. */
export function summaryOf(
  record: Pick<IncidentRecord, Exclude<keyof IncidentSummary, 'usual' | 'verdict' | 'headline'> | 'culprit'>,
): IncidentSummary {
  const { id, node_id, instance_id, node_name, kinds, started_at, ended_at, sessions, culprit } = record;
  const { verdict, headline } = culprit;
  return {
    id,
    node_id,
    instance_id,
    node_name,
    kinds,
    started_at,
    ended_at,
    sessions: sessions.peak,
    usual: sessions.usual,
    verdict,
    headline,
  };
}

type LongestFigures = Pick<IncidentRecord, 'longest_query_seconds' | 'longest_transaction_seconds'>;

/** Whether the record's figure is that of the session, or of one that has lasted as long. */
export function isLongestTransaction(session: RecordedSession, figures: LongestFigures): boolean {
  const { transaction_seconds: seconds } = session;
  return seconds !== null && seconds === figures.longest_transaction_seconds;
}

const QUERY = /^(?:query|execute)$/iu;

/** The same of those in Query or Execute; where commands are not known, of those that have a statement. */
export function isLongestQuery(session: RecordedSession, figures: LongestFigures): boolean {
  const { seconds, command, statement } = session;
  return (
    seconds !== null &&
    seconds === figures.longest_query_seconds &&
    (command === null ? statement !== null : QUERY.test(command))
  );
}

/** The first of the longest sessions, among them those that the figures are of and the longest transaction that does not wait for a lock. */
export function firstOfLongest(record: IncidentRecord, most: number): readonly RecordedSession[] {
  const { longest } = record;
  const open = longest.map((one) => (one.waits_for_lock ? -1 : (one.transaction_seconds ?? -1)));
  const oldest = Math.max(0, ...open);
  const telling = [
    longest.findIndex((session) => isLongestTransaction(session, record)),
    longest.findIndex((session) => isLongestQuery(session, record)),
    open.indexOf(oldest),
  ].filter((place) => place !== -1);
  const kept = new Set([...new Set([...telling, ...longest.keys()])].slice(0, most));
  return longest.filter((_, place) => kept.has(place));
}
