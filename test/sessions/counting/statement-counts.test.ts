// What active sessions run, from the bytes of a file to the snapshot. The statements are written as the normaliser prints
// them: what it makes of others is tested with it.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { StatementSettings } from '../../../src/sessions/counting/statement-counts.js';
import { KernelPool } from '../../../src/sessions/kernel/kernel-pool.js';
import type { SessionSettings } from '../../../src/sessions/read-snapshot.js';
import { readSnapshot } from '../../../src/sessions/read-snapshot.js';
import { emptyTally, type StatementCounts } from '../../../src/sessions/snapshot.js';
import { KERNEL_BUILDS } from '../kernel-builds.js';
import { inChunks, SETTINGS } from '../session-file.js';
import { plainStatementCounts } from './plain-statement-counts.js';

const STATEMENTS: StatementSettings = { sqlMode: 'auto', shapes: 256, maxText: 400, shown: 20 };
const HEADER = ['user', 'host', 'state', 'command', 'time', 'info'] as const;
const SELECT = 'SELECT a FROM t';
const UPDATE = 'UPDATE t SET a = b';

type Row = Partial<Record<(typeof HEADER)[number], string>>;

function csv(rows: readonly Row[], header: readonly (keyof Row)[] = HEADER): string {
  const lines = rows.map((row) => {
    const cells: Required<Row> = {
      user: 'u',
      host: 'h',
      state: '',
      command: 'Query',
      time: '1',
      info: SELECT,
      ...row,
    };
    return header.map((column) => `"${cells[column].replaceAll('"', '""')}"`).join(',');
  });
  return [header.join(','), ...lines].map((line) => `${line}\n`).join('');
}

/** A statement that differs from another one in a name. */
function nth(number: number): string {
  return `SELECT a FROM t${number}`;
}

for (const { build, code, kernels } of KERNEL_BUILDS) {
  describe(`statement counts ${build}`, () => {
    async function countedIn(
      file: string | Uint8Array,
      statements: Partial<StatementSettings> = {},
      { settings = {}, sizes = [] }: { settings?: Partial<SessionSettings>; sizes?: readonly number[] } = {},
    ): Promise<StatementCounts> {
      const all = { ...SETTINGS, ...settings, statements: { ...STATEMENTS, ...statements } };
      const { snapshot } = await readSnapshot(inChunks(file, sizes), all, emptyTally(), undefined, kernels);
      assert.ok(snapshot.statements !== undefined);
      const { sessions, shown, rest } = snapshot.statements;
      assert.equal(
        shown.reduce((sum, one) => sum + one.sessions, rest.sessions),
        sessions,
        'the sum is whole',
      );
      return snapshot.statements;
    }

    /** Sessions by text. */
    async function sessionsIn(...args: Parameters<typeof countedIn>): Promise<Record<string, number>> {
      const { shown } = await countedIn(...args);
      return Object.fromEntries(shown.map(({ statement, sessions }) => [statement.text, sessions]));
    }

    it('counts sessions, seconds, users and hosts by statement, those with the most sessions first', async () => {
      const counts = await countedIn(
        csv([
          { user: 'a', host: '10.0.0.1:5000', info: UPDATE, time: '5' },
          { user: 'a', host: '10.0.0.1:5001', time: '7' },
          { user: 'b', host: '10.0.0.2:5000', time: '2.5' },
          { user: 'a', host: '10.0.0.2:5002', time: '' },
        ]),
      );
      const shown = counts.shown.map(({ statement, ...figures }) => ({ text: statement.text, ...figures }));
      assert.deepEqual(
        { ...counts, shown },
        {
          sessions: 4,
          shown: [
            {
              text: SELECT,
              sessions: 3,
              totalSeconds: 9.5,
              longestSeconds: 7,
              users: [
                { value: 'a', sessions: 2 },
                { value: 'b', sessions: 1 },
              ],
              hosts: [
                { value: '10.0.0.2', sessions: 2 },
                { value: '10.0.0.1', sessions: 1 },
              ],
            },
            {
              text: UPDATE,
              sessions: 1,
              totalSeconds: 5,
              longestSeconds: 5,
              users: [{ value: 'a', sessions: 1 }],
              hosts: [{ value: '10.0.0.1', sessions: 1 }],
            },
          ],
          rest: { sessions: 0, totalSeconds: 0 },
          distinct: 2,
          error: 0,
        },
      );
    });

    it('counts no row that sleeps, replicates or has no statement', async () => {
      const none = ['', ' ', '\n\t ', 'NULL', ' NULL ', '\\N', '\\N\n', '\u0000'];
      const rows: Row[] = [
        { command: 'Sleep' },
        { command: ' sleep ', info: UPDATE },
        { command: 'Binlog Dump' },
        { user: 'system user', info: UPDATE },
        ...none.map((info) => ({ info })),
        { info: SELECT },
      ];
      assert.deepEqual(await sessionsIn(csv(rows)), { [SELECT]: 1 });
    });

    it('takes NULL with more around it for a statement', async () => {
      assert.deepEqual(
        await sessionsIn(csv([{ info: 'nullable' }, { info: 'DO NULL_' }, { info: 'null' }])),
        {
          nullable: 1,
          'DO NULL_': 1,
          NULL: 1,
        },
      );
    });

    it('gives no seconds where there is no time, or none that can be read', async () => {
      const without = await countedIn(csv([{}], ['user', 'host', 'state', 'command', 'info']));
      assert.ok(!('totalSeconds' in without.rest));
      assert.deepEqual(Object.keys(without.shown[0] ?? {}), ['statement', 'sessions', 'users', 'hosts']);
      const { shown, rest } = await countedIn(
        csv([
          { time: 'soon' },
          { info: UPDATE, time: 'soon' },
          { info: UPDATE, time: '3' },
          { info: 'COMMIT', time: '' },
        ]),
      );
      assert.deepEqual(
        new Map(
          shown.map(({ statement, totalSeconds, longestSeconds }) => [
            statement.text,
            [totalSeconds, longestSeconds],
          ]),
        ),
        new Map([
          [UPDATE, [3, 3]],
          [SELECT, [undefined, undefined]],
          ['COMMIT', [0, 0]],
        ]),
      );
      assert.deepEqual(rest, { sessions: 0, totalSeconds: 0 });
    });

    it('is absent where statements are off, where the file has no such column, and of a list that lacks active sessions', async () => {
      const read = async (file: string, settings: Partial<SessionSettings>) =>
        (await readSnapshot(inChunks(file), { ...SETTINGS, ...settings }, emptyTally(), undefined, kernels))
          .snapshot;
      const statements = STATEMENTS;
      assert.ok(!('statements' in (await read(csv([{}]), {}))));
      assert.ok(
        !('statements' in (await read(csv([{}], ['user', 'host', 'state', 'command']), { statements }))),
      );
      // Who is active is not known.
      assert.ok(
        !('statements' in (await read(csv([{}], ['user', 'host', 'state', 'info']), { statements }))),
      );
      assert.ok(!('statements' in (await read(csv([{}]), { statements, filter: 'slow' }))));
      assert.equal((await read(csv([{}]), { statements, filter: 'active' })).statements?.sessions, 1);
    });

    it('names users and hosts only where those dimensions are on', async () => {
      for (const name of ['user', 'host'] as const) {
        const dimensions = { ...SETTINGS.dimensions, [name]: { enabled: false, maxValues: 0 } };
        const { shown } = await countedIn(csv([{}]), {}, { settings: { dimensions } });
        assert.deepEqual(
          shown.map(({ users, hosts }) => [users.length, hosts.length]),
          [name === 'user' ? [0, 1] : [1, 0]],
        );
      }
    });

    it('names users and hosts as the dimensions do', async () => {
      const hosts = ['[::1]:5000', 'db1 ', '::1:8080', 'fe80::1:44:8081', '10.9.9.9:70', ''];
      const rows = hosts.map((host) => ({ host, user: ` ${'long'.repeat(40)}` }));
      for (const settings of [
        {},
        { stripPort: false },
        { hostGroups: [{ name: 'app', networks: [], match: 'db*' }] },
      ]) {
        const all = { ...SETTINGS, ...settings, statements: { ...STATEMENTS } };
        // One statement a row, so that all hosts are told.
        const file = csv(rows.map((row, number) => ({ ...row, info: nth(number) })));
        const { snapshot } = await readSnapshot(inChunks(file), all, emptyTally(), undefined, kernels);
        for (const [name, key] of [
          ['user', 'users'],
          ['host', 'hosts'],
        ] as const) {
          const told = snapshot.statements?.shown.flatMap(({ [key]: shares }) =>
            shares.map(({ value }) => value),
          );
          const values = snapshot.dimensions
            .get(name)
            ?.values.flatMap(({ value, sessions }) => Array(sessions).fill(value));
          assert.deepEqual(told?.sort(), values?.sort());
        }
      }
    });

    it('names the three users with the most sessions, whichever come first', async () => {
      const users = [...'abcdefghijkl', ...'lllkkkjj', ...'mnopqr', 'l'];
      const { shown } = await countedIn(csv(users.map((user) => ({ user }))));
      assert.deepEqual(
        shown[0]?.users.map(({ value }) => value),
        ['l', 'k', 'j'],
      );
      assert.ok((shown[0]?.users[0]?.sessions ?? 0) <= 5, 'no more than it has');
    });

    it('sums users of statements that are written in several ways, and hosts that turn out to be the same', async () => {
      const written = (users: string, info: string) => [...users].map((user) => ({ user, info }));
      const { shown } = await countedIn(
        csv(
          [...written('aaaabbbccd', SELECT), ...written('ddde', 'select a from t')].map((row, port) => ({
            ...row,
            host: `::1:${8_000 + (port % 7)}`,
          })),
        ),
      );
      const [{ users, hosts } = { users: [], hosts: [] }] = shown;
      assert.deepEqual(
        users.map(({ value, sessions }) => `${value} ${sessions}`),
        ['a 4', 'd 4', 'b 3'],
      );
      assert.deepEqual(hosts, [{ value: '::1', sessions: 14 }]);
    });

    it('reads quoted statements with quotes, commas and line breaks in them, and leaves the fields behind as they are', async () => {
      const file = `info,user,host,state,command\n"SELECT a\r\nFROM t, u",x,h,,Query\n"SELECT\n ""a"", ""b,c"" FROM t",y,h,,Query\nCOMMIT,z,h,,Query\n`;
      assert.deepEqual(await sessionsIn(file), {
        'SELECT a FROM t, u': 1,
        'SELECT ?, ... FROM t': 1,
        COMMIT: 1,
      });
    });

    it('reads the same wherever the chunks end', async () => {
      const file = csv([
        { info: 'SELECT "a\nb", c FROM t' },
        { info: ' NULL' },
        { info: 'SELECT "a""b", c FROM t' },
        { info: `SELECT ${'c, '.repeat(50)}d FROM t`, time: '1:00' },
        {},
      ]);
      const whole = await countedIn(file);
      assert.equal(whole.sessions, 4);
      for (let first = 1; first < file.length; first++) {
        assert.deepEqual(await countedIn(file, {}, { sizes: [first, file.length] }), whole);
      }
      assert.deepEqual(await countedIn(file, {}, { sizes: [1] }), whole);
    });

    it('keeps those with the most sessions and those with the most time, and sums the rest', async () => {
      const rows = [
        ...Array(3).fill({ info: nth(1), time: '1' }),
        ...Array(2).fill({ info: nth(2), time: '2' }),
        { info: nth(3), time: '10' },
        { info: nth(4), time: '9' },
        { info: nth(5), time: '1' },
      ];
      const { shown, rest, distinct, sessions } = await countedIn(csv(rows), { shown: 2 });
      assert.deepEqual(
        shown.map(({ statement }) => statement.text),
        [nth(1), nth(2), nth(3), nth(4)],
      );
      assert.deepEqual(
        { rest, distinct, sessions },
        { rest: { sessions: 1, totalSeconds: 1 }, distinct: 5, sessions: 8 },
      );
    });

    it('counts as Space-Saving does', async () => {
      const seconds = fc.oneof({ weight: 9, arbitrary: fc.nat({ max: 3 }) }, fc.constantFrom(50, 90));
      const row = fc.record({ number: fc.nat({ max: 30 }), seconds });
      await fc.assert(
        fc.asyncProperty(
          fc.array(row, { maxLength: 200 }),
          fc.integer({ min: 1, max: 17 }),
          async (rows, shapes) => {
            const file = csv(rows.map(({ number, seconds }) => ({ info: nth(number), time: `${seconds}` })));
            const { shown, rest, error, distinct } = await countedIn(file, { shapes });
            const plain = plainStatementCounts(rows, shapes);
            assert.deepEqual(
              new Map(
                shown.map(({ statement, sessions, totalSeconds }) => [
                  statement.text,
                  { sessions, seconds: totalSeconds },
                ]),
              ),
              new Map(plain.counted.map(({ number, ...figures }) => [nth(number), figures])),
            );
            assert.deepEqual(rest, { sessions: plain.rest.sessions, totalSeconds: plain.rest.seconds });
            assert.deepEqual({ error, distinct }, { error: plain.error, distinct: plain.counted.length });
          },
        ),
        { numRuns: 150 },
      );
    });

    it('finds one that few sessions run for long among thousands', async () => {
      const rows = Array.from({ length: 20_000 }, (_, row) =>
        row % 5_000 === 99 ? { time: '5000' } : { info: nth(row) },
      );
      const { shown } = await countedIn(csv(rows), { shapes: 64, shown: 1 });
      const longest = shown.find(({ statement }) => statement.text === SELECT);
      assert.deepEqual([longest?.sessions, longest?.totalSeconds], [4, 20_000]);
    });

    it('finds a frequent statement among thousands that differ, and says how far it may be off', async () => {
      const rows = Array.from({ length: 20_000 }, (_, row) => ({ info: row % 50 === 0 ? SELECT : nth(row) }));
      const { shown, error, distinct, sessions } = await countedIn(csv(rows), { shapes: 64 });
      const most = shown[0];
      assert.equal(most?.statement.text, SELECT);
      assert.ok(most.sessions <= 400 && most.sessions + error >= 400, `${most.sessions} and ${error}`);
      assert.deepEqual({ distinct, sessions }, { distinct: 64, sessions: 20_000 });
    });

    it('counts statements together that differ in values, blanks and the case of keywords alone', async () => {
      const infos = [
        "SELECT a FROM t WHERE b = 'x'",
        'select  a\nFROM t where b=4711 /* b */;',
        "SELECT a FROM t WHERE b = 'y'",
      ];
      const { shown, distinct } = await countedIn(
        csv(infos.map((info, user) => ({ info, user: `u${user % 2}` }))),
      );
      assert.deepEqual(
        shown.map(({ statement, sessions, totalSeconds, users }) => [
          statement.text,
          sessions,
          totalSeconds,
          users,
        ]),
        [
          [
            'SELECT a FROM t WHERE b = ?',
            3,
            3,
            [
              { value: 'u0', sessions: 2 },
              { value: 'u1', sessions: 1 },
            ],
          ],
        ],
      );
      assert.equal(distinct, 1);
    });

    it('counts a text that was cut as the only one that it can be the beginning of', async () => {
      const whole = "SELECT a, b FROM t WHERE c = 'd'";
      const cut = [
        `${whole.slice(0, -1)}...`,
        `${whole.slice(0, -7)}…`,
        'SELECT a, b FR...',
        'UPDATE t SE...',
        "DO 'a",
      ];
      assert.deepEqual(
        await sessionsIn(csv([...cut, whole, UPDATE, 'UPDATE t SET b = a'].map((info) => ({ info })))),
        {
          'SELECT a, b FROM t WHERE c = ?': 4,
          [UPDATE]: 1,
          'UPDATE t SET b = a': 1,
          'UPDATE t …': 1,
          'DO ? …': 1,
        },
      );
    });

    it('says which are cut, ambiguous or sensitive, and reads quotes as it is told', async () => {
      const infos = ["SELECT 'a", "INSERT INTO p VALUES ('the dogs\\' secret words", "SET PASSWORD = 'a'"];
      const flags = async (sqlMode: StatementSettings['sqlMode']) => {
        const { shown } = await countedIn(csv(infos.map((info, time) => ({ info, time: `${9 - time}` }))), {
          sqlMode,
        });
        return shown.map(({ statement: { isCut, isAmbiguous, isSensitive } }) => [
          isCut,
          isAmbiguous,
          isSensitive,
        ]);
      };
      const [cut, ambiguous, sensitive] = await flags('auto');
      assert.deepEqual(
        [cut, sensitive],
        [
          [true, false, false],
          [false, false, true],
        ],
      );
      assert.equal(ambiguous?.[1], true);
      assert.equal((await flags('no_backslash_escapes'))[1]?.[1], false);
    });

    it('lets the event loop go on while it reads shapes that are new', async () => {
      const rows = Array.from({ length: 200 }, (_, row) => ({
        info: `${nth(row)}, ${build.replaceAll(' ', '_')}${'x'.repeat(200)}`,
      }));
      let turns = 0;
      const turn = () => {
        turns++;
        next = setImmediate(turn);
      };
      const turnsFor = async () => {
        turns = 0;
        await countedIn(csv(rows));
        return turns;
      };
      let next = setImmediate(turn);
      try {
        const first = await turnsFor();
        const second = await turnsFor();
        assert.ok(first >= second + 4, `${first} turns and ${second}`);
      } finally {
        clearImmediate(next);
      }
    });

    it('keeps 4,096 bytes of a shape: those that differ behind are the same, and cut', async () => {
      const long = (end: string) => `SELECT ${'column_name, '.repeat(330)}${end} FROM t`;
      const { shown } = await countedIn(csv([{ info: long('a') }, { info: long('b') }, { info: nth(1) }]));
      assert.deepEqual(
        shown.map(({ statement, sessions }) => [statement.isCut, sessions]),
        [
          [true, 2],
          [false, 1],
        ],
      );
    });

    it('takes what shapes have outgrown for other texts', async () => {
      const pool = new KernelPool(() => code);
      const statements = [10, 500, 3_000].flatMap((length) =>
        Array.from({ length: 256 }, (_, place) => `SELECT ${'a'.repeat(length)}${length + place} FROM t`),
      );
      const users = Array.from({ length: 2_000 }, (_, place) => `${'u'.repeat(110)}${place}`);
      const kernel = await pool.take();
      pool.giveBack(kernel);
      const file = csv([...statements.map((info) => ({ info })), ...users.map((user) => ({ user }))]);
      await readSnapshot(
        inChunks(file),
        { ...SETTINGS, statements: STATEMENTS },
        emptyTally(),
        undefined,
        pool,
      );
      // A larger one would not be kept for the next file.
      assert.ok(kernel.size <= 2 * 1024 * 1024, `${kernel.size}`);
    });

    it('takes memory for the shapes that it counts only, be there ever so many', async () => {
      const pool = new KernelPool(() => code);
      const kernel = await pool.take();
      pool.giveBack(kernel);
      const sizes = new Set<number>();
      const rows = 200_000;
      const file = function* () {
        yield Buffer.from(`${HEADER.join(',')}\n`);
        for (let row = 0; row < rows; row += 1_000) {
          const lines = Array.from({ length: 1_000 }, (_, place) => {
            const names = 'abcdefg, '.repeat((row + place) % 500);
            return `u,h,,Query,1,"SELECT ${names}c${row + place} FROM t"\n`;
          });
          yield Buffer.from(lines.join(''));
          if (row >= rows / 10) {
            sizes.add(kernel.size);
          }
        }
      };
      const settings = { ...SETTINGS, statements: STATEMENTS };
      const chunks = (async function* () {
        yield* file();
      })();
      const { snapshot } = await readSnapshot(chunks, settings, emptyTally(), undefined, pool);
      assert.equal(snapshot.statements?.sessions, rows);
      assert.equal(sizes.size, 1, `${[...sizes]}`);
      // A larger one would not be kept for the next file.
      assert.ok(kernel.size <= 2 * 1024 * 1024, `${kernel.size}`);
    });

    it('cuts texts to what is kept of them, never within a character', async () => {
      const info = `SELECT ${'名𝒳'.repeat(30)} FROM t`;
      const textOf = async (maxText: number) =>
        (await countedIn(csv([{ info }]), { maxText })).shown[0]?.statement.text;
      assert.equal(await textOf(400), info);
      assert.equal(await textOf(info.length), info);
      assert.equal(await textOf(12), 'SELECT 名𝒳 …');
      assert.equal(await textOf(11), 'SELECT 名 …');
      assert.equal(await textOf(0), '');
    });
  });
}
