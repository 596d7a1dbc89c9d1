// A record as the bytes of its file, never more than MAX_RECORD_BYTES: of a larger one the least telling goes first. The first line is the
// record without its long lists, so that a list of incidents needs no more than that of each file.
import { type Head, LISTS, MAX_REASONS, parseHead } from './parse-record.js';
import {
  firstOfLongest,
  type Growth,
  type IncidentRecord,
  MAX_BLOCKERS,
  MAX_GROWTH,
  MAX_LONGEST_SESSIONS,
  MAX_RECORD_BYTES,
  MAX_STATEMENTS,
  MAX_TIMELINE,
} from './record.js';

/** What is left of a record. */
interface Bounds {
  readonly growth: number;
  readonly statements: number;
  readonly longest: number;
  readonly timeline: number;
  /** Of each text, in UTF-16 units: more at first than a name or a statement ever has. */
  readonly text: number;
}

const WHOLE: Bounds = {
  growth: MAX_GROWTH,
  statements: MAX_STATEMENTS,
  longest: MAX_LONGEST_SESSIONS,
  timeline: MAX_TIMELINE,
  text: 10_000,
};
/** One after the other, until it fits: statements and the middle of the timeline before names and who grew. */
const STEPS: readonly Bounds[] = [
  WHOLE,
  { ...WHOLE, timeline: 60, text: 1_000 },
  { ...WHOLE, timeline: 60, statements: 25, text: 400 },
  { ...WHOLE, timeline: 30, statements: 10, longest: 10, text: 256 },
  { ...WHOLE, timeline: 30, statements: 10, longest: 10, text: 120 },
];
/** Fits, whatever the record is: 270 texts at most, of 40 units, which take 6 bytes each where JSON escapes them. */
const LEAST: Bounds = { growth: 5, timeline: 20, statements: 10, longest: 10, text: 40 };

export interface BoundedRecord {
  readonly record: IncidentRecord;
  /** With a line feed at the end. */
  readonly bytes: Buffer;
}

/** The record itself where it fits as it is. */
export function boundedRecord(record: IncidentRecord): BoundedRecord {
  for (const bounds of STEPS) {
    const within = cutTo(record, bounds);
    const bytes = recordBytes(within);
    if (bytes.length <= MAX_RECORD_BYTES) {
      return { record: within, bytes };
    }
  }
  const least = cutTo(record, LEAST);
  return { record: least, bytes: recordBytes(least) };
}

/** What the first line of such bytes says; undefined where the text has no whole line, or it is none of a record. */
export function headOf(start: string): Head | undefined {
  const end = start.indexOf(',\n');
  return end === -1 ? undefined : parseHead(`${start.slice(0, end)}}`);
}

function recordBytes(record: IncidentRecord): Buffer {
  const lists = Object.fromEntries(LISTS.map((name) => [name, record[name]]));
  const head = JSON.stringify({ ...record, ...Object.fromEntries(LISTS.map((name) => [name, undefined])) });
  return Buffer.from(`${head.slice(0, -1)},\n${JSON.stringify(lists).slice(1)}\n`);
}

function cutTo(record: IncidentRecord, bounds: Bounds): IncidentRecord {
  const { growth, statements, blockers, timeline } = record;
  const within: IncidentRecord = {
    ...record,
    growth: cutGrowth(growth, bounds.growth),
    statements: statements.slice(0, bounds.statements),
    longest: firstOfLongest(record, bounds.longest),
    blockers: blockers
      .slice(0, MAX_BLOCKERS)
      .map((blocker) => ({ ...blocker, reasons: blocker.reasons.slice(0, MAX_REASONS) })),
    timeline: withoutMiddle(timeline, bounds.timeline),
  };
  return hasLongerText(within, bounds.text) ? cutTexts(within, bounds.text) : within;
}

function cutGrowth(growth: Growth, most: number): Growth {
  return {
    user: growth.user.slice(0, most),
    host: growth.host.slice(0, most),
    database: growth.database.slice(0, most),
    state: growth.state.slice(0, most),
    command: growth.command.slice(0, most),
    statement: growth.statement.slice(0, most),
    pairs: growth.pairs.slice(0, most),
  };
}

/** How it began and how it stands tell the most. */
function withoutMiddle<T>(points: readonly T[], most: number): readonly T[] {
  const first = Math.ceil(most / 2);
  return points.length <= most ? points : [...points.slice(0, first), ...points.slice(first - most)];
}

/** What is compared by programs stays whole: it is no text of others. */
const NEVER_CUT = new Set([
  'id',
  'node_id',
  'started_at',
  'ended_at',
  'recorded_at',
  'at',
  'digest',
  'kinds',
]);

function hasLongerText(value: unknown, most: number): boolean {
  if (typeof value === 'string') {
    return value.length > most;
  }
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).some((part) => hasLongerText(part, most))
  );
}

function cutTexts(record: IncidentRecord, most: number): IncidentRecord {
  const cut = (value: unknown): unknown => {
    if (typeof value === 'string') {
      return cutText(value, most);
    }
    if (Array.isArray(value)) {
      return value.map(cut);
    }
    return typeof value === 'object' && value !== null
      ? Object.fromEntries(
          Object.entries(value).map(([name, part]) => [name, isKept(name, part) ? part : cut(part)]),
        )
      : value;
  };
  return cut(record) as IncidentRecord;
}

function isKept(name: string, value: unknown): boolean {
  return NEVER_CUT.has(name) && (typeof value !== 'string' || value.length <= MAX_ID);
}

/** Of a node's id and seconds, or a thread's. */
const MAX_ID = 64;

function cutText(text: string, most: number): string {
  if (text.length <= most) {
    return text;
  }
  // No half of a character at the end.
  const end = /[\ud800-\udbff]/u.test(text.charAt(most - 2)) ? most - 2 : most - 1;
  return `${text.slice(0, end)}…`;
}
