import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WatchedFiles } from '../../../src/web/access/watched-files.js';

describe('WatchedFiles', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'watched-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('has not changed while it holds no file', () => {
    assert.equal(new WatchedFiles().changed(), false);
  });

  it('has changed when one of its files has', () => {
    const [a, b] = [join(folder, 'a'), join(folder, 'b')];
    writeFileSync(a, 'text');
    writeFileSync(b, 'text');
    const files = new WatchedFiles();
    assert.deepEqual([files.read(a), files.read(b)], ['text', 'text']);
    assert.equal(files.changed(), false);
    writeFileSync(b, 'longer text');
    assert.equal(files.changed(), true);
    assert.equal(files.read(b), 'longer text');
    assert.equal(files.changed(), false);
  });

  it('tells the reason, without the path, when it cannot read, and watches it all the same', () => {
    const file = join(folder, 'missing');
    const files = new WatchedFiles();
    assert.throws(() => files.read(file), { message: 'cannot be read: no such file' });
    assert.equal(files.changed(), false);
    writeFileSync(file, 'text');
    assert.equal(files.changed(), true);
  });

  it('knows which of its files others may read', () => {
    const [open, closed] = [join(folder, 'open'), join(folder, 'closed')];
    writeFileSync(open, '');
    writeFileSync(closed, '');
    chmodSync(open, 0o604);
    chmodSync(closed, 0o600);
    const files = new WatchedFiles();
    files.read(open);
    files.read(closed);
    assert.deepEqual([files.isExposed(open), files.isExposed(closed)], [true, false]);
  });
});
