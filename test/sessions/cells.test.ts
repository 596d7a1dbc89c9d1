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

describe('cellNumber', () => {
  const numbers: readonly (readonly [string, number])[] = [
    ['0', 0],
    [' 12 ', 12],
    ['007', 7],
    ['1.50', 1.5],
    ['999999999999999', 999_999_999_999_999],
  ];
  for (const [written, number] of numbers) {
    it(`reads ${JSON.stringify(written)}`, () => {
      assert.equal(cellNumber(written), number);
    });
  }

  const others = [
    '',
    ' ',
    'NULL',
    '-1',
    '+1',
    '1e9',
    '0x10',
    '1,234',
    '.5',
    '5.',
    '1 2',
    'NaN',
    'Infinity',
    '१',
  ];
  for (const written of [...others, '1000000000000000', '18446744073709551615']) {
    it(`takes ${JSON.stringify(written)} for missing`, () => {
      assert.equal(cellNumber(written), undefined);
    });
  }
});

describe('hostWithoutPort', () => {
  const hosts: readonly (readonly [string, string])[] = [
    ['10.0.0.1:5000', '10.0.0.1'],
    ['10.0.0.1', '10.0.0.1'],
    ['localhost', 'localhost'],
    ['db-1.internal:33060', 'db-1.internal'],
    ['[2001:db8::1]:5000', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['::1', '::1'],
    ['2001:db8::1:5000', '2001:db8::1:5000'],
    ['2001:db8::1:54321', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1%eth0'],
    ['fe80::1%eth0:54321', 'fe80::1%eth0'],
    ['2001:db8::12345a', '2001:db8::12345a'],
    ['host:name', 'host:name'],
    ['host:123456', 'host:123456'],
    ['host:', 'host:'],
    ['[broken:1', '[broken:1'],
    ['[::1]x', '[::1]x'],
    ['%', '%'],
    [':5000', ''],
  ];
  for (const [host, expected] of hosts) {
    it(`makes "${expected}" of "${host}"`, () => {
      assert.equal(hostWithoutPort(host), expected);
    });
  }
});

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
