import assert from 'node:assert/strict';
import { parseDuration } from '../../src/config/kinds.js';

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
