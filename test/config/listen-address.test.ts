import assert from 'node:assert/strict';
import { LISTEN_ADDRESS } from '../../src/config/kinds.js';

describe('LISTEN_ADDRESS', () => {
  for (const [text, host, port] of [
    [':10104', undefined, 10_104],
    ['127.0.0.1:0', '127.0.0.1', 0],
    ['localhost:65535', 'localhost', 65_535],
    ['[::1]:9', '::1', 9],
    ['[::]:9', '::', 9],
  ] as const) {
    it(`reads ${text}`, () => {
      assert.deepEqual(LISTEN_ADDRESS.parse(text), { host, port });
    });
  }

  for (const text of [
    '',
    '10104',
    ':',
    ':65536',
    ':-1',
    ':1e3',
    '::1:9',
    '[::1]',
    '[]:9',
    'host:9/',
    'http://a:9',
    '\n:9',
  ]) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.equal(LISTEN_ADDRESS.parse(text), undefined);
    });
  }
});
