import assert from 'node:assert/strict';
import { epochMs, later, type MonotonicMs } from '../../../src/clock.js';
import type { NodeStatus } from '../../../src/collect/node-store.js';
import { FAILURE_REASONS } from '../../../src/model/failure.js';
import type { Snapshot } from '../../../src/sessions/snapshot.js';
import { viewNode as viewWithTexts } from '../../../src/web/view/node-view.js';
import {
  counts,
  DATABASE_NODE,
  incidentStatus,
  MOMENT,
  NODE_STATUS,
  SNAPSHOT,
  STALE_AT,
  STATEMENT,
  UNTRIED_STATUS,
} from '../../support/node-status-fixture.js';

const NOW = MOMENT.monotonic;

const viewNode = (status: NodeStatus, now: MonotonicMs) => viewWithTexts(status, now, 'shown');

describe('viewNode', () => {
  it('has no date for what never comes', () => {
    const view = viewNode(
      { ...NODE_STATUS, freshForMs: Number.POSITIVE_INFINITY, nextRunAt: epochMs(Number.MAX_SAFE_INTEGER) },
      NOW,
    );
    assert.deepEqual([view.stale_at, view.next_run], [null, null]);
  });

  it('tells everything of a node, by the names of the labels', () => {
    const dimensions = new Map([['user', counts({ app: 5, batch: 1 })]] as const);
    const view = viewNode({ ...NODE_STATUS, snapshot: { ...SNAPSHOT, dimensions } }, NOW);
    assert.deepEqual(view, {
      project: 'production',
      instance_id: '6754902da1f447269c6979b0590102a5in07',
      node_id: '941d21130b3c4899ad1a752a0945befdno07',
      instance_name: 'orders',
      node_name: 'orders-primary',
      cloud_region: 'ap-southeast-3',
      role: 'master',
      max_connections: 5000,
      state: 'up',
      incident: null,
      last_incident: null,
      condition: 'up',
      last_success: '2026-01-02T03:04:05.250Z',
      stale_at: '2026-01-02T03:07:05.000Z',
      next_run: '2026-01-02T03:05:03.000Z',
      last_error: null,
      collections: { success: 41, error: 2, skipped: 1 },
      filter: 'total',
      sessions_listed: 6,
      sessions: 6,
      previous_sessions: 4,
      usual_sessions: null,
      saturation: 0.0012,
      active: 2,
      usual_active: null,
      slow: 1,
      idle_in_transaction: 1,
      lock_waiting: 1,
      transactions_open: 3,
      transactions_long: 1,
      transaction_longest_seconds: 95,
      lock_wait_longest_seconds: 8,
      longest_sessions: [
        { command: 'Sleep', seconds: 900 },
        { command: 'Query', seconds: 30 },
      ],
      dimensions: {
        user: {
          distinct: 2,
          top: [
            { value: 'app', sessions: 5 },
            { value: 'batch', sessions: 1 },
          ],
        },
      },
      statements: {
        sessions: 1,
        distinct: 1,
        error: 0,
        top: [
          {
            digest: '0123456789abcdef',
            text: 'SELECT `"back\\slash"` FROM orders_2024 WHERE id = ?',
            family: 'fedcba9876543210',
            cut: false,
            ambiguous: false,
            sensitive: false,
            sessions: 1,
            seconds: 30,
            longest_seconds: 30,
            users: [{ value: 'app_rw', sessions: 1 }],
            hosts: [{ value: '10.0.0.1', sessions: 1 }],
          },
        ],
        rest: { sessions: 0, seconds: 0 },
      },
    });
  });

  it('tells what is usual, the incident that lasts, and the one that began last', () => {
    const id = `${DATABASE_NODE.nodeId}-1767322923`;
    const incidents = incidentStatus({
      usual: { sessions: 86, active: 9 },
      active: { id, kinds: ['active_spike', 'lock_waiting'] },
      lastStartedAt: epochMs(1_767_322_923_400),
    });
    const view = viewNode({ ...NODE_STATUS, incidents }, NOW);
    assert.deepEqual([view.usual_sessions, view.usual_active, view.condition], [86, 9, 'spike']);
    assert.deepEqual(view.incident, { id, kinds: ['active_spike', 'lock_waiting'] });
    assert.deepEqual(view.last_incident, { id, started_at: '2026-01-02T03:02:03.000Z' });
    // Without fresh figures there is nothing to compare.
    const stale = viewNode({ ...NODE_STATUS, incidents }, STALE_AT);
    assert.deepEqual([stale.usual_sessions, stale.usual_active, stale.incident?.id], [null, null, id]);
  });

  it('has no time for what never comes', () => {
    const view = viewNode(
      { ...NODE_STATUS, freshForMs: Infinity, nextRunAt: epochMs(Number.MAX_SAFE_INTEGER) },
      NOW,
    );
    assert.deepEqual([view.stale_at, view.next_run, view.state], [null, null, 'up']);
  });

  it('is pending before the first try, down after a failure, stale without recent figures', () => {
    assert.equal(viewNode(UNTRIED_STATUS, NOW).state, 'pending');
    assert.equal(viewNode(NODE_STATUS, NOW).state, 'up');
    assert.equal(viewNode({ ...NODE_STATUS, up: false }, NOW).state, 'down');
    assert.equal(viewNode({ ...NODE_STATUS, up: false }, STALE_AT).state, 'down');
    assert.equal(viewNode(NODE_STATUS, STALE_AT).state, 'stale');
  });

  it('shows no figures that are too old', () => {
    const view = viewNode(NODE_STATUS, STALE_AT);
    const { sessions, previous_sessions, saturation, active, dimensions, longest_sessions } = view;
    assert.deepEqual([sessions, previous_sessions, saturation, active], [null, null, null, null]);
    assert.deepEqual([dimensions, longest_sessions], [{}, []]);
    assert.equal(view.last_success, '2026-01-02T03:04:05.250Z');
  });

  it('knows neither the saturation of a node whose limit is unknown, nor what the file has no column for', () => {
    const { maxConnections: _, ...node } = DATABASE_NODE;
    const snapshot: Snapshot = {
      filter: 'total',
      listed: 3,
      sessions: 3,
      lockWaiting: 0,
      times: [],
      longest: [],
      dimensions: new Map(),
    };
    const view = viewNode({ ...NODE_STATUS, node, snapshot }, NOW);
    assert.deepEqual([view.max_connections, view.saturation], [null, null]);
    assert.deepEqual([view.active, view.transaction_longest_seconds, view.lock_waiting], [null, null, 0]);
  });

  it('knows of a list of some sessions what is true of all, and tells which list it is', () => {
    const snapshot: Snapshot = {
      filter: 'slow',
      listed: 2,
      slow: 2,
      times: [{ command: 'Query', longestSeconds: 30 }],
      longest: [{ command: 'Query', seconds: 30 }],
      dimensions: new Map(),
    };
    const view = viewNode({ ...NODE_STATUS, snapshot }, NOW);
    assert.deepEqual([view.filter, view.sessions_listed, view.slow], ['slow', 2, 2]);
    const { sessions, previous_sessions, saturation, active, lock_waiting } = view;
    assert.deepEqual([sessions, previous_sessions, saturation, active, lock_waiting], Array(5).fill(null));
    assert.deepEqual([view.longest_sessions, view.dimensions], [[{ command: 'Query', seconds: 30 }], {}]);
  });

  it('picks the values with the most sessions, and tells of how many', () => {
    const user = counts({ a: 1, b: 7, c: 3, d: 3, e: 9, f: 2, g: 1 }, 12);
    const view = viewNode(
      { ...NODE_STATUS, snapshot: { ...SNAPSHOT, dimensions: new Map([['user', user]]) } },
      NOW,
    );
    assert.deepEqual(
      view.dimensions.user?.top.map(({ value }) => value),
      ['e', 'b', 'c', 'd', 'f'],
    );
    assert.equal(view.dimensions.user?.distinct, 12);
  });

  it('says what to do about every reason of a failure', () => {
    for (const reason of FAILURE_REASONS) {
      const failed = {
        ...NODE_STATUS,
        up: false,
        lastError: { reason, message: 'got x, expected y', details: {}, at: MOMENT },
      };
      assert.match(viewNode(failed, NOW).last_error?.hint ?? '', /^[A-Z].{30,}\.$/u, reason);
    }
  });

  it('tells to look at the node only where the API refused what was asked of it', () => {
    for (const [operation, status, code, isOfNode] of [
      ['submit', 400, 'DBS.201202', true],
      ['wait', 404, 'DBS.280404', true],
      ['download', 404, undefined, true],
      ['submit', 404, 'APIGW.0101', false],
      ['wait', 404, 'APIG.0101', false],
      ['submit', 503, undefined, false],
      ['submit', 407, undefined, false],
      ['submit', 302, undefined, false],
      ['token', 404, '404', false],
      ['list_instances', 400, 'DBS.200001', false],
      [undefined, undefined, undefined, false],
    ] as const) {
      const details = { operation, status, error_code: code };
      const lastError = { reason: 'api', message: 'got x', details, at: MOMENT } as const;
      const { hint = '' } = viewNode({ ...NODE_STATUS, lastError }, NOW).last_error ?? {};
      assert.equal(/node id/u.test(hint), isOfNode, JSON.stringify(details));
      assert.match(hint, /the message says/u);
    }
  });

  it('is the same object until something changes', () => {
    const status = { ...NODE_STATUS };
    const view = viewNode(status, NOW);
    assert.equal(viewNode(status, later(NOW, 1000)), view);
    assert.notEqual(viewNode(status, STALE_AT), view);
    assert.notEqual(viewNode({ ...status }, NOW), view);
    assert.equal(viewWithTexts(status, NOW, 'digest').statements?.top[0]?.text, null);
    assert.notEqual(viewNode(status, NOW).statements?.top[0]?.text, null);
  });

  it('knows no time of statements where the list has none', () => {
    const { totalSeconds: _, longestSeconds: __, ...untimed } = STATEMENT;
    const statements = { sessions: 3, shown: [untimed], rest: { sessions: 2 }, distinct: 2, error: 0 };
    const view = viewNode({ ...NODE_STATUS, snapshot: { ...SNAPSHOT, statements } }, NOW);
    const [top] = view.statements?.top ?? [];
    assert.deepEqual([top?.seconds, top?.longest_seconds], [null, null]);
    assert.deepEqual(view.statements?.rest, { sessions: 2, seconds: null });
  });

  it('shows the ten statements with the most sessions, and those with the most time', () => {
    const { totalSeconds: _, longestSeconds: __, ...untimed } = STATEMENT;
    const shown = Array.from({ length: 15 }, (_, index) => ({
      ...untimed,
      statement: { ...untimed.statement, digest: String(index) },
      sessions: 20 - index,
      ...(index === 14 && { totalSeconds: 7 }),
    }));
    const statements = { sessions: 200, shown, rest: { sessions: 5 }, distinct: 20, error: 0 };
    const view = viewNode({ ...NODE_STATUS, snapshot: { ...SNAPSHOT, statements } }, NOW);
    assert.deepEqual(
      view.statements?.top.map(({ digest }) => digest),
      ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '14'],
    );
    assert.deepEqual(view.statements?.rest, { sessions: 10 + 9 + 8 + 7 + 5, seconds: null });
  });

  it('keeps an error to one line of at most 1,000 characters', () => {
    const message = `got \u001b[31m"a\r\nb"\u0085${'x'.repeat(1_000_000)}`;
    const { last_error: error } = viewNode(
      { ...NODE_STATUS, lastError: { reason: 'api', message, details: {}, at: MOMENT } },
      NOW,
    );
    assert.match(error?.message ?? '', /^got {2}\[31m"a b" x+$/);
    assert.ok((error?.message.length ?? 0) <= 1_000);
  });

  it('cuts no character of an error in half', () => {
    const lastError = { reason: 'api', message: `x${'𠮷'.repeat(1_000)}`, details: {}, at: MOMENT } as const;
    const { last_error: error } = viewNode({ ...NODE_STATUS, lastError }, NOW);
    assert.equal(error?.message, `x${'𠮷'.repeat(999)}`);
  });
});
