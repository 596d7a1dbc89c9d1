import assert from 'node:assert/strict';
import { parseByteSize } from '../../src/config/kinds.js';

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
