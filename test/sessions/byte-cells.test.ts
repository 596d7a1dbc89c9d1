import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  ASK_THE_TEXT,
  cellNumber,
  cellText,
  endWithoutPort,
  hostWithoutPort,
  isLockWait,
  isSaid,
  numberIn,
} from '../../src/sessions/cells.js';

/** Reads a text that stands in the middle of others, as a field does. */
function read<T>(text: string, reader: (bytes: Buffer, start: number, end: number) => T): T {
  const bytes = Buffer.from(text);
  return reader(Buffer.concat([Buffer.from('12:'), bytes, Buffer.from('34:5')]), 3, 3 + bytes.length);
}

function withoutPort(host: string): string | typeof ASK_THE_TEXT {
  const end = read(host, endWithoutPort);
  return end === ASK_THE_TEXT ? end : Buffer.from(host).toString('utf8', 0, end - 3);
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
        assert.equal(read(cell, numberIn), cellNumber(cell) ?? Number.NaN);
        assert.equal(read(cell, isSaid), cellText(cell) !== undefined);
        assert.equal(read(cell, isLockWait), cellText(cell)?.toUpperCase() === 'LOCK WAIT');
        const host = withoutPort(cell);
        if (host !== ASK_THE_TEXT) {
          assert.equal(cellText(host), cellText(hostWithoutPort(cell.trim())));
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('tell most hosts from their ports without the text', () => {
    const hosts: Readonly<Record<string, string>> = {
      '10.0.0.1:5000': '10.0.0.1',
      'db-1.internal:33060': 'db-1.internal',
      localhost: 'localhost',
      '2001:db8::1:54321': '2001:db8::1',
      '2001:db8::1:5432': '2001:db8::1:5432',
      '': '',
    };
    for (const [host, expected] of Object.entries(hosts)) {
      assert.equal(withoutPort(host), expected);
    }
  });
});
