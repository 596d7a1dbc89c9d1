import assert from 'node:assert/strict';
import fc from 'fast-check';
import { cellNumber, faultOf, MISSING, type NumberKind, UNREADABLE } from '../../src/sessions/cells.js';
import type { KernelPool } from '../../src/sessions/kernel/kernel-pool.js';
import { readSnapshot } from '../../src/sessions/read-snapshot.js';
import { emptyTally } from '../../src/sessions/snapshot.js';
import { KERNEL_BUILDS } from './kernel-builds.js';
import { inChunks, SETTINGS } from './session-file.js';

const NUMBERS: readonly (readonly [cell: string, count: number, seconds?: number])[] = [
  ['0', 0],
  [' 12 ', 12],
  ['007', 7],
  ['1.50', 1.5],
  ['2147483646', 2_147_483_646],
  ['2147483647', 2_147_483_647, MISSING],
  ['4294967295', 4_294_967_295, MISSING],
  ['999999999999999', 999_999_999_999_999, MISSING],
  ['18446744073709551615', UNREADABLE, MISSING],
  ['1000000000000000', UNREADABLE, MISSING],
  ['', MISSING],
  ['  ', MISSING],
  ['NULL', MISSING],
  [' NULL', MISSING],
  ['\\N', MISSING],
  ['125 s', UNREADABLE, 125],
  ['125s', UNREADABLE, 125],
  ['1.5 sec', UNREADABLE, 1.5],
  ['125 Seconds', UNREADABLE, 125],
  ['125秒', UNREADABLE, 125],
  ['125\u00a0秒', UNREADABLE, 125],
  ['4294967295 s', UNREADABLE, MISSING],
  ['0:02:05', UNREADABLE, 125],
  ['00:02:05', UNREADABLE, 125],
  ['838:59:59', UNREADABLE, 3_020_399],
  ['1 02:03:04', UNREADABLE, 93_784],
  ['10  2:03:04.5', UNREADABLE, 871_384.5],
  ['596523:14:07', UNREADABLE, MISSING],
];

const FAULTS: Readonly<Record<string, readonly string[]>> = {
  'a sign': ['-5', '+5', '−5', '-1:00:00', '-0', '-'],
  'an exponent': ['1.25e2', '1E9', '1e+9', '12e-3'],
  'a separator between digits': ['1,250', '1 250', "1'250", '1.250.000', '1_250', '12,5', '5.'],
  'a unit': ['125ms', '2 min', '125 µs', '3 h', '2d', '1,5 s', '12 sec.', '7 分钟'],
  'a time of another form': ['12:75:00', '12:00', '1 24:00:00', '1:2:3', '1:02:60', '1:02:03:04'],
  text: ['0x10', '.5', 'null', 'N/A', '१२', '１２５', 'NaN', 'Infinity', 's', 'P1DT2H', '2 min 5 s'],
};

describe('cellNumber', () => {
  for (const [cell, count, seconds = count] of NUMBERS) {
    it(`reads ${JSON.stringify(cell)}`, () => {
      assert.equal(cellNumber(cell, 'count'), count);
      assert.equal(cellNumber(cell, 'seconds'), seconds);
    });
  }

  for (const [fault, cells] of Object.entries(FAULTS)) {
    it(`cannot read what has ${fault}, and says so`, () => {
      for (const cell of cells) {
        assert.equal(cellNumber(cell, 'count'), UNREADABLE, cell);
        assert.equal(cellNumber(cell, 'seconds'), UNREADABLE, cell);
        assert.equal(faultOf(` ${cell}`), fault, cell);
      }
    });
  }

  it('says of a number with too many digits, and of a long cell, what is wrong', () => {
    assert.equal(faultOf('18446744073709551615'), 'more than 15 digits');
    assert.equal(faultOf('1'.repeat(1_000_000)), 'more than 15 digits');
    assert.equal(faultOf(`${' '.repeat(99)}x`), 'text');
  });
});

/** What the kernel reads in a row, of both kinds. A second row, of no numbers, tells a missing number from 0. */
async function readInRow(
  cell: string,
  kernels: KernelPool,
): Promise<Readonly<Record<NumberKind, number>> & { readonly fault: string | undefined }> {
  const field = /[",\r\n]/u.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
  const file = `user,host,state,time,trx_lock_rows,id\na,b,c,${field},${field},\na,b,c,x,x,\n`;
  const tally = emptyTally();
  const { snapshot } = await readSnapshot(inChunks(file), SETTINGS, tally, undefined, kernels);
  const isUnreadable = (column: 'time' | 'trx_lock_rows') => tally.unreadable.get(column)?.cells === 2;
  return {
    count: isUnreadable('trx_lock_rows') ? UNREADABLE : (snapshot.transactionRowsLocked ?? MISSING),
    seconds: isUnreadable('time') ? UNREADABLE : (snapshot.times[0]?.totalSeconds ?? MISSING),
    fault: isUnreadable('time') ? tally.unreadable.get('time')?.fault : undefined,
  };
}

for (const { build, kernels } of KERNEL_BUILDS) {
  describe(`a number in a row, read by the kernel ${build}`, () => {
    it('is what it is in a text', async () => {
      for (const [cell, count, seconds = count] of NUMBERS) {
        const read = await readInRow(cell, kernels);
        assert.deepEqual([read.count, read.seconds], [count, seconds], cell);
      }
      for (const [fault, cells] of Object.entries(FAULTS)) {
        for (const cell of cells) {
          const expected = { count: UNREADABLE, seconds: UNREADABLE, fault };
          assert.deepEqual(await readInRow(cell, kernels), expected, cell);
        }
      }
    });

    it('is exact up to 15 digits, with and without a point among them', async () => {
      const digits = fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength: 17 });
      const decimal = fc
        .tuple(digits, fc.nat(17))
        .map(([text, point]) =>
          point < text.length ? `${text.slice(0, point)}.${text.slice(point)}` : text,
        );
      await fc.assert(
        fc.asyncProperty(decimal, async (cell) => {
          const { count, seconds } = await readInRow(cell, kernels);
          assert.deepEqual([count, seconds], [cellNumber(cell, 'count'), cellNumber(cell, 'seconds')], cell);
        }),
        { numRuns: 500 },
      );
    });

    it('is that of the text also among other signs', async () => {
      const piece = fc.oneof(
        fc.constantFrom(
          'NULL',
          '\\N',
          '.',
          ':',
          ' ',
          '-',
          ',',
          'e',
          's',
          '秒',
          '\u00a0',
          '05',
          '1 ',
          '"',
          '\n',
        ),
        fc.constantFrom('/', ';', '\u0000', '\u007f', '\u0080', '°'),
        fc.nat({ max: 9_999_999 }).map(String),
        fc.maxSafeNat().map(String),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(piece, { maxLength: 4 }), async (pieces) => {
          const cell = pieces.join('');
          const { count, seconds } = await readInRow(cell, kernels);
          assert.deepEqual([count, seconds], [cellNumber(cell, 'count'), cellNumber(cell, 'seconds')], cell);
        }),
        { numRuns: 1500 },
      );
    });
  });
}
