import assert from 'node:assert/strict';
import { nodeReport, nodeTable, topStatements } from '../../src/cli/print-nodes.js';
import type { NodeStatus } from '../../src/collect/node-store.js';
import type { Snapshot, StatementCounts } from '../../src/sessions/snapshot.js';
import type { TextVisibility } from '../../src/statements/text-visibility.js';
import { viewNode } from '../../src/web/view/node-view.js';
import {
  DATABASE_NODE,
  MOMENT,
  NODE_STATUS,
  SNAPSHOT,
  STATEMENT,
  UNTRIED_STATUS,
} from '../support/node-status-fixture.js';

const named = (name: string, project = 'production'): NodeStatus => ({
  ...NODE_STATUS,
  node: { ...DATABASE_NODE, nodeId: 'no07', project, name },
});

describe('nodeTable', () => {
  it('has a line per node, two blanks between columns and none at the end', () => {
    const failed: NodeStatus = {
      ...UNTRIED_STATUS,
      up: false,
      lastError: { reason: 'throttled', message: 'got 429', details: {}, at: MOMENT },
    };
    const { active: _, ...withoutCommand } = SNAPSHOT;
    assert.equal(
      nodeTable([NODE_STATUS, failed, { ...named(''), snapshot: withoutCommand }, UNTRIED_STATUS]),
      `\
PROJECT     NODE                                  NAME            RESULT     SESSIONS  ACTIVE  SLOW  LOCK WAIT  OPEN TRX  IDLE IN TRX
production  941d21130b3c4899ad1a752a0945befdno07  orders-primary  ok         6         2       1     1          3         1
production  941d21130b3c4899ad1a752a0945befdno07  orders-primary  throttled  -         -       -     -          -         -
production  no07                                  -               ok         6         -       1     1          3         1
production  941d21130b3c4899ad1a752a0945befdno07  orders-primary  not tried  -         -       -     -          -         -
`,
    );
  });

  it('is the head alone without nodes', () => {
    assert.equal(
      nodeTable([]),
      'PROJECT  NODE  NAME  RESULT  SESSIONS  ACTIVE  SLOW  LOCK WAIT  OPEN TRX  IDLE IN TRX\n',
    );
  });

  it('aligns by the columns that a terminal gives to Chinese, emoji and combining characters', () => {
    const names = ['orders', '订单主库', '🐬 dolphin', 'cafe\u0301'];
    assert.equal(
      nodeTable([...names.map((name) => named(name)), named('orders', '生产')]),
      `\
PROJECT     NODE  NAME        RESULT  SESSIONS  ACTIVE  SLOW  LOCK WAIT  OPEN TRX  IDLE IN TRX
production  no07  orders      ok      6         2       1     1          3         1
production  no07  订单主库    ok      6         2       1     1          3         1
production  no07  🐬 dolphin  ok      6         2       1     1          3         1
production  no07  cafe\u0301        ok      6         2       1     1          3         1
生产        no07  orders      ok      6         2       1     1          3         1
`,
    );
  });

  it('aligns by what a terminal shows of each name', () => {
    const shown: Readonly<Record<string, readonly [text: string, width: number]>> = {
      データベース: ['データベース', 12],
      ﾃﾞｰﾀ: ['ﾃﾞｰﾀ', 4],
      '（测试），': ['（测试），', 10],
      𠮷野: ['𠮷野', 4],
      '👨‍👩‍👧': ['👨‍👩‍👧', 2],
      'か\u309a': ['か\u309a', 2],
      한국: ['한국', 4],
      مستخدم: ['مستخدم', 6],
      'a\tb': ['a b', 3],
      'a\u202e订': ['a 订', 4],
      'a\ud842订': ['a 订', 4],
      '\u001b[31m订': [' [31m订', 7],
    };
    const lines = nodeTable(Object.keys(shown).map((name) => named(name))).split('\n');
    for (const [index, [text, width]] of Object.values(shown).entries()) {
      const start = `production  no07  ${text}${' '.repeat(12 - width)}  ok  `;
      assert.equal(lines[index + 1]?.slice(0, start.length), start);
    }
  });

  it('lets no control character of a name reach the terminal', () => {
    const text = nodeTable([named('a\u001b[2J\u009b31m\r\nb\u0007')]);
    assert.match(text, /^production {2}no07 {2}a \[2J 31m b {3}ok /mu);
    assert.doesNotMatch(text.replaceAll('\n', ''), /\p{Cc}/u);
    assert.equal(text.split('\n').length, 3);
  });
});

describe('nodeReport', () => {
  it('says what a collection found', () => {
    const header = { columns: ['user', 'host'], unknownHeaders: ['Moon "phase"'] } as const;
    assert.match(
      nodeReport({ ...named('orders'), header }),
      /^production orders no07: ok: 6 sessions, \d+ series, columns user host, headers not known: "Moon \\"phase\\"", numbers not read: time 2, trx_lock_rows 1$/u,
    );
    const { csvUnreadableNumbers } = UNTRIED_STATUS;
    assert.match(
      nodeReport({ ...named('orders'), header, csvUnreadableNumbers }),
      /headers not known: "Moon \\"phase\\""$/u,
    );
  });

  it('says of a list of some sessions that it is one', () => {
    const header = { columns: ['user'], unknownHeaders: [] } as const;
    const snapshot: Snapshot = {
      filter: 'active',
      listed: 2,
      active: 2,
      times: [],
      longest: [],
      dimensions: new Map(),
    };
    assert.match(
      nodeReport({ ...named('orders'), header, snapshot }),
      /: ok: 2 sessions listed \(collection\.filter: active\), \d+ series, /u,
    );
    assert.match(nodeTable([{ ...named('orders'), snapshot }]), / ok {6}2 {7}- {9}2 {7}-/u);
    const { active: _, ...others } = snapshot;
    const long: Snapshot = { ...others, filter: 'long', transactionLongestSeconds: 125.5 };
    assert.equal(
      nodeTable([{ ...named('orders'), snapshot: long }]),
      `\
PROJECT     NODE  NAME    RESULT  LISTED  SESSIONS  ACTIVE  SLOW  LOCK WAIT  OPEN TRX  IDLE IN TRX  LONGEST TRX
production  no07  orders  ok      2       -         -       -     -          -         -            125.5 s
`,
    );
  });

  it('says why a collection failed', () => {
    assert.match(nodeReport(UNTRIED_STATUS), / orders-primary \S+no07: failed: not tried$/u);
    const lastError = { reason: 'api', message: 'got 404', details: {}, at: MOMENT } as const;
    assert.match(nodeReport({ ...UNTRIED_STATUS, lastError }), /: failed: api: got 404$/u);
  });

  it('is one line without control characters', () => {
    const lastError = { reason: 'api', message: 'got "\u001b[2J\n"', details: {}, at: MOMENT } as const;
    assert.doesNotMatch(nodeReport({ ...named('a\nb\u0085'), lastError }), /\p{Cc}/u);
  });
});

describe('topStatements', () => {
  const { statement } = STATEMENT;
  const odd = {
    ...STATEMENT,
    statement: {
      ...statement,
      digest: 'ffff000011112222',
      text: 'SELECT `\u001b[31m\u202e` FROM 用户 …',
      isCut: true,
      isAmbiguous: true,
      isSensitive: true,
    },
    sessions: 30,
    totalSeconds: 7000,
    longestSeconds: 90,
    users: [],
    hosts: [
      { value: '10.0.0.\r1', sessions: 20 },
      { value: '10.0.0.2', sessions: 10 },
    ],
  };
  const counts: StatementCounts = {
    sessions: 35,
    shown: [odd, STATEMENT],
    rest: { sessions: 4, totalSeconds: 300 },
    distinct: 1300,
    error: 2,
  };
  const topOf = (statements: StatementCounts | undefined, texts: TextVisibility = 'shown') => {
    const { statements: _, ...others } = SNAPSHOT;
    const snapshot = { ...others, ...(statements && { statements }) };
    return topStatements(viewNode({ ...NODE_STATUS, snapshot }, MOMENT.monotonic, texts), texts);
  };

  it('has a line for each, without what a terminal acts upon', () => {
    assert.equal(
      topOf(counts),
      `\
orders-primary: 35 active sessions with a statement, at least 1300 distinct statements
SESSIONS  SECONDS  LONGEST  DIGEST            FLAGS  STATEMENT
30        7000     90       ffff000011112222  cas    SELECT \` [31m \` FROM 用户 …  [from 10.0.0. 1 20, 10.0.0.2 10]
1         30       30       0123456789abcdef  -      SELECT \`"back\\slash"\` FROM orders_2024 WHERE id = ?  [by app_rw 1]  [from 10.0.0.1 1]
4         300      -        all others
up to 2 sessions of each may be missing (statements.shapes)
`,
    );
  });

  it('has digests alone where texts are not shown', () => {
    assert.match(topOf(counts, 'digest'), /^30 +7000 +90 +ffff000011112222 +cas +- +\[from/mu);
    assert.doesNotMatch(topOf(counts, 'digest'), /SELECT/u);
  });

  it('says why there are none', () => {
    const none = { sessions: 0, shown: [], rest: { sessions: 0 }, distinct: 0, error: 0 };
    assert.equal(topOf(none), 'orders-primary: 0 active sessions with a statement, 0 distinct statements\n');
    assert.equal(topOf(counts, 'off'), 'orders-primary: statements: statements.mode is off\n');
    assert.equal(
      topOf(undefined),
      'orders-primary: statements: not known: no fresh list, or one without active sessions (collection.filter) or without the columns info and command\n',
    );
  });
});
