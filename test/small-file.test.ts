import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FollowedFile, isExposed } from '../src/small-file.js';

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

describe('a small file that is followed', () => {
  let folder = '';
  let file = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'followed-'));
    file = join(folder, 'a');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  describe('FollowedFile', () => {
    const followed = (path: string) => {
      const one = new FollowedFile(path, 100);
      try {
        one.read();
      } catch {
        // It is followed all the same.
      }
      return one;
    };

    it('sees no change where there is none', () => {
      writeFileSync(file, 'text');
      const one = new FollowedFile(file, 100);
      assert.equal(one.changed(), true, 'never read');
      assert.equal(one.read().toString(), 'text');
      assert.equal(one.changed(), false);
    });

    it('sees new text of another length', () => {
      writeFileSync(file, 'text');
      const one = followed(file);
      writeFileSync(file, 'longer text');
      assert.equal(one.changed(), true);
    });

    it('sees a file renamed into place that has the size and the time of the old one', () => {
      const other = join(folder, 'b');
      writeFileSync(file, 'old');
      writeFileSync(other, 'new');
      utimesSync(file, 1, 1);
      utimesSync(other, 1, 1);
      const one = followed(file);
      renameSync(other, file);
      assert.equal(one.changed(), true);
    });

    it('sees a folder swapped through its symbolic link, as Kubernetes does', () => {
      for (const version of ['v1', 'v2']) {
        mkdirSync(join(folder, version));
        writeFileSync(join(folder, version, 'cert'), version);
      }
      symlinkSync('v1', join(folder, 'data'));
      const one = followed(join(folder, 'data', 'cert'));
      symlinkSync('v2', join(folder, 'next'));
      renameSync(join(folder, 'next'), join(folder, 'data'));
      assert.equal(one.changed(), true);
      assert.equal(one.read().toString(), 'v2');
    });

    it('sees a missing file appear and a file vanish', () => {
      const before = followed(file);
      assert.equal(before.changed(), false);
      writeFileSync(file, 'text');
      assert.equal(before.changed(), true);
      const after = followed(file);
      rmSync(file);
      assert.equal(after.changed(), true);
    });

    it('sees permissions change, which are those of the last reading', () => {
      writeFileSync(file, 'text');
      chmodSync(file, 0o644);
      const one = followed(file);
      assert.equal(one.isExposed, true);
      chmodSync(file, 0o600);
      assert.equal(one.changed(), true);
      one.read();
      assert.equal(one.isExposed, false);
    });

    it('reads nothing that is missing, large or no regular file', () => {
      const pipe = join(folder, 'pipe');
      writeFileSync(join(folder, 'large'), 'x'.repeat(101));
      execFileSync('mkfifo', [pipe]);
      for (const [path, message] of [
        [file, 'no such file'],
        [join(folder, 'large'), 'larger than 100 bytes'],
        [pipe, 'not a regular file'],
        [folder, 'not a regular file'],
        ['/dev/zero', 'not a regular file'],
      ] as const) {
        const one = new FollowedFile(path, 100);
        assert.throws(() => one.read(), { message });
        assert.equal(one.changed(), false);
      }
    });

    it('may be read a moment later where the reason is none of those', () => {
      symlinkSync(file, file);
      const one = new FollowedFile(file, 100);
      assert.throws(() => one.read(), { message: 'ELOOP' });
      assert.equal(one.changed(), true);
    });
  });
});
