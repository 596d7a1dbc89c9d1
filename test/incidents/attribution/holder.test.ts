import assert from 'node:assert/strict';
import { attribute } from '../../../src/incidents/attribution/attribute.js';
import { culpritFor, holderCulprit } from '../../../src/incidents/attribution/holder.js';
import { RecentValues } from '../../../src/incidents/attribution/recent-values.js';
import type { Blocker, Culprit } from '../../../src/incidents/record.js';
import type { NotableSession } from '../../../src/sessions/session-details.js';
import { type Group, type Lacks, observed, statementOf } from './observed.js';

const GROUPS: readonly Group[] = [
  { count: 60, user: 'svc@erp', host: 'erp-2', database: 'erp' },
  { count: 40, user: 'svc@crm', host: 'crm-1', database: 'crm', command: 'Query' },
];
const IDLE: NotableSession = {
  id: '7',
  user: 'svc@erp',
  host: 'erp-2',
  database: 'erp',
  command: 'Sleep',
  isActive: false,
  isSleeping: true,
  isQuery: false,
  seconds: 300,
  isWaitingByState: false,
  transaction: { isWaiting: false, seconds: 312 },
};
const WAITER: NotableSession = {
  id: '8',
  user: 'svc@crm',
  host: 'crm-1',
  command: 'Query',
  isActive: true,
  isSleeping: false,
  isQuery: true,
  seconds: 500,
  isWaitingByState: false,
  transaction: { isWaiting: true, seconds: 600 },
  statement: statementOf('aa'),
};
const REPORT: NotableSession = {
  id: '9',
  user: 'svc@report',
  host: 'bi-1',
  command: 'Query',
  isActive: true,
  isSleeping: false,
  isQuery: true,
  seconds: 412,
  isWaitingByState: false,
  statement: statementOf('bb'),
};
const BLOCKER: Blocker = {
  id: '7',
  user: 'svc@erp',
  host: 'erp-2',
  transaction_seconds: 312,
  rows_locked: 4,
  waiting: 87,
  confidence: 'likely',
  reasons: ['idle in transaction for 312 s'],
};

function now(notable: readonly NotableSession[], lacks: Lacks = {}) {
  return observed(GROUPS, { notable, ...lacks, snapshot: { lockWaiting: 87, ...lacks.snapshot } });
}

function told({ verdict, share, user, host, headline }: Culprit): readonly unknown[] {
  return [verdict, share, user, host, headline];
}

describe('holderCulprit', () => {
  it('names the likely blocker', () => {
    const culprit = holderCulprit(['lock_waiting'], now([WAITER, IDLE]), [BLOCKER]);
    assert.deepEqual(culprit, {
      verdict: 'one',
      share: null,
      user: 'svc@erp',
      host: 'erp-2',
      database: 'erp',
      statement: null,
      headline: 'svc@erp from erp-2: transaction open for 312 s, 87 sessions wait',
    });
  });

  it('says of the longest transaction that it is that, not that it holds anything, where no blocker is likely', () => {
    const possible: Blocker = { ...BLOCKER, confidence: 'possible' };
    const headline =
      'svc@erp from erp-2: the longest transaction that does not wait, open for 312 s; 87 sessions wait for locks';
    for (const blockers of [[], [possible]]) {
      const culprit = holderCulprit(['lock_waiting'], now([WAITER, IDLE]), blockers);
      assert.deepEqual(told(culprit), ['one', null, 'svc@erp', 'erp-2', headline]);
    }
  });

  it('then names the longest query, and nobody where all wait', () => {
    assert.equal(
      holderCulprit(['lock_waiting'], now([WAITER, REPORT]), []).headline,
      'svc@report from bi-1: the longest query that does not wait, for 412 s; 87 sessions wait for locks',
    );
    const nobody = holderCulprit(['lock_waiting'], now([WAITER]), []);
    assert.deepEqual(told(nobody), [
      'none',
      null,
      null,
      null,
      '87 sessions wait for locks; for whose the session list does not say',
    ]);
  });

  it('names the session of the longest transaction, and who waits for it', () => {
    const culprit = holderCulprit(['long_transaction'], now([IDLE, WAITER, REPORT]), [BLOCKER]);
    assert.deepEqual(told(culprit), [
      'one',
      null,
      'svc@crm',
      'crm-1',
      'svc@crm from crm-1: transaction open for 600 s, and waits for a lock itself',
    ]);
    assert.deepEqual(culprit.statement?.digest, 'aa');
    assert.equal(
      holderCulprit(['long_transaction'], now([IDLE]), [{ ...BLOCKER, waiting: 1 }]).headline,
      'svc@erp from erp-2: transaction open for 312 s, 1 session waits',
    );
  });

  it('names the longest query of a client, by the first kind that is none of growth', () => {
    const binlog: NotableSession = {
      ...REPORT,
      user: 'repl',
      command: 'Binlog Dump',
      isQuery: false,
      seconds: 90_000,
    };
    const culprit = holderCulprit(['long_query', 'long_transaction'], now([binlog, IDLE, REPORT]), []);
    assert.deepEqual(told(culprit), [
      'one',
      null,
      'svc@report',
      'bi-1',
      'svc@report from bi-1: query for 412 s',
    ]);
    assert.equal(holderCulprit(['spike', 'long_query'], now([REPORT]), []).user, 'svc@report');
  });

  it('names who has most of the sessions of a saturated node, or says who has the most', () => {
    const most = holderCulprit(
      ['saturation'],
      observed([{ ...GROUPS[0], count: 160 }, ...GROUPS.slice(1)]),
      [],
    );
    assert.deepEqual(told(most), [
      'one',
      null,
      'svc@erp',
      'erp-2',
      'user svc@erp has the most: 160 of 200 sessions, 80 %',
    ]);
    assert.equal(most.database, 'erp');
    assert.deepEqual(told(holderCulprit(['saturation'], now([]), [])), [
      'none',
      null,
      null,
      null,
      'user svc@erp has the most: 60 of 100 sessions, 60 %',
    ]);
  });

  it('says of a record by hand what stands out, and nothing of what is short', () => {
    const of = (...notable: readonly NotableSession[]) =>
      holderCulprit(['manual'], now(notable), []).headline;
    assert.equal(of(REPORT, IDLE), 'svc@erp from erp-2: transaction open for 312 s');
    assert.equal(
      of({ ...IDLE, transaction: { isWaiting: false, seconds: 1 } }, REPORT),
      'svc@report from bi-1: query for 412 s',
    );
    assert.equal(of({ ...REPORT, seconds: 2 }), '100 sessions, 40 active; nobody stands out');
  });

  it('says less where the list says less', () => {
    const lacks: Lacks = { dimensions: ['user', 'host', 'database', 'state', 'command'], details: true };
    const of = (kind: 'long_transaction' | 'long_query' | 'saturation', snapshot = {}) =>
      holderCulprit([kind], now([], { ...lacks, snapshot }), []).headline;
    assert.equal(
      of('long_transaction', { transactionLongestSeconds: 700 }),
      'a transaction open for 700 s; whose the session list does not say',
    );
    assert.equal(of('long_transaction'), 'a long transaction; whose the session list does not say');
    assert.equal(of('long_query'), 'a long query; whose the session list does not say');
    assert.equal(
      of('saturation'),
      '100 sessions, 40 active; of which users and hosts is not counted (metrics.dimensions)',
    );
    const { user, host, ...anonymous } = IDLE;
    assert.equal(
      holderCulprit(['long_transaction'], now([anonymous]), []).headline,
      'session 7: transaction open for 312 s',
    );
    const unknown: Blocker = { ...BLOCKER, id: null, user: null, host: null, transaction_seconds: null };
    assert.deepEqual(told(holderCulprit(['lock_waiting'], now([IDLE]), [unknown])), [
      'one',
      null,
      null,
      null,
      'a session: seems to hold what is waited for, 87 sessions wait',
    ]);
    assert.ok(user && host);
  });
});

describe('culpritFor', () => {
  const flood = observed([...GROUPS, { count: 200, user: 'new', host: 'new-1' }], { notable: [IDLE] });
  const recent = new RecentValues();
  recent.add(observed(GROUPS));
  const attribution = attribute(flood, recent.before(0), 'sessions');

  it('is that of the growth where sessions grew, else who holds it', () => {
    const of = (...kinds: Parameters<typeof culpritFor>[0]) => culpritFor(kinds, flood, [], attribution).user;
    assert.deepEqual(
      [
        of('spike'),
        of('active_spike', 'lock_waiting'),
        of('saturation'),
        of('lock_waiting'),
        of('long_transaction'),
      ],
      ['new', 'new', 'new', 'svc@erp', 'svc@erp'],
    );
  });

  it('is who has the most sessions of a saturated node that did not grow', () => {
    const still = observed(GROUPS);
    const of = culpritFor(['saturation'], still, [], attribute(still, recent.before(0), 'sessions'));
    assert.match(of.headline, /^user svc@erp has the most/u);
  });
});
