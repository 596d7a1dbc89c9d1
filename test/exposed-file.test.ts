import assert from 'node:assert/strict';
import { isExposed } from '../src/exposed-file.js';

const OURS = process.getuid?.() ?? 0;
const ANOTHERS = OURS + 1;

describe('isExposed', () => {
  const cases: readonly (readonly [string, number, number, boolean])[] = [
    ['our own', 0o100600, OURS, false],
    ['our own, which the group may read', 0o100640, OURS, true],
    ['our own, which all may read', 0o100604, OURS, true],
    ["another user's, which our group may read", 0o100440, ANOTHERS, false],
    ["another user's, which all may read", 0o100444, ANOTHERS, true],
  ];
  for (const [file, mode, uid, expected] of cases) {
    it(`is ${expected} of a file that is ${file}`, () => {
      assert.equal(isExposed({ mode, uid }), expected);
    });
  }
});
