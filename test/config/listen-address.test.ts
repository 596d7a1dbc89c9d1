import assert from 'node:assert/strict';
import { parseListenAddress } from '../../src/config/kinds.js';

describe('parseListenAddress', () => {
  for (const [text, host, port] of [
    [':10104', undefined, 10_104],
    ['127.0.0.1:0', '127.0.0.1', 0],
    ['localhost:65535', 'localhost', 65_535],
    ['[::1]:9', '::1', 9],
    ['[::]:9', '::', 9],
  ] as const) {
    it(`reads ${text}`, () => {
      assert.deepEqual(parseListenAddress(text), { host, port });
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
      assert.throws(() => parseListenAddress(text), {
        message: `listen address: got ${JSON.stringify(text)}, expected host:port, [host]:port or :port`,
      });
    });
  }
});
