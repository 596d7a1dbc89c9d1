import assert from 'node:assert/strict';
import { isExposed } from '../src/small-file.js';

const ROOT = 0;
const AGENT = 1000;
const ANOTHER = 1001;

describe('isExposed', () => {
  const cases: readonly (readonly [
    file: string,
    mode: number,
    owner: number,
    reader: number,
    expected: boolean,
  ])[] = [
    ['our own', 0o100600, AGENT, AGENT, false],
    ['our own, which the group may read', 0o100640, AGENT, AGENT, true],
    ['our own, which all may read', 0o100604, AGENT, AGENT, true],
    ["another's, which our group may read", 0o100440, ANOTHER, AGENT, false],
    ["another's, which all may read", 0o100444, ANOTHER, AGENT, true],
    ["another's, which a group may read, when we are root", 0o100440, ANOTHER, ROOT, true],
    ["another's alone, when we are root", 0o100400, ANOTHER, ROOT, false],
  ];
  for (const [file, mode, uid, reader, expected] of cases) {
    it(`is ${expected} of a file that is ${file}`, () => {
      assert.equal(isExposed({ mode, uid }, reader), expected);
    });
  }
});
