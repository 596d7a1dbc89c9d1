// What is told of single sessions, from the bytes of a file to the details; what they are of random files, and where more stand out
// than are told of, session-details.fuzz.ts holds against a plain reading.
import assert from 'node:assert/strict';
import { byDimension } from '../../../src/sessions/dimensions.js';
import { KernelPool } from '../../../src/sessions/kernel/kernel-pool.js';
import { readSnapshot, type SessionSettings } from '../../../src/sessions/read-snapshot.js';
import {
  MAX_ACTIVE_VALUES,
  MAX_LONGEST,
  MAX_PAIRS,
  MAX_QUERIES,
  MAX_WAITING,
  type SessionDetails,
} from '../../../src/sessions/session-details.js';
import { emptyTally } from '../../../src/sessions/snapshot.js';
import { SESSION_LISTS, statementSecretsIn } from '../../support/statement-secrets.js';
import { KERNEL_BUILDS } from '../kernel-builds.js';
import { inChunks, SETTINGS } from '../session-file.js';

const STATEMENTS = { sqlMode: 'auto', shapes: 256, maxText: 400, shown: 20 } as const;
const HEADER =
  'id,user,host,db,command,time,state,info,trx_id,trx_state,trx_executed_time,trx_lock_duration,trx_lock_rows,trx_lock_tables,trx_update_rows';
const COLUMNS = HEADER.split(',');

type Row = Readonly<Record<string, string | number>>;

/** Of sessions that sleep, where a row says nothing else. */
function csv(rows: readonly Row[], columns: readonly string[] = COLUMNS): string {
  const lines = rows.map((row, index) => {
    const cells: Row = {
      id: index + 1,
      user: 'u',
      host: 'h:1',
      db: 'shop',
      command: 'Sleep',
      time: 1,
      ...row,
    };
    return columns.map((column) => `"${String(cells[column] ?? '').replaceAll('"', '""')}"`).join(',');
  });
  return [columns.join(','), ...lines].map((line) => `${line}\n`).join('');
}

function without(...columns: readonly string[]): readonly string[] {
  return COLUMNS.filter((column) => !columns.includes(column));
}

function ids({ notable }: SessionDetails): (string | undefined)[] {
  return notable.map(({ id }) => id);
}

for (const { build, code, kernels } of KERNEL_BUILDS) {
  describe(`details of a session list, ${build}`, () => {
    async function read(
      file: string | Uint8Array,
      settings: Partial<SessionSettings> = {},
      pool: KernelPool = kernels,
    ) {
      const all = { ...SETTINGS, details: true, statements: STATEMENTS, ...settings };
      return readSnapshot(inChunks(file), all, emptyTally(), undefined, pool);
    }

    async function detailsOf(...args: Parameters<typeof read>): Promise<SessionDetails> {
      const { details } = await read(...args);
      assert.ok(details !== undefined);
      return details;
    }

    it('tells who stands out, with the statement, in the order of the file', async () => {
      const rows = [
        { user: 'idle', trx_id: 421, trx_state: 'RUNNING', trx_executed_time: 312, trx_lock_rows: 4 },
        { user: 'asleep' },
        {
          user: 'waiter',
          command: 'Query',
          time: 7,
          state: 'updating',
          info: 'UPDATE t SET a = 5',
          trx_id: 422,
          trx_state: 'LOCK WAIT',
          trx_executed_time: 9,
          trx_lock_duration: 6,
          trx_lock_rows: 1,
          trx_lock_tables: 1,
          trx_update_rows: 0,
        },
        { user: 'ddl', command: 'Query', time: 3, state: 'Waiting for table metadata lock', info: 'NULL' },
      ];
      const { snapshot, details } = await read(csv(rows));
      const statement = snapshot.statements?.shown[0]?.statement;
      const [isActive, isSleeping, isQuery, isWaitingByState] = [false, false, false, false];
      const common = { host: 'h', database: 'shop' };
      assert.equal(statement?.text, 'UPDATE t SET a = ?');
      assert.deepEqual(details?.notable, [
        {
          ...{ ...common, id: '1', user: 'idle', command: 'Sleep', state: 'none', seconds: 1 },
          ...{ isActive, isSleeping: true, isQuery, isWaitingByState },
          transaction: { id: '421', isWaiting: false, seconds: 312, rowsLocked: 4 },
        },
        {
          ...{ ...common, id: '3', user: 'waiter', command: 'Query', state: 'updating', seconds: 7 },
          ...{ isActive: true, isSleeping, isQuery: true, isWaitingByState },
          transaction: {
            ...{ id: '422', isWaiting: true, seconds: 9, lockWaitSeconds: 6 },
            ...{ rowsLocked: 1, tablesLocked: 1, rowsModified: 0 },
          },
          statement,
        },
        {
          ...{ ...common, id: '4', user: 'ddl', command: 'Query', seconds: 3 },
          state: 'Waiting for table metadata lock',
          ...{ isActive: true, isSleeping, isQuery: true, isWaitingByState: true },
        },
      ]);
      assert.deepEqual(details?.active.get('user'), [
        { value: 'ddl', sessions: 1 },
        { value: 'waiter', sessions: 1 },
      ]);
      assert.deepEqual(details?.pairs.at(-1), { user: 'ddl', host: 'h', sessions: 1, active: 1 });
    });

    it('tells nothing unless it is asked to', async () => {
      assert.ok(!('details' in (await read(csv([{}]), { details: false }))));
    });

    it('tells of the 256 that wait the longest, of equals the first ones', async () => {
      const rows = Array.from({ length: 300 }, (_, row) => ({
        command: 'Query',
        state: 'Waiting for table metadata lock',
        time: row < 100 ? 5 : row,
      }));
      const longest = rows.map((_, row) => `${row + 1}`).filter((_, row) => row >= 100 || row < 56);
      assert.equal(longest.length, MAX_WAITING);
      assert.deepEqual(ids(await detailsOf(csv(rows))), longest);
    });

    it('knows a Query or Execute in any case, and nothing else, with and without counts of commands', async () => {
      const commands = ['Query', 'EXECUTE', 'query ', 'Prepare', 'Sleep', 'Query cache', ''];
      const rows = commands.map((command) => ({
        command,
        trx_id: 1,
        trx_executed_time: 1,
        info: 'SELECT 1',
      }));
      const dimensions = byDimension(({ name }) => ({ enabled: name === 'state', maxValues: 10 }));
      for (const some of [{}, { dimensions }]) {
        const { notable } = await detailsOf(csv(rows), some);
        assert.deepEqual(
          notable.map(({ isQuery }) => isQuery),
          [true, true, true, false, false, false, false],
        );
      }
      const { notable } = await detailsOf(csv(rows, without('command')));
      assert.ok(notable.length > 0 && notable.every(({ isQuery }) => !isQuery));
    });

    it('tells of the 5 longest queries, whatever else lasts longer', async () => {
      const others = Array.from({ length: 40 }, (_, row) => ({ command: 'Prepare', time: 900 + row }));
      const queries = Array.from({ length: 9 }, (_, row) => ({ command: 'Query', time: 300 + row }));
      const { notable } = await detailsOf(csv([...queries, ...others]));
      assert.deepEqual(
        notable.filter(({ isQuery }) => isQuery).map(({ seconds }) => seconds),
        [304, 305, 306, 307, 308],
      );
      assert.equal(notable.length, MAX_LONGEST + MAX_QUERIES);
    });

    it('keeps the pairs of many sessions among 10,000, and counts none too often', async () => {
      const rows = Array.from({ length: 13_000 }, (_, row) =>
        row >= 5_000 && row < 8_000
          ? { user: `heavy_${row % 3}`, host: `10.0.0.${row % 3}:1`, command: 'Query' }
          : { user: `user_${row % 71}`, host: `host_${row}:1` },
      );
      const { pairs } = await detailsOf(csv(rows));
      assert.equal(pairs.length, MAX_PAIRS);
      for (const { user, sessions, active } of pairs.slice(0, 3)) {
        assert.match(user, /^heavy_/);
        assert.ok(sessions <= 1_000 && sessions >= 996, `${sessions}`);
        assert.equal(active, sessions);
      }
      assert.deepEqual(new Set(pairs.slice(3).map(({ sessions }) => sessions)), new Set([1]));
    });

    it('counts active sessions of 64 values, and those of no value that `other` stands for', async () => {
      const users = Array.from({ length: 70 }, (_, user) => `user_${String(user).padStart(2, '0')}`);
      const rows = [...users, 'user_69', 'other', 'other', 'other'].map((user) => ({
        user,
        command: 'Query',
      }));
      const { active, pairs } = await detailsOf(csv([...rows, { user: 'sleeper' }]));
      assert.deepEqual(active.get('user'), [
        { value: 'user_69', sessions: 2 },
        ...users.slice(0, MAX_ACTIVE_VALUES - 1).map((value) => ({ value, sessions: 1 })),
      ]);
      assert.deepEqual(pairs[0], { user: 'user_69', host: 'h', sessions: 2, active: 2 });
      assert.ok(!pairs.some(({ user }) => user === 'other'));
    });

    it('says nothing of dimensions that are off', async () => {
      const dimensions = byDimension(({ name }) => ({ enabled: name === 'state', maxValues: 10 }));
      const { pairs, active, notable } = await detailsOf(csv([{ command: 'Query', info: 'SELECT 1' }]), {
        dimensions,
      });
      assert.deepEqual([pairs, [...active]], [[], [['state', [{ value: 'none', sessions: 1 }]]]]);
      const [{ statement, ...session } = { statement: undefined }] = notable;
      assert.equal(statement?.text, 'SELECT ?');
      assert.deepEqual(session, {
        ...{ id: '1', state: 'none', seconds: 1 },
        ...{ isActive: true, isSleeping: false, isQuery: true, isWaitingByState: false },
      });
    });

    describe('of a file that lacks columns', () => {
      const rows = [
        { command: 'Query', time: 5, trx_id: 7, trx_executed_time: 9, trx_lock_rows: 2 },
        { command: 'Query', state: 'Waiting for table level lock' },
      ];

      it('knows no active sessions without commands', async () => {
        const { active, notable, pairs } = await detailsOf(csv(rows, without('command')));
        assert.equal(active.size, 0);
        assert.deepEqual(
          notable.map(({ isActive, isSleeping, command }) => [isActive, isSleeping, command]),
          [
            [false, false, undefined],
            [false, false, undefined],
          ],
        );
        assert.deepEqual(pairs, [{ user: 'u', host: 'h', sessions: 2, active: 0 }]);
      });

      it('knows none that are at it for long without times', async () => {
        const { notable } = await detailsOf(csv([{ command: 'Query' }, ...rows], without('time')));
        assert.deepEqual(
          notable.map(({ id, seconds }) => [id, seconds]),
          [
            ['2', undefined],
            ['3', undefined],
          ],
        );
      });

      it('takes for transactions without ids what has a figure of one', async () => {
        const none = { trx_executed_time: 0, trx_lock_rows: 0 };
        const { notable } = await detailsOf(csv([none, ...rows], without('trx_id', 'time')));
        assert.deepEqual(
          notable.map(({ id, transaction }) => [id, transaction]),
          [
            ['2', { isWaiting: false, seconds: 9, rowsLocked: 2 }],
            ['3', undefined],
          ],
        );
      });

      it('knows no transactions without any of their columns', async () => {
        const columns = COLUMNS.filter((column) => !column.startsWith('trx_'));
        const { notable } = await detailsOf(csv(rows, columns));
        assert.deepEqual(
          notable.map(({ transaction }) => transaction),
          [undefined, undefined],
        );
      });

      it('tells no ids, and none of two columns with the same name', async () => {
        assert.deepEqual(ids(await detailsOf(csv(rows, without('id')))), [undefined, undefined]);
        assert.deepEqual(ids(await detailsOf(csv(rows, ['ID', ...COLUMNS]))), [undefined, undefined]);
      });
    });

    it('tells ids that a person can use, and no others', async () => {
      const cells = [
        ' 17 ',
        'x'.repeat(32),
        'x'.repeat(33),
        'NULL',
        '',
        'a"b',
        'a b',
        '7\u00e9',
        '\u001b[2J',
      ];
      const rows = cells.map((cell) => ({ id: cell, trx_id: cell || '0', trx_executed_time: 1 }));
      const { notable } = await detailsOf(csv(rows));
      const shown = ['17', 'x'.repeat(32)];
      assert.deepEqual(
        notable.map(({ id }) => id),
        // NULL is no transaction.
        [...shown, ...Array.from({ length: 6 }, () => undefined)],
      );
      assert.deepEqual(
        notable.map(({ transaction }) => transaction?.id),
        [...shown, undefined, '0', ...Array.from({ length: 4 }, () => undefined)],
      );
    });

    it('names hosts as the whole file shows that they are', async () => {
      const waiting = { command: 'Query', state: 'Waiting for table metadata lock' };
      const rows = ['::1:8080', '::1:8081', '[::1]:70', '10.0.0.1:5'].map((host) => ({ host, ...waiting }));
      const { pairs, active, notable } = await detailsOf(csv(rows));
      assert.deepEqual(pairs, [
        { user: 'u', host: '::1', sessions: 3, active: 3 },
        { user: 'u', host: '10.0.0.1', sessions: 1, active: 1 },
      ]);
      assert.deepEqual(active.get('host'), [
        { value: '::1', sessions: 3 },
        { value: '10.0.0.1', sessions: 1 },
      ]);
      assert.deepEqual(
        notable.map(({ host }) => host),
        ['::1', '::1', '::1', '10.0.0.1'],
      );
      const inGroup = await detailsOf(csv(rows), {
        hostGroups: [{ name: 'pods', networks: [], match: '*1' }],
      });
      assert.deepEqual(inGroup.pairs, [{ user: 'u', host: 'pods', sessions: 4, active: 4 }]);
    });

    it('counts threads of the server and of replication, and tells of none', async () => {
      const busy = { time: 9_999, state: 'Waiting for table metadata lock', trx_id: 1, trx_executed_time: 9 };
      const rows = [
        { user: 'system user', command: 'Query', ...busy },
        { user: 'event_scheduler', command: 'Daemon', ...busy },
        { user: 'replica', command: 'Binlog Dump GTID', ...busy },
      ];
      const { pairs, active, notable } = await detailsOf(csv(rows));
      assert.deepEqual(notable, []);
      assert.deepEqual(active.get('user'), []);
      assert.deepEqual(
        pairs.map(({ user, sessions, active: some }) => [user, sessions, some]),
        rows.map(({ user }) => [user, 1, 0]),
      );
    });

    it('tells of a list of some sessions what is true of all', async () => {
      const file = csv([{ command: 'Query', time: 20, trx_id: 1, trx_executed_time: 90 }]);
      for (const filter of ['active', 'slow', 'long'] as const) {
        const { pairs, active, notable } = await detailsOf(file, { filter });
        assert.deepEqual([pairs, notable.length, active.size], [[], 1, filter === 'active' ? 5 : 0]);
      }
    });

    it('tells the statement that a session runs, or none', async () => {
      const rows = Array.from({ length: 40 }, (_, row) => ({
        command: 'Query',
        // Of the counters, there is room for few.
        info: row % 2 === 0 ? `SELECT a FROM t${row}` : '',
        time: row,
      }));
      const { notable } = await detailsOf(csv(rows), { statements: { ...STATEMENTS, shapes: 8 } });
      const told = notable.filter(({ statement }) => statement !== undefined);
      assert.ok(told.length >= 2 && told.length <= 8, `${told.length}`);
      for (const { id, statement } of told) {
        assert.equal(statement?.text, `SELECT a FROM t${Number(id) - 1}`);
      }
    });

    it('tells of a cut statement what it was counted as, and of texts as much as is kept', async () => {
      const rows = [
        { command: 'Query', info: 'SELECT a FROM orders WHERE b = 1' },
        { command: 'Query', info: "SELECT a FROM orders WHERE b = '" },
      ];
      const { snapshot, details } = await read(csv(rows), { statements: { ...STATEMENTS, maxText: 10 } });
      const shown = snapshot.statements?.shown.map(({ statement }) => statement) ?? [];
      const told = details?.notable.map(({ statement }) => statement) ?? [];
      assert.deepEqual(
        told.map((statement) => [statement?.digest, statement?.text]),
        [shown[0], shown[0]].map((statement) => [statement?.digest, 'SELECT a …']),
      );
    });

    it('shows no value of a statement, and leaves nothing in the kernel', async () => {
      const pool = new KernelPool(() => code);
      for (const [kind, list] of Object.entries(SESSION_LISTS)) {
        const result = await read(list, {}, pool).catch(() => undefined);
        const details = result?.details;
        const told = JSON.stringify(details && { ...details, active: [...details.active] }) ?? '';
        assert.deepEqual(statementSecretsIn(told), [], kind);
        assert.ok(kind !== 'whole' || told.includes('SELECT * FROM customers WHERE name = ?'));
      }
      const tellTale = {
        user: 'tell_tale_user',
        host: 'tell_tale_host:1',
        id: 'tell_tale_id',
        db: 'tell_tale_db',
      };
      await read(csv([{ ...tellTale, trx_id: 'tell_tale_trx', trx_executed_time: 5 }]), {}, pool);
      const kernel = await pool.take();
      assert.ok(!kernel.bytes.includes('tell_tale'));
    });
  });
}
