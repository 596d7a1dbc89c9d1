// Lists of hundreds of sessions, of few and of many values: what is told of single sessions is what the plain reading tells, also
// where more of them stand out than are told of, and however the file is cut.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { COLUMNS, type ColumnName } from '../../src/sessions/columns.js';
import { readSnapshot, type SessionSettings } from '../../src/sessions/read-snapshot.js';
import { isWaiting } from '../../src/sessions/session-details.js';
import { emptyTally } from '../../src/sessions/snapshot.js';
import { KERNEL_BUILDS } from '../sessions/kernel-builds.js';
import { readPlainly } from '../sessions/plain-reading/read-plainly.js';
import { inChunks, settingsWithLimit } from '../sessions/session-file.js';
import { fuzzRuns } from './fuzz-runs.js';

const REQUIRED: readonly ColumnName[] = ['user', 'host', 'state'];

/** What may stand in a column; of the lists with many values each row takes one of its own. */
const CELLS: Readonly<Record<ColumnName, (row: number, choice: number) => string>> = {
  id: (row, choice) =>
    (choice % 9 === 0 ? ['', 'NULL', '" "', `1${'0'.repeat(32)}`, ' 7 '][choice % 5] : `${row}`) ?? '',
  user: (row, choice) =>
    choice % 19 === 0 ? 'system user' : `app_${choice % 2 === 0 ? choice % 5 : row % 90}`,
  host: (row, choice) =>
    ['10.0.0.1:50', `10.0.${row % 90}.2:7`, '::1:8080', `2001:db8::${row % 4}:70`, 'localhost'][choice % 5] ??
    '',
  state: (_, choice) =>
    ['updating', 'Waiting for table metadata lock', 'Waiting for global read lock'][choice % 3] ?? '',
  db: (row, choice) => (choice % 3 === 0 ? `shop_${row % 80}` : 'shop'),
  command: (_, choice) => ['Query', 'Sleep', 'execute', 'Daemon', 'Prepare'][choice % 5] ?? '',
  time: (row, choice) => (choice % 7 === 0 ? '' : `${choice % 3 === 0 ? row : choice % 50}`),
  info: () => 'SELECT 1',
  trx_id: (row, choice) => (choice % 2 === 0 ? '' : `${4000 + row}`),
  trx_state: (_, choice) => (choice % 4 === 0 ? 'LOCK WAIT' : 'RUNNING'),
  trx_executed_time: (row, choice) => (choice % 11 === 0 ? 'x' : `${choice % 3 === 0 ? row : choice % 20}`),
  trx_lock_duration: (_, choice) => `${choice % 5 === 0 ? choice % 30 : 0}`,
  trx_lock_rows: (_, choice) => `${choice % 6}`,
  trx_lock_tables: (_, choice) => `${choice % 3}`,
  trx_update_rows: (_, choice) => `${choice % 4}`,
};

const lists = fc
  .record({
    columns: fc.subarray([...COLUMNS], { minLength: 9 }).map((some) => [...new Set([...some, ...REQUIRED])]),
    rows: fc.oneof(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 600, max: 650 })),
    seed: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
  })
  .map(({ columns, rows, seed }) => {
    let state = seed;
    const choice = (): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return state >>> 8;
    };
    const lines = Array.from({ length: rows }, (_, row) =>
      columns.map((column) => CELLS[column](row, choice())).join(','),
    );
    return Buffer.from(`${[columns.join(','), ...lines].join('\n')}\n`);
  });

for (const { build, kernels } of KERNEL_BUILDS) {
  describe(`details of session lists, ${build}`, () => {
    it('are those of the plain reading, of few sessions and of many', async () => {
      const settings: SessionSettings = { ...settingsWithLimit(100), details: true };
      const sizes = fc.constantFrom([], [1_000], [65_536], [7, 300]);
      let [transactions, waiting] = [0, 0];
      await fc.assert(
        fc.asyncProperty(lists, sizes, async (list, chunkSizes) => {
          const { details } = await readSnapshot(
            inChunks(list, chunkSizes),
            settings,
            emptyTally(),
            undefined,
            kernels,
          );
          assert.deepEqual(details, readPlainly(list, settings, emptyTally()).details);
          const notable = details?.notable ?? [];
          transactions = Math.max(transactions, notable.filter((one) => one.transaction).length);
          waiting = Math.max(waiting, notable.filter(isWaiting).length);
        }),
        fuzzRuns(6),
      );
      assert.ok(transactions > 64 && waiting >= 256, `${transactions}, ${waiting}: lists are too short`);
    });
  });
}
