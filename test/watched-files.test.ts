import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WatchedFiles } from '../src/small-file.js';

describe('WatchedFiles', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'watched-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const watched = (file: string) => {
    const files = new WatchedFiles();
    try {
      files.read(file);
    } catch {
      // The file is watched all the same.
    }
    return files;
  };

  it('sees no change where there is none', () => {
    const file = join(folder, 'a');
    writeFileSync(file, 'text');
    const files = new WatchedFiles();
    assert.equal(files.read(file), 'text');
    assert.equal(files.changed(), false);
    assert.equal(new WatchedFiles().changed(), false);
  });

  it('sees new text of another length', () => {
    const file = join(folder, 'a');
    writeFileSync(file, 'text');
    const files = watched(file);
    writeFileSync(file, 'longer text');
    assert.equal(files.changed(), true);
  });

  it('sees a file renamed into place that has the size and the time of the old one', () => {
    const [file, other] = [join(folder, 'a'), join(folder, 'b')];
    writeFileSync(file, 'old');
    writeFileSync(other, 'new');
    utimesSync(file, 1, 1);
    utimesSync(other, 1, 1);
    const files = watched(file);
    renameSync(other, file);
    assert.equal(files.changed(), true);
  });

  it('sees a folder swapped through its symbolic link, as Kubernetes does', () => {
    for (const version of ['v1', 'v2']) {
      mkdirSync(join(folder, version));
      writeFileSync(join(folder, version, 'cert'), version);
    }
    symlinkSync('v1', join(folder, 'data'));
    const files = watched(join(folder, 'data', 'cert'));
    symlinkSync('v2', join(folder, 'next'));
    renameSync(join(folder, 'next'), join(folder, 'data'));
    assert.equal(files.changed(), true);
    assert.equal(files.read(join(folder, 'data', 'cert')), 'v2');
  });

  it('sees a missing file appear and a file vanish', () => {
    const file = join(folder, 'a');
    const before = watched(file);
    assert.equal(before.changed(), false);
    writeFileSync(file, 'text');
    assert.equal(before.changed(), true);
    const after = watched(file);
    rmSync(file);
    assert.equal(after.changed(), true);
  });

  it('names the file and the reason when it cannot read', () => {
    const file = join(folder, 'missing');
    assert.throws(() => new WatchedFiles().read(file), { message: `cannot read "${file}": got ENOENT` });
  });

  it('reads nothing that is large or no regular file', () => {
    const [large, pipe] = [join(folder, 'large'), join(folder, 'pipe')];
    writeFileSync(large, '');
    truncateSync(large, 2 ** 20 + 1);
    execFileSync('mkfifo', [pipe]);
    for (const file of [large, pipe, folder, '/dev/zero']) {
      const message = `cannot read "${file}": expected a regular file of at most 1048576 bytes`;
      assert.throws(() => new WatchedFiles().read(file), { message });
    }
  });
});
