import assert from 'node:assert/strict';
import { COLUMNS, type ColumnName } from '../../../src/sessions/columns.js';
import { SessionAggregate } from '../../../src/sessions/counting/session-aggregate.js';
import { onlyTrue } from '../../../src/sessions/filters.js';
import type { SessionSettings } from '../../../src/sessions/read-snapshot.js';
import { RecordScanner } from '../../../src/sessions/scanner/record-scanner.js';
import type { Counted } from '../../../src/sessions/snapshot.js';
import { SNAPSHOT } from '../../support/node-status-fixture.js';
import { KERNEL_BUILDS } from '../kernel-builds.js';
import { drained, newKernel, stepped } from '../kernel-fixture.js';
import { countsOf, SETTINGS } from '../session-file.js';

type Cells = Partial<Record<ColumnName, string>>;

function dimensions(changes: Partial<SessionSettings['dimensions']>): Partial<SessionSettings> {
  return { dimensions: { ...SETTINGS.dimensions, ...changes } };
}

for (const { build, code } of KERNEL_BUILDS) {
  describe(`SessionAggregate ${build}`, () => {
    function added(
      rows: readonly Cells[],
      columns: readonly ColumnName[],
      settings: Partial<SessionSettings>,
    ): SessionAggregate {
      const fields = new Map(columns.map((column, index) => [column, index]));
      const kernel = newKernel(code);
      const sum = new SessionAggregate(kernel, columns.length, fields, { ...SETTINGS, ...settings });
      const records = new RecordScanner(kernel, ({ count }) => kernel.run.addRecords(0, count));
      for (const cells of rows) {
        const row = columns.map((column) => `"${(cells[column] ?? '').replaceAll('"', '""')}"`);
        records.push(Buffer.from(`${row.join(',')}\n`));
      }
      return sum;
    }

    function aggregate(
      rows: readonly Cells[],
      columns: readonly ColumnName[] = COLUMNS,
      settings: Partial<SessionSettings> = {},
    ): Counted {
      return drained(added(rows, columns, settings).counted());
    }

    it('counts no sessions as 0, in every figure', () => {
      const { times, longest: _, dimensions: shown, ...figures } = aggregate([]);
      assert.deepEqual(figures, {
        sessions: 0,
        active: 0,
        slow: 0,
        idleInTransaction: 0,
        lockWaiting: 0,
        transactionsOpen: 0,
        transactionsLong: 0,
        transactionLongestSeconds: 0,
        transactionRowsLocked: 0,
        transactionTablesLocked: 0,
        transactionRowsModified: 0,
        transactionLockWaitLongestSeconds: 0,
      });
      assert.deepEqual(times, []);
      assert.deepEqual([...shown.values()], Array(5).fill({ values: [], distinct: 0 }));
    });

    it('adds sessions up', () => {
      const snapshot = aggregate([
        { user: 'a', command: 'Query', time: '10', trx_id: '1', trx_executed_time: '60', trx_lock_rows: '2' },
        { user: 'a', command: 'Query', time: '9', state: 'Waiting for table metadata lock' },
        { user: 'b', command: 'Sleep', time: '99', trx_id: '1', trx_executed_time: '59', trx_lock_rows: '3' },
        {
          user: 'A',
          command: 'Sleep',
          trx_id: '0',
          trx_lock_duration: '4',
          trx_lock_tables: '5',
          trx_update_rows: '6',
        },
      ]);
      const { times, longest: _, dimensions: shown, ...figures } = snapshot;
      assert.deepEqual(figures, {
        sessions: 4,
        active: 2,
        slow: 1,
        idleInTransaction: 2,
        lockWaiting: 2,
        transactionsOpen: 3,
        transactionsLong: 1,
        transactionLongestSeconds: 60,
        transactionRowsLocked: 5,
        transactionTablesLocked: 5,
        transactionRowsModified: 6,
        transactionLockWaitLongestSeconds: 4,
      });
      assert.deepEqual(times, [
        { command: 'Query', totalSeconds: 19, longestSeconds: 10 },
        { command: 'Sleep', totalSeconds: 99, longestSeconds: 99 },
      ]);
      assert.deepEqual(countsOf(snapshot, 'user'), { a: 2, b: 1, A: 1 });
      assert.deepEqual([...shown.keys()], ['state', 'user', 'host', 'database', 'command']);
    });

    it('has every figure that the fixture of the metrics and the pages has, and no other', () => {
      const statements = { sqlMode: 'auto', shapes: 256, maxText: 400, shown: 10 } as const;
      const snapshot = onlyTrue(aggregate([], COLUMNS, { statements }), 'total');
      assert.deepEqual(Object.keys(snapshot).sort(), Object.keys(SNAPSHOT).sort());
    });

    it('leaves out what the file has no column for', () => {
      const figures = aggregate([{ user: 'a' }], ['user', 'host', 'state']);
      assert.deepEqual(Object.keys(figures).sort(), [
        'dimensions',
        'lockWaiting',
        'longest',
        'sessions',
        'times',
      ]);
      assert.deepEqual([...figures.dimensions.keys()], ['state', 'user', 'host']);
      assert.deepEqual(figures.times, []);
    });

    const needs: Readonly<Record<string, readonly ColumnName[]>> = {
      active: ['command'],
      slow: ['command', 'time'],
      idleInTransaction: ['command', 'trx_id'],
      transactionsOpen: ['trx_id'],
      transactionsLong: ['trx_id', 'trx_executed_time'],
      transactionLongestSeconds: ['trx_executed_time'],
      transactionRowsLocked: ['trx_lock_rows'],
      transactionTablesLocked: ['trx_lock_tables'],
      transactionRowsModified: ['trx_update_rows'],
      transactionLockWaitLongestSeconds: ['trx_lock_duration'],
    };
    for (const [figure, columns] of Object.entries(needs)) {
      it(`has ${figure} exactly where the file has ${columns.join(' and ')}`, () => {
        assert.ok(figure in aggregate([], columns));
        for (const column of columns) {
          assert.ok(
            !(
              figure in
              aggregate(
                [],
                COLUMNS.filter((other) => other !== column),
              )
            ),
          );
        }
      });
    }

    it('does not take a missing number for 0', () => {
      const snapshot = aggregate([{ trx_id: '1', command: 'Query' }], COLUMNS, {
        slowSeconds: 0,
        longTransactionSeconds: 0,
      });
      assert.equal(snapshot.transactionsLong, 0);
      assert.equal(snapshot.slow, 0);
    });

    it('leaves out a dimension that is off', () => {
      const snapshot = aggregate([{}], COLUMNS, dimensions({ host: { enabled: false, maxValues: 5 } }));
      assert.deepEqual([...snapshot.dimensions.keys()], ['state', 'user', 'database', 'command']);
    });

    it('shows the time of every command shown, 0 where no row had a number, and the rest under "other"', () => {
      const rows = [
        ...Array(3).fill({ command: 'Sleep', time: '1' }),
        ...Array(2).fill({ command: 'Query' }),
        { command: 'Ping', time: '5' },
        { command: 'Kill', time: '7' },
      ];
      assert.deepEqual(
        aggregate(rows, COLUMNS, dimensions({ command: { enabled: true, maxValues: 2 } })).times,
        [
          { command: 'Query', totalSeconds: 0, longestSeconds: 0 },
          { command: 'Sleep', totalSeconds: 3, longestSeconds: 1 },
          { command: 'other', totalSeconds: 12, longestSeconds: 7 },
        ],
      );
    });

    it('adds the time of a real "other" and of NULL to the series of these names', () => {
      const rows = [
        { command: 'other', time: '1' },
        { command: '', time: '2' },
        { command: 'none', time: '3' },
      ];
      assert.deepEqual(aggregate(rows).times, [
        { command: 'none', totalSeconds: 5, longestSeconds: 3 },
        { command: 'other', totalSeconds: 1, longestSeconds: 1 },
      ]);
    });

    it('shows one time for all where the command is not shown', () => {
      const rows = [
        { command: 'Sleep', time: '1' },
        { command: 'Query', time: '5' },
      ];
      const once = [{ command: undefined, totalSeconds: 6, longestSeconds: 5 }];
      assert.deepEqual(aggregate(rows, ['user', 'host', 'state', 'time']).times, once);
      const off = dimensions({ command: { enabled: false, maxValues: 20 } });
      assert.deepEqual(aggregate(rows, COLUMNS, off).times, once);
      assert.equal(aggregate(rows, COLUMNS, off).active, 1);
      assert.deepEqual(aggregate([], COLUMNS, off).times, [
        { command: undefined, totalSeconds: 0, longestSeconds: 0 },
      ]);
    });

    it('has the longest time of clients, without the threads that last as long as the server', () => {
      const rows = [
        { command: 'Daemon', user: 'event_scheduler', time: '9000000' },
        { command: 'BINLOG DUMP', time: '8000000' },
        { command: 'Binlog Dump GTID', time: '7000000' },
        { command: 'Query', user: 'system user', time: '6000000' },
        { command: 'Query', time: '5' },
        { command: 'Sleep', time: '900' },
        ...Array(2).fill({ command: 'Sleep', time: '800' }),
        { command: 'Connect', time: 'NULL' },
      ];
      const sleep = { command: 'Sleep', seconds: 900 };
      assert.deepEqual(aggregate(rows).longest, [{ command: 'Query', seconds: 5 }, sleep]);
      const few = aggregate(rows, COLUMNS, dimensions({ command: { enabled: true, maxValues: 1 } }));
      assert.deepEqual(few.longest, [sleep, { command: 'other', seconds: 5 }]);
      assert.equal(few.times.at(-1)?.longestSeconds, 9_000_000);
      const off = aggregate(rows, COLUMNS, dimensions({ command: { enabled: false, maxValues: 20 } }));
      assert.deepEqual(off.longest, [{ command: undefined, seconds: 900 }]);
      assert.equal(off.times[0]?.longestSeconds, 9_000_000);
    });

    it('keeps values shown that the previous snapshot showed', () => {
      const one = dimensions({ user: { enabled: true, maxValues: 2 } });
      const first = aggregate(
        [{ user: 'a' }, { user: 'a' }, { user: 'b' }, { user: 'b' }, { user: 'c' }],
        COLUMNS,
        one,
      );
      const next = added(
        ['a', 'a', 'b', 'c', 'c'].map((user) => ({ user })),
        COLUMNS,
        one,
      );
      assert.deepEqual(countsOf(drained(next.counted()), 'user'), { a: 2, c: 2, other: 1 });
      assert.deepEqual(countsOf(drained(next.counted(first)), 'user'), { a: 2, b: 1, other: 2 });
    });

    it('lets the event loop go on while it settles very many hosts that may have ports', () => {
      const hosts = Array.from({ length: 20_000 }, (_, n) => `2001:db8::${n.toString(16)}:80`);
      const rows = [...hosts, '10.0.0.1:80'].map((host) => ({ host }));
      const { result, pauses } = stepped(added(rows, ['user', 'host', 'state'], {}).counted());
      assert.equal(result.dimensions.get('host')?.distinct, hosts.length + 1);
      assert.ok(pauses >= 10, `${pauses} pauses`);
    });

    it('names NULL "none"', () => {
      const snapshot = aggregate([{ user: 'NULL', host: '\\N', state: ' ', db: '' }]);
      for (const dimension of ['user', 'host', 'state', 'database'] as const) {
        assert.deepEqual(countsOf(snapshot, dimension), { none: 1 });
      }
    });

    it('keeps the port unless told otherwise', () => {
      const rows = [
        { host: ' 10.0.0.1:5000 ' },
        { host: '10.0.0.1:5001' },
        { host: '[::1]:5' },
        { host: ':5000' },
      ];
      assert.deepEqual(countsOf(aggregate(rows), 'host'), { '10.0.0.1': 2, '::1': 1, none: 1 });
      assert.deepEqual(countsOf(aggregate(rows, COLUMNS, { stripPort: false }), 'host'), {
        '10.0.0.1:5000': 1,
        '10.0.0.1:5001': 1,
        '[::1]:5': 1,
        ':5000': 1,
      });
    });

    for (const command of ['Sleep', ' SLEEP', 'Daemon', 'Binlog Dump', 'binlog dump gtid']) {
      it(`takes ${JSON.stringify(command)} for idle`, () => {
        assert.equal(aggregate([{ command }]).active, 0);
        const isSleeping = command.trim().toLowerCase() === 'sleep';
        assert.equal(aggregate([{ command, trx_id: '1' }]).idleInTransaction, Number(isSleeping));
      });
    }

    for (const command of ['Query', 'Execute', 'Connect', 'Sleeping', '', 'NULL']) {
      it(`takes ${JSON.stringify(command)} for active`, () => {
        assert.equal(aggregate([{ command }]).active, 1);
        assert.equal(aggregate([{ command, trx_id: '1' }]).idleInTransaction, 0);
      });
    }

    it('sees a transaction in any id, 0 too', () => {
      assert.equal(aggregate([{ trx_id: '0' }]).transactionsOpen, 1);
      for (const trx_id of ['', ' ', 'NULL', '\\N']) {
        assert.equal(aggregate([{ trx_id }]).transactionsOpen, 0);
      }
    });

    const waiting: readonly Cells[] = [
      { state: 'Waiting for table metadata lock' },
      { state: ' waiting for GLOBAL READ LOCK ' },
      { state: 'Waiting for lock/aria/THR_LOCK' },
      { trx_state: 'LOCK WAIT' },
      { trx_state: ' lock wait' },
      { trx_lock_duration: '0.5' },
      { state: 'updating', trx_state: 'RUNNING', trx_lock_duration: '7' },
    ];
    for (const cells of waiting) {
      it(`takes ${JSON.stringify(cells)} for a wait for a lock`, () => {
        assert.equal(aggregate([{ trx_id: '7', ...cells }]).lockWaiting, 1);
      });
    }

    const notWaiting: readonly Cells[] = [
      { state: 'Waiting for table flush' },
      { state: 'Waiting for the clock' },
      { state: 'Waiting for blocks' },
      { state: 'System lock' },
      { state: 'Not Waiting for a lock' },
      { state: 'Waiting foreign lock' },
      { trx_state: 'LOCK WAITED' },
      { trx_lock_duration: '0' },
      { trx_lock_duration: '-1' },
      { state: '', trx_state: '', trx_lock_duration: '' },
    ];
    for (const cells of notWaiting) {
      it(`does not take ${JSON.stringify(cells)} for one`, () => {
        assert.equal(aggregate([{ trx_id: '7', ...cells }]).lockWaiting, 0);
      });
    }

    describe('of rows without a trx_id', () => {
      const transaction: Cells = {
        trx_state: 'LOCK WAIT',
        trx_executed_time: '70',
        trx_lock_duration: '4',
        trx_lock_rows: '5',
        trx_lock_tables: '6',
        trx_update_rows: '7',
      };
      const figures = (snapshot: Counted) => [
        snapshot.lockWaiting,
        snapshot.transactionsLong,
        snapshot.transactionLongestSeconds,
        snapshot.transactionLockWaitLongestSeconds,
        snapshot.transactionRowsLocked,
        snapshot.transactionTablesLocked,
        snapshot.transactionRowsModified,
      ];

      for (const trx_id of ['', ' ', 'NULL', '\\N']) {
        it(`reads nothing of a transaction where it is ${JSON.stringify(trx_id)}`, () => {
          assert.deepEqual(figures(aggregate([{ trx_id, ...transaction }])), [0, 0, 0, 0, 0, 0, 0]);
          const unread = added([{ trx_id, trx_lock_rows: '-', trx_executed_time: 'n/a' }], COLUMNS, {});
          assert.deepEqual([...unread.unreadable], []);
        });
      }

      it('sees a wait in the state all the same', () => {
        assert.equal(aggregate([{ state: 'Waiting for table level lock' }]).lockWaiting, 1);
      });

      it('reads all of it where the file has no such column', () => {
        const columns = COLUMNS.filter((column) => column !== 'trx_id');
        assert.deepEqual(figures(aggregate([transaction], columns)), [1, undefined, 70, 4, 5, 6, 7]);
        assert.equal(
          aggregate([{ trx_state: 'lock wait' }], ['user', 'host', 'state', 'trx_state']).lockWaiting,
          1,
        );
      });
    });

    describe('of threads of replication', () => {
      for (const user of ['system user', 'SYSTEM USER', ' System User ']) {
        it(`counts ${JSON.stringify(user)} in every dimension, and in no figure of time`, () => {
          const rows: Cells[] = [
            { user, command: 'Query', time: '863000', state: 'Replica has read all relay log' },
            { user: 'app', command: 'Query', time: '12' },
          ];
          const snapshot = aggregate(rows);
          const { sessions, active, slow, times } = snapshot;
          assert.deepEqual([sessions, active, slow], [2, 1, 1]);
          assert.deepEqual(times, [{ command: 'Query', totalSeconds: 12, longestSeconds: 12 }]);
          assert.deepEqual(countsOf(snapshot, 'command'), { Query: 2 });
          assert.deepEqual(countsOf(snapshot, 'user'), { app: 1, [user.trim()]: 1 });
          const off = aggregate(rows, COLUMNS, dimensions({ user: { enabled: false, maxValues: 5 } }));
          assert.equal(off.active, 1);
        });
      }

      it('counts their transactions, in no figure of seconds', () => {
        const applier = {
          user: 'system user',
          trx_id: '7',
          trx_state: 'LOCK WAIT',
          trx_executed_time: '80000',
          trx_lock_duration: '700',
          trx_lock_rows: '4',
        };
        const snapshot = aggregate([applier, { user: 'app', trx_id: '8', trx_executed_time: '3' }]);
        assert.deepEqual(
          [snapshot.transactionsOpen, snapshot.transactionRowsLocked, snapshot.lockWaiting],
          [2, 4, 1],
        );
        assert.deepEqual(
          [
            snapshot.transactionsLong,
            snapshot.transactionLongestSeconds,
            snapshot.transactionLockWaitLongestSeconds,
          ],
          [0, 3, 0],
        );
      });

      it('is told from users of a like name', () => {
        assert.equal(
          aggregate([{ user: 'system  user' }, { user: 'system_user' }, { user: 'system' }]).active,
          3,
        );
      });
    });

    describe('of numbers that cannot be read', () => {
      it('leaves out a figure of which none can be read, and no other', () => {
        const rows: Cells[] = [
          { command: 'Query', time: '1,250', trx_id: '1', trx_executed_time: 'long', trx_lock_rows: '1.2e3' },
          { command: 'Query', time: 'NULL', trx_id: '2', trx_lock_duration: '-4', trx_lock_tables: '5 s' },
          { command: 'Sleep', time: '-', trx_id: '3', trx_update_rows: '+6' },
          { command: 'Sleep', time: '9' },
        ];
        const sum = added(rows, COLUMNS, {});
        const { times, longest: _, dimensions: shown, ...figures } = drained(sum.counted());
        assert.deepEqual(figures, {
          sessions: 4,
          active: 2,
          idleInTransaction: 1,
          lockWaiting: 0,
          transactionsOpen: 3,
        });
        assert.deepEqual(times, [{ command: 'Sleep', totalSeconds: 9, longestSeconds: 9 }]);
        assert.deepEqual(countsOf(drained(sum.counted()), 'command'), { Query: 2, Sleep: 2 });
        assert.deepEqual(Object.fromEntries(sum.unreadable), {
          time: { cells: 2, fault: 'a separator between digits' },
          trx_executed_time: { cells: 1, fault: 'text' },
          trx_lock_duration: { cells: 1, fault: 'a sign' },
          trx_lock_rows: { cells: 1, fault: 'an exponent' },
          trx_lock_tables: { cells: 1, fault: 'a unit' },
          trx_update_rows: { cells: 1, fault: 'a sign' },
        });
      });

      it('keeps a figure of which some can be read', () => {
        const snapshot = aggregate([
          { command: 'Query', time: '2 min', trx_id: '1', trx_lock_rows: '1,250', trx_executed_time: '2m' },
          { command: 'Query', time: '30 s', trx_id: '2', trx_lock_rows: '7', trx_executed_time: '0:01:10' },
        ]);
        assert.equal(snapshot.slow, 1);
        assert.deepEqual(snapshot.times, [{ command: 'Query', totalSeconds: 30, longestSeconds: 30 }]);
        assert.equal(snapshot.transactionRowsLocked, 7);
        assert.deepEqual([snapshot.transactionLongestSeconds, snapshot.transactionsLong], [70, 1]);
      });

      it('judges "other" by all commands that it stands for, and one time for all by all', () => {
        const rows: Cells[] = [
          ...Array(3).fill({ command: 'Sleep', time: '1' }),
          { command: 'Ping', time: 'x' },
          { command: 'Kill', time: 'x' },
        ];
        const few = dimensions({ command: { enabled: true, maxValues: 1 } });
        const sleep = { command: 'Sleep', totalSeconds: 3, longestSeconds: 1 };
        assert.deepEqual(aggregate(rows, COLUMNS, few).times, [sleep]);
        assert.deepEqual(aggregate([...rows, { command: 'Quit', time: '5' }], COLUMNS, few).times, [
          sleep,
          { command: 'other', totalSeconds: 5, longestSeconds: 5 },
        ]);
        const off = dimensions({ command: { enabled: false, maxValues: 20 } });
        assert.deepEqual(aggregate([{ time: 'x' }, { time: 'NULL' }], COLUMNS, off).times, []);
      });
    });
  });
}
