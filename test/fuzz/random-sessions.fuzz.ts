// Random sessions, written as CSV in random ways, against figures worked out from the sessions themselves.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { COLUMNS, type ColumnName, HEADER_NAMES } from '../../src/sessions/columns.js';
import type { KernelPool } from '../../src/sessions/kernel/kernel-pool.js';
import { readSnapshot } from '../../src/sessions/read-snapshot.js';
import type { LongestTime, SessionTime, Snapshot } from '../../src/sessions/snapshot.js';
import { KERNEL_BUILDS } from '../sessions/kernel-builds.js';
import { labelText } from '../sessions/plain-reading/label-text.js';
import { countsOf, inChunks, settingsWithLimit } from '../sessions/session-file.js';
import { fuzzRuns } from './fuzz-runs.js';

const REQUIRED = ['user', 'host', 'state'] as const;

type Cells = Readonly<Record<ColumnName, string>>;

const text = fc.oneof(
  fc.constantFrom('', 'NULL', '\\N', 'none', 'other', 'root', ' root ', 'a,b "q"', '"', 'x'.repeat(200)),
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.string({ unit: fc.constantFrom('a', '"', ',', '\r', '\n', ' ', '用', '😀'), maxLength: 6 }),
);
const number = fc.oneof(
  fc.constantFrom('', 'NULL', '-1', '1e3', '1,250', '0', '1.25', ' 7 '),
  fc.nat({ max: 200 }).map(String),
);
const command = fc.oneof(
  fc.constantFrom('Sleep', `${' '.repeat(130)}sleep`, 'Query', 'Daemon', 'Binlog Dump GTID'),
  text,
);
const host = fc.oneof(
  fc.constantFrom('10.0.0.1:5000', '10.0.0.1:5001', '[::1]:70', '::1', 'localhost'),
  text,
);
const state = fc.oneof(
  fc.constantFrom('Waiting for table metadata lock', `Waiting for ${'x'.repeat(130)} lock`, 'updating'),
  text,
);
const cells: fc.Arbitrary<Cells> = fc.record({
  id: text,
  user: fc.oneof(
    { weight: 4, arbitrary: text },
    { weight: 1, arbitrary: fc.constantFrom('system user', ' System User') },
  ),
  host,
  state,
  db: text,
  command,
  time: number,
  info: text,
  trx_id: fc.constantFrom('', '0', '17', 'NULL'),
  trx_state: fc.constantFrom('', 'RUNNING', 'LOCK WAIT', 'lock wait'),
  trx_executed_time: number,
  trx_lock_duration: number,
  trx_lock_rows: number,
  trx_lock_tables: number,
  trx_update_rows: number,
});

interface File {
  readonly columns: readonly ColumnName[];
  readonly rows: readonly Cells[];
  readonly bytes: Buffer;
}

const ENCODERS: readonly ((csv: string) => Buffer)[] = [
  (csv) => Buffer.from(csv),
  (csv) => Buffer.from(`\ufeff${csv}`),
  (csv) => Buffer.from(`\ufeff${csv}`, 'utf16le'),
  (csv) => Buffer.from(`\ufeff${csv}`, 'utf16le').swap16(),
];

const files: fc.Arbitrary<File> = fc
  .record({
    columns: fc
      .subarray([...COLUMNS])
      .map((some) => [...new Set([...some, ...REQUIRED])])
      .chain((some) => fc.shuffledSubarray(some, { minLength: some.length })),
    rows: fc.array(cells, { maxLength: 40 }),
    encode: fc.constantFrom(...ENCODERS),
    lastLineEnd: fc.boolean(),
    // Choices for whoever writes the file: quotes, line ends, aliases.
    choices: fc.array(fc.nat(), { minLength: 1, maxLength: 50 }),
  })
  .map(({ columns, rows, encode, lastLineEnd, choices }) => {
    let turn = 0;
    const choose = (count: number): number => (choices[turn++ % choices.length] ?? 0) % count;
    const field = (cell: string): string =>
      /[",\r\n]/.test(cell) || choose(2) === 1 ? `"${cell.replaceAll('"', '""')}"` : cell;
    const headers = columns.map((column) => {
      const names = HEADER_NAMES[column];
      return field(names[choose(names.length)] ?? '');
    });
    const lines = [headers, ...rows.map((row) => columns.map((column) => field(row[column])))];
    let csv = '';
    for (const [index, line] of lines.entries()) {
      csv += line.join(',');
      if (index < lines.length - 1 || lastLineEnd) {
        csv += ['\n', '\r\n', '\n\r\n'][choose(3)];
      }
    }
    return { columns, rows, bytes: encode(csv) };
  });

function meant(cell: string): string | undefined {
  const trimmed = cell.trim();
  return ['', 'NULL', '\\N'].includes(trimmed) ? undefined : trimmed;
}

function numberIn(cell: string): number | undefined {
  return /^[0-9]+([.][0-9]+)?$/.test(cell.trim()) ? Number(cell) : undefined;
}

/** Of the rows that take part in a figure; undefined where there are some for it, and none that can be read. */
function numbersOf(rows: readonly Cells[], column: ColumnName): readonly number[] | undefined {
  const cells = rows.map((row) => row[column]).filter((cell) => meant(cell) !== undefined);
  const numbers = cells.flatMap((cell) => numberIn(cell) ?? []);
  return numbers.length === 0 && cells.length > 0 ? undefined : numbers;
}

function isReplication({ user }: Cells): boolean {
  return user.trim().toLowerCase() === 'system user';
}

function hostOf(cell: string): string | undefined {
  const known: Readonly<Record<string, string>> = {
    '10.0.0.1:5000': '10.0.0.1',
    '10.0.0.1:5001': '10.0.0.1',
    '[::1]:70': '::1',
  };
  return known[cell] ?? meant(cell);
}

function tallied(values: readonly (string | undefined)[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const value of values) {
    counts[labelText(value)] = (counts[labelText(value)] ?? 0) + 1;
  }
  return counts;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}

function timesOf(rows: readonly Cells[], byCommand: boolean): readonly SessionTime[] {
  const label = (row: Cells) => (byCommand ? labelText(meant(row.command)) : undefined);
  const commands = byCommand ? new Set(rows.map(label)) : new Set([undefined]);
  return [...commands].flatMap((command) => {
    const ofCommand = rows.filter((row) => label(row) === command && !isReplication(row));
    const numbers = numbersOf(ofCommand, 'time');
    return numbers === undefined
      ? []
      : [{ command, totalSeconds: sum(numbers), longestSeconds: Math.max(0, ...numbers) }];
  });
}

function longestOf(rows: readonly Cells[], byCommand: boolean): readonly LongestTime[] {
  const threads = byCommand ? rows.filter(isServerThread) : [];
  const clients = rows.filter((row) => !threads.includes(row));
  return timesOf(clients, byCommand).flatMap(({ command, longestSeconds: seconds = 0 }) => {
    const ofCommand = clients.filter((row) => !byCommand || labelText(meant(row.command)) === command);
    const hasNumbers = ofCommand.some((row) => !isReplication(row) && numberIn(row.time) !== undefined);
    return hasNumbers ? [{ command, seconds }] : [];
  });
}

function isServerThread({ command }: Cells): boolean {
  return ['daemon', 'binlog dump', 'binlog dump gtid'].includes(command.trim().toLowerCase());
}

function figuresOf({ columns, rows }: File): Omit<Snapshot, 'dimensions' | 'times' | 'longest'> {
  const has = (...needed: readonly ColumnName[]) => needed.every((column) => columns.includes(column));
  const count = (test: (row: Cells) => boolean) => rows.filter(test).length;
  const kind = (row: Cells) => row.command.trim().toLowerCase();
  const active = (row: Cells) => kind(row) !== 'sleep' && !isServerThread(row) && !isReplication(row);
  const open = (row: Cells) => meant(row.trx_id) !== undefined;
  const counted = rows.filter((row) => !has('trx_id') || open(row));
  const timed = counted.filter((row) => !isReplication(row));
  const figure = (
    name: string,
    column: ColumnName,
    of: readonly Cells[],
    value: (numbers: readonly number[]) => number,
  ) => {
    const numbers = numbersOf(of, column);
    return has(column) && numbers !== undefined ? { [name]: value(numbers) } : {};
  };
  const largest = (numbers: readonly number[]) => Math.max(0, ...numbers);
  const from = (least: number) => (numbers: readonly number[]) =>
    numbers.filter((one) => one >= least).length;
  const waiting = (row: Cells) =>
    /^Waiting for .*lock$/.test(row.state) ||
    (counted.includes(row) &&
      ((has('trx_state') && row.trx_state.toUpperCase() === 'LOCK WAIT') ||
        (has('trx_lock_duration') && (numberIn(row.trx_lock_duration) ?? 0) > 0)));
  return {
    filter: 'total',
    listed: rows.length,
    sessions: rows.length,
    lockWaiting: count(waiting),
    ...(has('command') && { active: count(active) }),
    ...(has('command') && figure('slow', 'time', rows.filter(active), from(10))),
    ...(has('command', 'trx_id') && {
      idleInTransaction: count((row) => kind(row) === 'sleep' && open(row)),
    }),
    ...(has('trx_id') && { transactionsOpen: count(open) }),
    ...(has('trx_id') && figure('transactionsLong', 'trx_executed_time', timed, from(60))),
    ...figure('transactionLongestSeconds', 'trx_executed_time', timed, largest),
    ...figure('transactionRowsLocked', 'trx_lock_rows', counted, sum),
    ...figure('transactionTablesLocked', 'trx_lock_tables', counted, sum),
    ...figure('transactionRowsModified', 'trx_update_rows', counted, sum),
    ...figure('transactionLockWaitLongestSeconds', 'trx_lock_duration', timed, largest),
  };
}

const chunkSizes = fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 8 });

async function readBy(
  kernels: KernelPool,
  file: File,
  sizes: readonly number[],
  maxValues: number,
): Promise<Snapshot> {
  const tally = { rows: 0, rejectedRows: 0, bytes: 0, unreadable: new Map() };
  const { snapshot } = await readSnapshot(
    inChunks(file.bytes, sizes),
    settingsWithLimit(maxValues),
    tally,
    undefined,
    kernels,
  );
  const { rows, rejectedRows, bytes } = tally;
  assert.deepEqual([rows, rejectedRows, bytes], [file.rows.length, 0, file.bytes.length]);
  return snapshot;
}

for (const { build, kernels } of KERNEL_BUILDS) {
  describe(`readSnapshot of random files, ${build}`, () => {
    it('gives the figures of the sessions, however they are written and cut', async () => {
      await fc.assert(
        fc.asyncProperty(files, chunkSizes, async (file, sizes) => {
          const snapshot = await readBy(kernels, file, sizes, 100);
          const { dimensions, times, longest, ...figures } = snapshot;
          assert.deepEqual(figures, figuresOf(file));
          const expected = {
            state: tallied(file.rows.map((row) => meant(row.state))),
            user: tallied(file.rows.map((row) => meant(row.user))),
            host: tallied(file.rows.map((row) => hostOf(row.host))),
            database: file.columns.includes('db') ? tallied(file.rows.map((row) => meant(row.db))) : {},
            command: file.columns.includes('command')
              ? tallied(file.rows.map((row) => meant(row.command)))
              : {},
          };
          for (const dimension of ['state', 'user', 'host', 'database', 'command'] as const) {
            assert.deepEqual(countsOf(snapshot, dimension), expected[dimension]);
          }
          const expectedTimes = file.columns.includes('time')
            ? timesOf(file.rows, file.columns.includes('command'))
            : [];
          assert.deepEqual(new Set(times), new Set(expectedTimes));
          const expectedLongest = file.columns.includes('time')
            ? longestOf(file.rows, file.columns.includes('command'))
            : [];
          assert.deepEqual(new Set(longest), new Set(expectedLongest));
        }),
        fuzzRuns(150),
      );
    });

    it('shows every session once in every dimension, and all time, whatever the limit', async () => {
      await fc.assert(
        fc.asyncProperty(
          files,
          chunkSizes,
          fc.integer({ min: 1, max: 4 }),
          async (file, sizes, maxValues) => {
            const { dimensions, times } = await readBy(kernels, file, sizes, maxValues);
            for (const { values } of dimensions.values()) {
              assert.equal(sum(values.map(({ sessions }) => sessions)), file.rows.length);
              assert.ok(values.filter(({ value }) => value !== 'other').length <= maxValues);
            }
            const hasTime = file.columns.includes('time');
            const clients = file.rows.filter((row) => !isReplication(row));
            const seconds = hasTime ? clients.flatMap((row) => numberIn(row.time) ?? []) : [];
            assert.equal(sum(times.map(({ totalSeconds = 0 }) => totalSeconds)), sum(seconds));
            assert.equal(
              Math.max(0, ...times.map(({ longestSeconds = 0 }) => longestSeconds)),
              Math.max(0, ...seconds),
            );
            if (hasTime && file.columns.includes('command')) {
              const shown = dimensions.get('command')?.values.map(({ value }) => value);
              assert.deepEqual(
                times.map((time) => time.command),
                shown?.filter((command) => times.some((time) => time.command === command)),
              );
            }
          },
        ),
        fuzzRuns(100),
      );
    });
  });
}
