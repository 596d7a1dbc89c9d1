// A record made by hand, with every field filled: a flood of one user that waits for an idle transaction.

import { epochMs } from '../../src/clock.js';
import {
  type IncidentRecord,
  type IncidentSummary,
  summaryOf,
  type TimelinePoint,
} from '../../src/incidents/record.js';
import type { IncidentRecords } from '../../src/incidents/records.js';
import { type IncidentKind, incidentId } from '../../src/model/incident.js';
import { DATABASE_NODE, NOW } from './node-status-fixture.js';

/** Two collections before NOW, to the second. */
export const INCIDENT_STARTED_AT = epochMs(Math.floor(NOW / 1000) * 1000 - 120_000);
export const INCIDENT_ID = incidentId(DATABASE_NODE.nodeId, INCIDENT_STARTED_AT);

/** The text of the statement that grew; it is nowhere else in the record. */
export const GROWN_TEXT = 'SELECT amount FROM invoices WHERE customer_id = ? FOR UPDATE';
const GROWN = { digest: '0123456789abcdef', text: GROWN_TEXT } as const;
/** What the holder ran last. */
const HELD = { digest: 'fedcba9876543210', text: 'UPDATE invoices SET paid = ? WHERE id = ?' } as const;
const CUT = { digest: '00ff00ff00ff00ff', text: 'INSERT INTO audit (who, what) VALUES (...) …' } as const;

/** A time as records have them, so many seconds after the start. */
export function secondsIn(seconds: number): string {
  return new Date(INCIDENT_STARTED_AT + seconds * 1000).toISOString().replace('.000Z', 'Z');
}

const BEFORE: readonly TimelinePoint[] = Array.from({ length: 15 }, (_, index) => ({
  at: secondsIn((index - 15) * 60),
  sessions: 82 + (index % 4),
  active: 7 + (index % 3),
  lock_waiting: 0,
  usual: 86,
}));

export const INCIDENT_RECORD: IncidentRecord = {
  id: INCIDENT_ID,
  schema: 1,
  project: DATABASE_NODE.project,
  instance_id: DATABASE_NODE.instanceId,
  node_id: DATABASE_NODE.nodeId,
  node_name: DATABASE_NODE.name,
  role: DATABASE_NODE.role,
  kinds: ['spike', 'active_spike', 'lock_waiting'],
  started_at: secondsIn(0),
  ended_at: secondsIn(240),
  recorded_at: secondsIn(60),
  sessions: { usual: 86, before: 84, now: 229, peak: 241 },
  active: { usual: 9, before: 8, now: 131, peak: 140 },
  lock_waiting: 87,
  longest_query_seconds: 73,
  longest_transaction_seconds: 312,
  max_connections: 2500,
  growth_of: 'sessions',
  culprit: {
    verdict: 'one',
    share: 0.84,
    user: 'svc@billing',
    host: 'billing-1.internal',
    database: 'billing',
    statement: GROWN,
    headline: 'svc@billing from billing-1.internal: 7 → 129 sessions, 84 % of the growth',
  },
  growth: {
    user: [
      { value: 'svc@billing', before: 7, now: 129, share: 0.84 },
      { value: 'app_rw', before: 60, now: 83, share: 0.16 },
      { value: 'report', before: 17, now: 12, share: -0.03 },
    ],
    host: [
      { value: 'billing-1.internal', before: 7, now: 129, share: 0.84 },
      { value: '10.0.0.1', before: 77, now: 100, share: 0.16 },
    ],
    database: [{ value: 'billing', before: 9, now: 133, share: 0.86 }],
    state: [
      { value: 'updating', before: 1, now: 90, share: 0.61 },
      { value: 'none', before: 76, now: 98, share: 0.15 },
    ],
    command: [
      { value: 'Query', before: 8, now: 131, share: 0.85 },
      { value: 'Sleep', before: 76, now: 98, share: 0.15 },
    ],
    statement: [
      { ...GROWN, before: 0, now: 118, share: 0.81 },
      { ...CUT, before: 2, now: 5, share: 0.02 },
    ],
    pairs: [
      { user: 'svc@billing', host: 'billing-1.internal', before: 7, now: 129, share: 0.84 },
      { user: 'app_rw', host: '10.0.0.1', before: 60, now: 83, share: 0.16 },
    ],
  },
  statements: [
    {
      ...GROWN,
      cut: false,
      ambiguous: false,
      sensitive: false,
      sessions: 118,
      seconds: 4021,
      longest_seconds: 73,
    },
    { ...CUT, cut: true, ambiguous: true, sensitive: true, sessions: 5, seconds: 12, longest_seconds: 4 },
  ],
  longest: [
    {
      id: '4712',
      user: 'svc@billing',
      host: 'billing-1.internal',
      database: 'billing',
      command: 'Query',
      state: 'updating',
      seconds: 73,
      transaction_seconds: 80,
      waits_for_lock: false,
      statement: GROWN,
    },
    {
      id: '4711',
      user: 'erp',
      host: 'erp-2.internal',
      database: 'billing',
      command: 'Sleep',
      state: 'none',
      seconds: 290,
      transaction_seconds: 312,
      waits_for_lock: false,
      statement: HELD,
    },
  ],
  blockers: [
    {
      id: '4711',
      user: 'erp',
      host: 'erp-2.internal',
      transaction_seconds: 312,
      rows_locked: 4,
      waiting: 87,
      confidence: 'likely',
      reasons: ['idle in transaction for 312 s', '87 sessions began to wait after it', 'same database'],
    },
    {
      id: '4699',
      user: 'report',
      host: 'bi-1.internal',
      transaction_seconds: 95,
      rows_locked: 1,
      waiting: 2,
      confidence: 'possible',
      reasons: ['transaction open for 95 s'],
    },
  ],
  timeline: [
    ...BEFORE,
    { at: secondsIn(0), sessions: 180, active: 96, lock_waiting: 51, usual: 86 },
    { at: secondsIn(60), sessions: 229, active: 131, lock_waiting: 87, usual: 86 },
    { at: secondsIn(120), sessions: 241, active: 140, lock_waiting: 87, usual: 87 },
    { at: secondsIn(180), sessions: 99, active: 12, lock_waiting: 0, usual: 87 },
    { at: secondsIn(240), sessions: 88, active: 9, lock_waiting: 0, usual: 87 },
  ],
};

export const INCIDENT_SUMMARY: IncidentSummary = summaryOf(INCIDENT_RECORD);

/** A record in which nothing is known but that there is one. */
export const BARE_RECORD: IncidentRecord = {
  ...INCIDENT_RECORD,
  node_name: '',
  role: '',
  kinds: ['manual'],
  ended_at: null,
  sessions: { usual: null, before: null, now: null, peak: null },
  active: { usual: null, before: null, now: null, peak: null },
  lock_waiting: null,
  longest_query_seconds: null,
  longest_transaction_seconds: null,
  max_connections: null,
  culprit: {
    verdict: 'none',
    share: null,
    user: null,
    host: null,
    database: null,
    statement: null,
    headline: 'nothing stands out',
  },
  growth: { user: [], host: [], database: [], state: [], command: [], statement: [], pairs: [] },
  statements: [],
  longest: [],
  blockers: [],
  timeline: [],
};

/** Those of a fleet, as pages and API get them; the newest first. */
export function recordsOf(
  records: readonly IncidentRecord[],
  record: IncidentRecords['record'] = () => ({ refused: 'unknown node' }),
): IncidentRecords {
  const summaries = records.map(summaryOf);
  return {
    list: () => summaries,
    get: async (id) => records.find((one) => one.id === id),
    record,
  };
}

/** Another one, of another node or another time. */
export function recordOf(
  nodeId: string,
  startedAt: number,
  kinds: readonly IncidentKind[],
  changes: Partial<IncidentRecord> = {},
): IncidentRecord {
  return {
    ...INCIDENT_RECORD,
    id: incidentId(nodeId, epochMs(startedAt)),
    node_id: nodeId,
    kinds,
    started_at: new Date(Math.floor(startedAt / 1000) * 1000).toISOString().replace('.000Z', 'Z'),
    ended_at: null,
    ...changes,
  };
}
