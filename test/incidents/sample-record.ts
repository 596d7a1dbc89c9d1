// A record as an incident makes it, for tests to change.
import { epochMs } from '../../src/clock.js';
import type { IncidentRecord } from '../../src/incidents/record.js';
import { incidentId } from '../../src/model/incident.js';

export const SAMPLE_NODE = '941d21130b3c4899ad1a752a0945befdno07';
export const SAMPLE_START = Date.UTC(2026, 0, 2, 3, 4, 0);

/** A flood by one user from one host, behind a lock; of this node and start, which make its id. */
export function sampleRecord(
  { nodeId = SAMPLE_NODE, startMs = SAMPLE_START }: { nodeId?: string; startMs?: number } = {},
  overrides: Partial<IncidentRecord> = {},
): IncidentRecord {
  const statement = { digest: 'a3f1c2d4e5b60718', text: 'SELECT * FROM invoice WHERE customer_id = ?' };
  const update = { digest: '0718a3f1c2d4e5b6', text: 'UPDATE invoice SET paid = ? WHERE id = ?' };
  const at = (minutes: number) => new Date(startMs + minutes * 60_000).toISOString();
  return {
    id: incidentId(nodeId, epochMs(startMs)),
    schema: 1,
    project: 'production',
    instance_id: '6754902da1f447269c6979b0590102a5in07',
    node_id: nodeId,
    node_name: 'orders-primary',
    role: 'master',
    kinds: ['spike', 'lock_waiting'],
    started_at: at(0),
    ended_at: null,
    recorded_at: at(2),
    sessions: { usual: 86, before: 84, now: 229, peak: 241 },
    active: { usual: 9, before: 9, now: 131, peak: 140 },
    lock_waiting: 87,
    longest_query_seconds: 73,
    longest_transaction_seconds: 312,
    max_connections: 2500,
    growth_of: 'sessions',
    culprit: {
      verdict: 'one',
      share: 0.91,
      user: 'svc@billing',
      host: 'billing-1.internal',
      database: 'billing',
      statement,
      headline: 'svc@billing from billing-1.internal: 7 → 129 sessions, 91 % of the growth',
    },
    growth: {
      user: [
        { value: 'svc@billing', before: 7, now: 129, share: 0.91 },
        { value: 'orders', before: 50, now: 62, share: 0.08 },
        { value: 'batch', before: 9, now: 5, share: -0.03 },
      ],
      host: [{ value: 'billing-1.internal', before: 7, now: 129, share: 0.91 }],
      database: [{ value: 'billing', before: 12, now: 140, share: 0.88 }],
      state: [{ value: 'updating', before: 1, now: 90, share: 0.61 }],
      command: [{ value: 'Query', before: 9, now: 131, share: 0.84 }],
      statement: [{ ...statement, before: 0, now: 118, share: 0.81 }],
      pairs: [{ user: 'svc@billing', host: 'billing-1.internal', before: 7, now: 129, share: 0.91 }],
    },
    statements: [
      {
        ...statement,
        cut: false,
        ambiguous: false,
        sensitive: false,
        sessions: 118,
        seconds: 4021,
        longest_seconds: 73,
      },
    ],
    longest: [
      {
        id: '4711',
        user: 'svc@billing',
        host: 'billing-1.internal',
        database: 'billing',
        command: 'Query',
        state: 'updating',
        seconds: 73,
        transaction_seconds: 80,
        waits_for_lock: false,
        statement: update,
      },
      {
        id: '4242',
        user: 'orders',
        host: '10.0.0.7',
        database: null,
        command: 'Sleep',
        state: null,
        seconds: null,
        transaction_seconds: 312,
        waits_for_lock: false,
        statement: null,
      },
    ],
    blockers: [
      {
        id: '4242',
        user: 'orders',
        host: '10.0.0.7',
        transaction_seconds: 312,
        rows_locked: 4,
        waiting: 87,
        confidence: 'likely',
        reasons: ['idle in transaction for 312 s', 'the 87 waiting sessions began after it'],
      },
    ],
    timeline: Array.from({ length: 18 }, (_, index) => ({
      at: at(index - 15),
      sessions: index < 15 ? 84 + (index % 3) : 100 + (index - 14) * 43,
      active: index < 15 ? 9 : 40 * (index - 14),
      lock_waiting: index < 15 ? 0 : 29 * (index - 14),
      usual: 86,
    })),
    ...overrides,
  };
}

/** The id of some other node. */
export function nodeIdOf(number: number): string {
  return `${number.toString(16).padStart(32, '0')}no07`;
}

/** Of some 5 to 200 KiB, with the number in each statement: `isWhole` sees that all parts are of one version. */
export function numberedRecord(
  number: number,
  of: { readonly nodeId: string; readonly startMs: number },
): IncidentRecord {
  const text = 'x'.repeat(((number * 7) % 40) * 100);
  const statement = { digest: 'a3f1c2d4e5b60718', cut: false, ambiguous: false, sensitive: false };
  return sampleRecord(of, {
    sessions: { usual: 1, before: 1, now: number, peak: number },
    statements: Array.from({ length: 50 }, () => ({
      ...statement,
      text,
      sessions: number,
      seconds: number,
      longest_seconds: null,
    })),
  });
}

export function isWhole({ sessions, statements, timeline }: IncidentRecord): boolean {
  return (
    statements.length === 50 &&
    timeline.length > 0 &&
    statements.every((one) => one.sessions === sessions.now)
  );
}
