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
import { isExposed, isOfTheMachine, readBoundedFile, stampOf, utf8Text } from '../src/small-file.js';

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

describe('a small file', () => {
  let folder = '';
  let file = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'small-'));
    file = join(folder, 'a');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Whether its stamp is another after `change`. */
  const differs = (path: string, change: () => void): boolean => {
    const { text } = stampOf(path);
    change();
    return stampOf(path).text !== text;
  };

  it('keeps its stamp while it is read', () => {
    writeFileSync(file, 'text');
    assert.equal(
      differs(file, () => assert.equal(readBoundedFile(file, 100).bytes.toString(), 'text')),
      false,
    );
  });

  it('has another stamp once it has text of another length', () => {
    writeFileSync(file, 'text');
    assert.ok(differs(file, () => writeFileSync(file, 'longer text')));
  });

  it('has another stamp once a file was renamed into place that has the size and the time of the old one', () => {
    const other = join(folder, 'b');
    writeFileSync(file, 'old');
    writeFileSync(other, 'new');
    utimesSync(file, 1, 1);
    utimesSync(other, 1, 1);
    assert.ok(differs(file, () => renameSync(other, file)));
  });

  it('has another stamp once its folder was swapped through a symbolic link, as Kubernetes does', () => {
    for (const version of ['v1', 'v2']) {
      mkdirSync(join(folder, version));
      writeFileSync(join(folder, version, 'cert'), version);
    }
    symlinkSync('v1', join(folder, 'data'));
    const path = join(folder, 'data', 'cert');
    symlinkSync('v2', join(folder, 'next'));
    assert.ok(differs(path, () => renameSync(join(folder, 'next'), join(folder, 'data'))));
    assert.equal(readBoundedFile(path, 100).bytes.toString(), 'v2');
  });

  it('has another stamp once it appears or vanishes', () => {
    assert.equal(
      differs(file, () => {}),
      false,
    );
    assert.ok(differs(file, () => writeFileSync(file, 'text')));
    assert.ok(differs(file, () => rmSync(file)));
  });

  it('has another stamp once its permissions changed', () => {
    writeFileSync(file, 'text');
    chmodSync(file, 0o644);
    assert.equal(isExposed(readBoundedFile(file, 100).stats), true);
    assert.ok(differs(file, () => chmodSync(file, 0o600)));
    assert.equal(isExposed(readBoundedFile(file, 100).stats), false);
  });

  it('is not read where it is missing, large or no regular file', () => {
    const pipe = join(folder, 'pipe');
    writeFileSync(join(folder, 'large'), 'x'.repeat(101));
    execFileSync('mkfifo', [pipe]);
    for (const [path, message] of [
      [file, 'no such file'],
      [join(folder, 'large'), 'larger than 100 bytes'],
      [pipe, 'not a regular file: only --config.file takes a pipe, at the start'],
      [folder, 'not a regular file'],
      ['/dev/zero', 'not a regular file'],
    ] as const) {
      assert.throws(
        () => readBoundedFile(path, 100),
        (error: Error) => error.message === message && !isOfTheMachine(error),
      );
    }
  });

  it('may be read a moment later where the reason is none of those', () => {
    symlinkSync(file, file);
    assert.throws(
      () => readBoundedFile(file, 100),
      (error: Error) => error.message === 'ELOOP' && isOfTheMachine(error),
    );
  });
});

describe('utf8Text', () => {
  it('is the text, without a byte-order mark', () => {
    for (const text of ['', 'a', '订单\r\n𠮷\n', 'cafe\u0301 caf\u00e9', '\ufffd', 'a\n\n']) {
      assert.equal(utf8Text(Buffer.from(text)), text);
      assert.equal(utf8Text(Buffer.from(`\ufeff${text}`)), text);
    }
  });

  const refused = (bytes: Buffer, message: string) => assert.throws(() => utf8Text(bytes), { message });

  it('says on which line other bytes are', () => {
    const advice = 'save it as UTF-8, not as GBK, GB18030 or ANSI';
    const foreign = {
      GB18030: 'b6a9b5a5',
      'four bytes of GB18030': '95328236',
      'Shift JIS': '92c6',
      'Latin 1': '636166e9',
      'half a character': 'e8aea2e5',
      'a surrogate': 'eda080',
    };
    for (const [what, hex] of Object.entries(foreign)) {
      const bytes = Buffer.from(hex, 'hex');
      const good = Buffer.from('订单\n');
      refused(bytes, `not UTF-8 text (line 1): ${advice}`);
      refused(Buffer.concat([good, Buffer.from('\r\n'), bytes]), `not UTF-8 text (line 3): ${advice}`);
      assert.throws(() => utf8Text(Buffer.concat([good, bytes, Buffer.from('\n'), good])), /line 2/u, what);
    }
  });

  it('knows UTF-16 with a byte-order mark and without', () => {
    const text = Buffer.from('a: 订单\n', 'utf16le');
    const marked = Buffer.from('\ufeffa: 订单\n', 'utf16le');
    const ofMark = 'it starts with the byte-order mark of UTF-16: save it as UTF-8';
    refused(marked, ofMark);
    refused(Buffer.from(marked).swap16(), ofMark);
    refused(text, 'it has a NUL byte, as UTF-16 text has: save it as UTF-8');
    refused(Buffer.from(text).swap16(), 'it has a NUL byte, as UTF-16 text has: save it as UTF-8');
  });
});
