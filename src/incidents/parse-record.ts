// A record as it was written → the record, or nothing where it is none: by its shape alone, since anybody may have put the file there.
// What passes is safe to show: every field is of its type, lists are bounded, the id is that of its node and its start.

import { epochMs } from '../clock.js';
import { isObject } from '../json.js';
import { NODE_ID } from '../model/ids.js';
import { INCIDENT_KINDS, incidentId } from '../model/incident.js';
import {
  type Blocker,
  type Culprit,
  type GrownPair,
  type GrownStatement,
  type GrownValue,
  type Growth,
  type IncidentRecord,
  MAX_BLOCKERS,
  MAX_GROWTH,
  MAX_LONGEST_SESSIONS,
  MAX_STATEMENTS,
  MAX_TIMELINE,
  type RecordedFigure,
  type RecordedSession,
  type RecordedStatement,
  type StatementName,
  type TimelinePoint,
} from './record.js';

/** Of a blocker. */
export const MAX_REASONS = 10;

type Check = (value: unknown) => boolean;
/** A field that is added to a type and not here does not compile. */
type Shape<T> = { readonly [Key in keyof Required<T>]: Check };

const isText: Check = (value) => typeof value === 'string';
const isFlag: Check = (value) => typeof value === 'boolean';
const isNumber: Check = (value) => typeof value === 'number' && Number.isFinite(value);
const isCount: Check = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
const isInstant: Check = (value) =>
  typeof value === 'string' &&
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/u.test(value) &&
  Number.isFinite(Date.parse(value));
const isDigest: Check = (value) => typeof value === 'string' && /^[0-9a-f]{16}$/u.test(value);

function nullable(check: Check): Check {
  return (value) => value === null || check(value);
}

function oneOf(...known: readonly unknown[]): Check {
  return (value) => known.includes(value);
}

function listOf(check: Check, most: number): Check {
  return (value) => Array.isArray(value) && value.length <= most && value.every(check);
}

/** Fields beside those that are known are no fault: a later version may add some. */
function shapeOf<T>(shape: Shape<T>): Check {
  const fields = Object.entries<Check>(shape);
  return (value) =>
    isObject(value) && fields.every(([name, check]) => Object.hasOwn(value, name) && check(value[name]));
}

const IS_FIGURE = shapeOf<RecordedFigure>({
  usual: nullable(isNumber),
  before: nullable(isNumber),
  now: nullable(isCount),
  peak: nullable(isCount),
});
const STATEMENT_NAME: Shape<StatementName> = { digest: isDigest, text: nullable(isText) };
const IS_STATEMENT_NAME = shapeOf<StatementName>(STATEMENT_NAME);
const IS_CULPRIT = shapeOf<Culprit>({
  verdict: oneOf('one', 'several', 'none'),
  share: nullable(isNumber),
  user: nullable(isText),
  host: nullable(isText),
  database: nullable(isText),
  statement: nullable(IS_STATEMENT_NAME),
  headline: isText,
});
const GROWN = { before: isNumber, now: isNumber, share: isNumber };
const GROWN_VALUES = listOf(shapeOf<GrownValue>({ value: isText, ...GROWN }), MAX_GROWTH);
const IS_GROWTH = shapeOf<Growth>({
  user: GROWN_VALUES,
  host: GROWN_VALUES,
  database: GROWN_VALUES,
  state: GROWN_VALUES,
  command: GROWN_VALUES,
  statement: listOf(shapeOf<GrownStatement>({ ...STATEMENT_NAME, ...GROWN }), MAX_GROWTH),
  pairs: listOf(shapeOf<GrownPair>({ user: isText, host: isText, ...GROWN }), MAX_GROWTH),
});
const IS_STATEMENT = shapeOf<RecordedStatement>({
  ...STATEMENT_NAME,
  cut: isFlag,
  ambiguous: isFlag,
  sensitive: isFlag,
  sessions: isCount,
  seconds: nullable(isNumber),
  longest_seconds: nullable(isNumber),
});
const IS_SESSION = shapeOf<RecordedSession>({
  id: nullable(isText),
  user: nullable(isText),
  host: nullable(isText),
  database: nullable(isText),
  command: nullable(isText),
  state: nullable(isText),
  seconds: nullable(isNumber),
  transaction_seconds: nullable(isNumber),
  waits_for_lock: isFlag,
  statement: nullable(IS_STATEMENT_NAME),
});
const IS_BLOCKER = shapeOf<Blocker>({
  id: nullable(isText),
  user: nullable(isText),
  host: nullable(isText),
  transaction_seconds: nullable(isNumber),
  rows_locked: nullable(isNumber),
  waiting: isCount,
  confidence: oneOf('likely', 'possible'),
  reasons: listOf(isText, MAX_REASONS),
});
const IS_POINT = shapeOf<TimelinePoint>({
  at: isInstant,
  sessions: nullable(isCount),
  active: nullable(isCount),
  lock_waiting: nullable(isCount),
  usual: nullable(isNumber),
});

type Lists = Pick<IncidentRecord, (typeof LISTS)[number]>;
/** The long parts of a record, in the order in which they stand behind all others. */
export const LISTS = ['growth', 'statements', 'longest', 'blockers', 'timeline'] as const;
/** All others: enough for a list of incidents. */
export type Head = Omit<IncidentRecord, keyof Lists>;

const IS_HEAD = shapeOf<Head>({
  id: isText,
  schema: oneOf(1),
  project: isText,
  instance_id: isText,
  node_id: isText,
  node_name: isText,
  role: isText,
  kinds: (value) =>
    listOf(oneOf(...INCIDENT_KINDS), INCIDENT_KINDS.length)(value) &&
    Array.isArray(value) &&
    value.length > 0 &&
    new Set(value).size === value.length,
  started_at: isInstant,
  ended_at: nullable(isInstant),
  recorded_at: isInstant,
  sessions: IS_FIGURE,
  active: IS_FIGURE,
  lock_waiting: nullable(isCount),
  longest_query_seconds: nullable(isNumber),
  longest_transaction_seconds: nullable(isNumber),
  max_connections: nullable(isNumber),
  growth_of: oneOf('sessions', 'active'),
  culprit: IS_CULPRIT,
});
const HAS_LISTS = shapeOf<Lists>({
  growth: IS_GROWTH,
  statements: listOf(IS_STATEMENT, MAX_STATEMENTS),
  longest: listOf(IS_SESSION, MAX_LONGEST_SESSIONS),
  blockers: listOf(IS_BLOCKER, MAX_BLOCKERS),
  timeline: listOf(IS_POINT, MAX_TIMELINE),
});

/** Undefined where the text is no JSON, or none of a record of this schema. */
export function parseRecord(text: string): IncidentRecord | undefined {
  const value = parse(text);
  return isHead(value) && HAS_LISTS(value) ? (value as IncidentRecord) : undefined;
}

/** Of a JSON object that has all fields of a head, whatever else it has. */
export function parseHead(text: string): Head | undefined {
  const value = parse(text);
  return isHead(value) ? value : undefined;
}

function isHead(value: unknown): value is Head {
  return IS_HEAD(value) && hasItsId(value as Head);
}

/** Of whatever node: one in a file has its own form besides. */
function hasItsId({ id, node_id, started_at }: Head): boolean {
  return id === incidentId(node_id, epochMs(Date.parse(started_at)));
}

/** The node's id and the second in which the incident began; undefined where the text is no id of an incident. */
export function readIncidentId(
  id: string,
): { readonly nodeId: string; readonly seconds: number } | undefined {
  const [, nodeId = '', seconds = ''] = /^(\w{36})-(0|[1-9]\d{0,11})$/u.exec(id) ?? [];
  return NODE_ID.matches(nodeId) ? { nodeId, seconds: Number(seconds) } : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
