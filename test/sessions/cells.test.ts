import assert from 'node:assert/strict';
import { cellNumber, cellText, hostWithoutPort } from '../../src/sessions/cells.js';

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
