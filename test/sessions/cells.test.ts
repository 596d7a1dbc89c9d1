import assert from 'node:assert/strict';
import fc from 'fast-check';
import { cellText, isLockWait, isSaid } from '../../src/sessions/cells.js';

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

/** Reads a text that stands in the middle of others, as a field does. */
function read<T>(text: string, reader: (bytes: Buffer, start: number, end: number) => T): T {
  const bytes = Buffer.from(text);
  return reader(Buffer.concat([Buffer.from('12:'), bytes, Buffer.from('34:5')]), 3, 3 + bytes.length);
}

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
  ),
  fc.constantFrom('h', 'h:5', '-', 'e', 'ı', '٣', '\u0085', '\u007f', 'LOCK WAıT'),
  fc.nat({ max: 9_999_999 }).map(String),
  fc.maxSafeNat().map(String),
);
const text = fc.array(piece, { maxLength: 4 }).map((pieces) => pieces.join(''));

describe('the bytes of a cell', () => {
  it('say what the text says', () => {
    fc.assert(
      fc.property(text, (cell) => {
        assert.equal(read(cell, isSaid), cellText(cell) !== undefined);
        assert.equal(read(cell, isLockWait), cellText(cell)?.toUpperCase() === 'LOCK WAIT');
      }),
      { numRuns: 3000 },
    );
  });
});
