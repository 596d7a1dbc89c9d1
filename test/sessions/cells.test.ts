import assert from 'node:assert/strict';
import fc from 'fast-check';
import { cellText } from '../../src/sessions/cells.js';
import { KERNEL_BUILDS } from './kernel-builds.js';
import { snapshotOf } from './session-file.js';

describe('cellText', () => {
  it('trims blanks of every kind', () => {
    assert.equal(cellText(' \t\u00a0root\r\n\u3000'), 'root');
  });

  for (const written of ['', '  ', 'NULL', ' NULL ', '\\N']) {
    it(`takes ${JSON.stringify(written)} for NULL`, () => {
      assert.equal(cellText(written), undefined);
    });
  }

  for (const written of ['null', 'Null', '\\n', 'NULL 1', '0']) {
    it(`takes ${JSON.stringify(written)} for text`, () => {
      assert.equal(cellText(written), written);
    });
  }
});

const piece = fc.oneof(
  fc.constantFrom(
    'NULL',
    '\\N',
    'LOCK WAIT',
    'lock ',
    '.',
    '[',
    ']',
    ':',
    '::',
    ' ',
    '\u00a0',
    '\u3000',
    '\ufeff',
    'l',
    '"',
    ',',
  ),
  fc.constantFrom('h', 'h:5', '-', 'e', 'ı', '٣', '\u0085', '\u007f', 'LOCK WAıT'),
  fc.nat({ max: 9_999_999 }).map(String),
  fc.maxSafeNat().map(String),
);
const text = fc.array(piece, { maxLength: 4 }).map((pieces) => pieces.join(''));

for (const { build, kernels } of KERNEL_BUILDS) {
  describe(`a cell in a row, read by the kernel ${build}`, () => {
    it('says what its text says', async () => {
      const figuresOf = (column: string, cell: string) => {
        const file = `user,host,state,${column},db\na,b,c,"${cell.replaceAll('"', '""')}",d\n`;
        return snapshotOf(file, {}, undefined, kernels);
      };
      await fc.assert(
        fc.asyncProperty(text, async (cell) => {
          const { transactionsOpen } = await figuresOf('trx_id', cell);
          assert.equal(transactionsOpen, Number(cellText(cell) !== undefined), cell);
          const { lockWaiting } = await figuresOf('trx_state', cell);
          assert.equal(lockWaiting, Number(cellText(cell)?.toUpperCase() === 'LOCK WAIT'), cell);
        }),
        { numRuns: 1500 },
      );
    });
  });
}
