import assert from 'node:assert/strict';
import { LISTEN_ADDRESS, parseByteSize, parseDuration } from '../../src/config/kinds.js';

describe('parseDuration', () => {
  const right: Readonly<Record<string, number>> = {
    '0': 0,
    '0s': 0,
    '500ms': 500,
    '30s': 30_000,
    '5m': 300_000,
    '1h30m': 5_400_000,
    '1d': 86_400_000,
    '2w': 1_209_600_000,
    '1y': 31_536_000_000,
    '1y2w3d4h5m6s7ms': 31_536_000_000 + 1_209_600_000 + 259_200_000 + 14_706_007,
    '90s': 90_000,
  };
  for (const [text, milliseconds] of Object.entries(right)) {
    it(`reads ${text}`, () => assert.equal(parseDuration(text), milliseconds));
  }

  for (const text of [
    '',
    '1',
    '-1s',
    '+1s',
    '1.5s',
    '1s1h',
    '1s1s',
    '1 s',
    ' 1s',
    '1S',
    's',
    '1e3s',
    `${'9'.repeat(99)}s`,
  ]) {
    it(`refuses "${text}"`, () => assert.equal(parseDuration(text), undefined));
  }
});

describe('parseByteSize', () => {
  const right: Readonly<Record<string, number>> = {
    '0': 0,
    '1048576': 1_048_576,
    '64KiB': 65_536,
    '256MiB': 268_435_456,
    '1GiB': 1_073_741_824,
  };
  for (const [text, bytes] of Object.entries(right)) {
    it(`reads ${text}`, () => assert.equal(parseByteSize(text), bytes));
  }

  for (const text of ['', 'KiB', '1KB', '1kib', '1.5MiB', '-1', '1 MiB', '1e6', '0x10', '9'.repeat(30)]) {
    it(`refuses "${text}"`, () => assert.equal(parseByteSize(text), undefined));
  }
});

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
