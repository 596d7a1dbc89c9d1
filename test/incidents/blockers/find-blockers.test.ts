// Rules one by one, and lists that no server would write. That those who are named hold the locks of a real server is for
// test/peers/mariadb-blockers.test.ts.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { findBlockers } from '../../../src/incidents/blockers/find-blockers.js';
import { MAX_BLOCKERS } from '../../../src/incidents/record.js';
import type { NotableSession } from '../../../src/sessions/session-details.js';
import { detailsOf, holder, NO_LOCKS, rowWaiter, session, tableWaiter, waiter } from './notable-sessions.js';

function named(...notable: readonly NotableSession[]): readonly string[] {
  return findBlockers(detailsOf(notable)).map(
    ({ id, waiting, confidence }) => `${id}: ${waiting} ${confidence}`,
  );
}

describe('findBlockers', () => {
  it('names the only transaction with locks that is old enough, and says why', () => {
    const list = [holder('1', 312), rowWaiter('2', 40), rowWaiter('3', 7), holder('4', 3)];
    assert.deepEqual(findBlockers(detailsOf(list)), [
      {
        id: '1',
        user: 'u',
        host: 'h',
        transaction_seconds: 312,
        rows_locked: 2,
        waiting: 2,
        confidence: 'likely',
        reasons: [
          'idle in transaction for 311 s',
          'has modified 1 row and not committed',
          'holds locks of 2 rows',
          'its transaction began 272 s before the first of 2 sessions began to wait',
          'same database',
        ],
      },
    ]);
  });

  it('names nobody where nobody waits, or where nothing is known', () => {
    assert.deepEqual(named(holder('1', 300), holder('2', 100)), []);
    assert.deepEqual(named(), []);
    assert.deepEqual(findBlockers(undefined), []);
  });

  it('names neither of two that fit alike, and both where there are two queues', () => {
    const two = [holder('1', 300), holder('2', 290)];
    const ours = rowWaiter('3', 40);
    assert.deepEqual(named(...two, ours), []);
    const theirs = rowWaiter('4', 40, { sql: 'DELETE FROM stock WHERE id = ?' });
    assert.deepEqual(named(...two, ours, theirs), ['1: 2 possible', '2: 2 possible']);
  });

  const bystanders = {
    'a transaction that began after the wait': holder('2', 30),
    'one without locks': holder('2', 300, { transaction: { ...NO_LOCKS, seconds: 300 } }),
    'one of another database': holder('2', 300, { database: 'other' }),
    'one whose only statement is on another table': holder('2', 300, {
      seconds: 300,
      sql: 'UPDATE other SET a = ?',
    }),
    'one that waits for the same': rowWaiter('2', 39),
    'a session that does nothing': session('2', { seconds: 900 }),
    'a long reader': session('2', { seconds: 900, sql: 'SELECT * FROM orders' }),
  };
  for (const [what, bystander] of Object.entries(bystanders)) {
    it(`takes no lock of a row to be held by ${what}`, () => {
      assert.deepEqual(named(bystander, rowWaiter('3', 40)), []);
      const [first, ...others] = named(bystander, holder('1', 300), rowWaiter('3', 40));
      assert.match(first ?? '', /^1: \d likely$/u);
      assert.deepEqual(others, []);
    });
  }

  it('tells a long write on the table from an older transaction', () => {
    const writer = holder('1', 100, { seconds: 100, sql: 'UPDATE shop.orders SET a = ?' });
    assert.deepEqual(named(writer, holder('2', 900), rowWaiter('3', 40)), ['1: 1 likely']);
  });

  it('knows of one that only reads now that it has modified before', () => {
    const busy = holder('1', 100, { seconds: 100, sql: 'SELECT * FROM report' });
    assert.deepEqual(named(busy, rowWaiter('3', 40)), ['1: 1 likely']);
  });

  it('takes the transaction that some of a queue can only wait for to hold up the later ones, too', () => {
    assert.deepEqual(named(holder('1', 90), rowWaiter('2', 60), holder('3', 50), rowWaiter('4', 40)), [
      '1: 2 likely',
    ]);
  });

  it('suspects less whoever holds up another queue', () => {
    const stock = rowWaiter('4', 40, { sql: 'DELETE FROM stock WHERE id = ?' });
    assert.deepEqual(named(holder('1', 90), rowWaiter('2', 60), holder('3', 50), stock), [
      '1: 1 likely',
      '3: 1 possible',
    ]);
  });

  it('takes later ones of a queue to wait for what surely holds up the first, too, if others fit as well', () => {
    const writer = holder('3', 40, { seconds: 40, sql: 'UPDATE orders SET a = ?' });
    assert.deepEqual(named(holder('1', 90), rowWaiter('2', 60), writer, rowWaiter('4', 40)), [
      '1: 2 likely',
      '3: 1 possible',
    ]);
  });

  it('counts those that wait for one which waits', () => {
    const reader = session('1', { seconds: 70, sql: 'SELECT SUM(a) FROM orders' });
    const change = tableWaiter('2', 60, 'ALTER TABLE orders ADD COLUMN x int');
    const others = [tableWaiter('3', 50, 'SELECT * FROM orders o JOIN stock s ON o.id = s.id')];
    assert.deepEqual(named(reader, change, ...others), ['1: 2 likely', '2: 1 likely']);
  });

  it('says of a change that others wait behind it', () => {
    const list = [
      session('1', { seconds: 70, sql: 'SELECT SUM(a) FROM orders' }),
      tableWaiter('2', 60, 'ALTER TABLE orders ADD COLUMN x int'),
      tableWaiter('3', 50, 'SELECT * FROM orders'),
    ];
    assert.deepEqual(
      findBlockers(detailsOf(list)).map(({ reasons }) => reasons),
      [
        [
          'its statement has run for 70 s',
          'runs a statement on the table that they wait for',
          'same database',
        ],
        [
          'waits itself for 60 s',
          'waits to have the table for itself, and those that came later wait behind it',
          'same database',
        ],
      ],
    );
  });

  it('names an idle reader in the way of a change, and none of two', () => {
    const idle = (id: string) => session(id, { seconds: 90, transaction: { ...NO_LOCKS, seconds: 95 } });
    const change = tableWaiter('3', 60, 'DROP TABLE orders');
    assert.deepEqual(named(idle('1'), change), ['1: 1 likely']);
    assert.deepEqual(named(idle('1'), idle('2'), change), []);
  });

  it('takes whoever holds rows of a table to be in the way of its change', () => {
    const change = tableWaiter('4', 30, 'OPTIMIZE TABLE orders');
    const idle = session('5', { seconds: 45, transaction: { ...NO_LOCKS, seconds: 48 } });
    assert.deepEqual(named(holder('1', 90), rowWaiter('2', 50), idle, change), ['1: 2 likely']);
  });

  it('names no change where nobody is seen in its way: LOCK TABLES leaves no trace in a list', () => {
    const change = tableWaiter('2', 60, 'ALTER TABLE orders FORCE');
    assert.deepEqual(named(change, tableWaiter('3', 50, 'SELECT * FROM orders')), []);
  });

  it('names the first of several changes, and neither of two of one second', () => {
    const reader = session('1', { seconds: 90, sql: 'SELECT SUM(a) FROM orders' });
    const first = tableWaiter('2', 60, 'ALTER TABLE orders FORCE');
    const second = tableWaiter('3', 50, 'TRUNCATE TABLE orders');
    const read = tableWaiter('4', 40, 'SELECT * FROM orders');
    assert.deepEqual(named(reader, first, second, read), ['1: 3 likely', '2: 2 likely']);
    assert.deepEqual(named(reader, { ...first, seconds: 50 }, second, read), ['1: 2 likely']);
  });

  it('knows tables by name and database', () => {
    const reader = session('1', { seconds: 90, sql: 'SELECT SUM(a) FROM orders' });
    const change = (sql: string) => tableWaiter('2', 60, sql, { database: 'other' });
    assert.deepEqual(named(reader, change('DROP TABLE orders')), []);
    assert.deepEqual(named(reader, change('DROP TABLE shop.orders')), ['1: 1 likely']);
    assert.deepEqual(named(reader, change('DROP TABLE `SHOP`.`orders`')), ['1: 1 likely']);
    const odd = session('1', { seconds: 90, sql: 'SELECT SUM(a) FROM `bü``cher`' });
    assert.deepEqual(named(odd, tableWaiter('2', 60, 'DROP TABLE shop.`bü``cher`')), ['1: 1 likely']);
  });

  it('names a change that works while others wait for its table', () => {
    const change = session('1', { seconds: 90, sql: 'ALTER TABLE orders FORCE' });
    assert.deepEqual(named(change, tableWaiter('2', 60, 'SELECT * FROM orders')), ['1: 1 likely']);
    const read = session('1', { seconds: 90, sql: 'SELECT * FROM orders' });
    assert.deepEqual(named(read, tableWaiter('2', 60, 'SELECT * FROM orders')), []);
  });

  it('names any statement in the way at an engine without locks of rows', () => {
    const read = session('1', { seconds: 90, sql: 'SELECT * FROM orders' });
    const write = waiter('2', 60, 'Waiting for table level lock', 'INSERT INTO orders VALUES (...)');
    assert.deepEqual(named(read, write), ['1: 1 likely']);
  });

  it('names what waits for the lock of the server, and the write in its way', () => {
    const backup = waiter('2', 60, 'Waiting for backup lock', 'FLUSH TABLES WITH READ LOCK');
    const write = waiter('3', 50, 'Waiting for backup lock', 'INSERT INTO orders VALUES (...)');
    const long = session('1', { seconds: 80, sql: 'UPDATE big SET a = ?' });
    const read = session('4', { seconds: 90, sql: 'SELECT * FROM big' });
    assert.deepEqual(named(long, backup, write, read), ['1: 2 likely', '2: 1 likely']);
    assert.deepEqual(named(holder('1', 90), write), []);
    const flush = { ...backup, state: 'Waiting for table flush', isWaitingByState: false };
    assert.deepEqual(named(read, flush), ['4: 1 likely']);
  });

  it('takes a lock of the application for none of a table', () => {
    const waits = { ...waiter('2', 60, 'User lock', 'SELECT GET_LOCK(...)'), isWaitingByState: false };
    assert.deepEqual(named(holder('1', 90), waits), []);
  });

  it('bounds what it says', () => {
    const chains = Array.from({ length: 20 }, (_, index) => [
      holder(`h${index}`, 90, { database: `db${index}` }),
      rowWaiter(`w${index}`, 60, { database: `db${index}` }),
    ]);
    assert.equal(named(...chains.flat()).length, MAX_BLOCKERS);
    const many = Array.from({ length: 256 }, (_, index) => rowWaiter(`w${index}`, 60));
    assert.deepEqual(named(holder('1', 90), ...many), ['1: 256 likely']);
  });

  it('looks at 32 kinds of waits, at those of the most sessions', () => {
    const chain = (table: string, seconds: number, count = 1) => [
      holder(table, seconds, { sql: `SELECT * FROM ${table}` }),
      ...Array.from({ length: count }, () => tableWaiter('', 60, `DROP TABLE ${table}`)),
    ];
    const chains = (count: number) =>
      Array.from({ length: count }, (_, index) => chain(`t${index}`, 90)).flat();
    assert.equal(named(...chains(31), ...chain('last', 99))[0], 'last: 1 likely');
    assert.ok(!named(...chains(32), ...chain('last', 99)).includes('last: 1 likely'));
    assert.equal(named(...chains(32), ...chain('last', 99, 2))[0], 'last: 2 likely');
  });

  it('reads so much of statements, of those that wait first', () => {
    const names = (index: number) => `a${index}, ${'b'.repeat(990)}`;
    const readers = (count: number) =>
      Array.from({ length: count }, (_, index) =>
        session(`r${index}`, { seconds: 5, sql: `SELECT * FROM ${names(index)}` }),
      );
    const change = tableWaiter('c', 60, 'DROP TABLE orders');
    const reader = session('r', { seconds: 90, sql: 'SELECT * FROM orders' });
    assert.deepEqual(named(...readers(31), reader, change), ['r: 1 likely']);
    assert.deepEqual(named(reader, ...readers(40), change), ['r: 1 likely']);
    assert.deepEqual(named(...readers(32), reader, change), []);
    // The same one is read once.
    const [same] = readers(1);
    const others = readers(40).map((one) => ({
      ...one,
      ...(same?.statement && { statement: same.statement }),
    }));
    assert.deepEqual(named(...others, reader, change), ['r: 1 likely']);
  });

  it('ends where sessions wait for one another', () => {
    const half = (id: string, sql: string) =>
      rowWaiter(id, 60, {
        sql,
        transaction: { isWaiting: true, seconds: 90, lockWaitSeconds: 60, rowsLocked: 5, rowsModified: 3 },
      });
    const list = [half('1', 'UPDATE orders SET a = ?'), half('2', 'UPDATE stock SET a = ?')];
    assert.deepEqual(named(...list), ['1: 1 possible', '2: 1 possible']);
  });

  it('takes statements of which only digests are kept for statements that are not known', () => {
    const only = (list: readonly NotableSession[], change: (one: NotableSession) => NotableSession) =>
      named(...list.map(change));
    const lists = [
      [holder('1', 95, { sql: 'SELECT 1', seconds: 95 }), tableWaiter('2', 60, 'DROP TABLE orders')],
      [
        session('1', { seconds: 90, transaction: { ...NO_LOCKS, seconds: 95 } }),
        tableWaiter('2', 60, 'DROP TABLE orders'),
        tableWaiter('3', 50, 'SELECT * FROM orders'),
      ],
    ];
    for (const list of lists) {
      const withDigests = only(list, (one) =>
        one.statement === undefined ? one : { ...one, statement: { ...one.statement, text: '' } },
      );
      const without = only(list, ({ statement: _, ...one }) => one);
      assert.deepEqual(withDigests, without);
      assert.notDeepEqual(withDigests, []);
    }
  });

  describe('where columns are missing', () => {
    const without = (list: readonly NotableSession[], keys: readonly string[]) =>
      list.map((one) =>
        JSON.parse(JSON.stringify(one, (key, value) => (keys.includes(key) ? undefined : value))),
      );
    const rows = [holder('1', 312), rowWaiter('2', 40)];
    const change = [
      session('1', { seconds: 90, transaction: { ...NO_LOCKS, seconds: 95 } }),
      tableWaiter('2', 60, 'DROP TABLE orders'),
    ];
    const ages = ['seconds', 'lockWaitSeconds'];
    const counts = ['rowsLocked', 'tablesLocked', 'rowsModified'];
    for (const [what, keys, ofRows, ofChange] of [
      ['transactions', ['transaction'], [], []],
      ['all times', ages, [], []],
      ['all counts', counts, [], ['1: 1 likely']],
      ['states', ['state'], ['1: 1 likely'], []],
      ['statements', ['statement'], ['1: 1 likely'], ['1: 1 possible']],
      ['databases', ['database'], ['1: 1 possible'], ['1: 1 possible']],
      ['who it is', ['id', 'user', 'host', 'command'], ['null: 1 likely'], ['null: 1 likely']],
    ] as const) {
      it(`says less without ${what}`, () => {
        assert.deepEqual(named(...without(rows, keys)), ofRows);
        assert.deepEqual(named(...without(change, keys)), ofChange);
      });
    }
  });

  it('never fails, and repeats no cell, whatever a list holds', () => {
    const cell = fc.constantFrom('CELL', 'CELL\0\u{1f600}\n', 'none', '');
    const count = fc.option(fc.constantFrom(0, 1, 2, 60, 2_147_483_646), { nil: undefined });
    const state = fc.constantFrom(
      'CELL',
      'Waiting for table metadata lock',
      'Waiting for table level lock',
      'Waiting for global read lock',
      'Waiting for table flush',
    );
    const text = fc.constantFrom(
      'UPDATE CELL SET a = ?',
      'SELECT * FROM `CELL`.CELL FOR UPDATE',
      'ALTER TABLE CELL',
      'FLUSH TABLES WITH READ LOCK',
      'CELL ((( `',
      '',
    );
    const transaction = fc.record(
      {
        id: cell,
        isWaiting: fc.boolean(),
        seconds: count,
        lockWaitSeconds: count,
        rowsLocked: count,
        rowsModified: count,
      },
      { requiredKeys: ['isWaiting'] },
    );
    const statement = text.map((sql) => session('', { sql }).statement);
    const anySession = fc.record(
      {
        id: cell,
        user: cell,
        host: cell,
        database: cell,
        command: cell,
        state,
        isActive: fc.boolean(),
        isSleeping: fc.boolean(),
        seconds: count,
        isWaitingByState: fc.boolean(),
        transaction,
        statement,
      },
      { requiredKeys: ['isActive', 'isSleeping', 'isWaitingByState'] },
    );
    fc.assert(
      fc.property(fc.array(anySession, { maxLength: 30 }), (sessions) => {
        // Keys without a value are not there in a session.
        const list = sessions.map((one) => JSON.parse(JSON.stringify(one)));
        const blockers = findBlockers(detailsOf(list));
        assert.ok(blockers.length <= MAX_BLOCKERS);
        for (const { waiting, reasons } of blockers) {
          assert.ok(waiting > 0 && waiting < list.length);
          assert.ok(reasons.length > 0);
          assert.doesNotMatch(reasons.join('; '), /CELL|undefined|null|NaN|Infinity/u);
        }
      }),
    );
  });
});
