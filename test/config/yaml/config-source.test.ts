import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';
import path from 'node:path';
import { openSource } from '../../../src/config/yaml/config-source.js';
import { FakeClock } from '../../support/fake-clock.js';
import { ConfigFolder } from '../config-folder.js';

describe('openSource', () => {
  const folder = new ConfigFolder();
  let writer: number | undefined;
  after(() => {
    if (writer !== undefined) {
      closeSync(writer);
    }
    folder.remove();
  });
  const clock = new FakeClock();
  const open = (file: string) => openSource(file, { clock, onTerminal: () => assert.fail('no terminal') });

  it('reads a file anew each time', async () => {
    const file = folder.write('config.yaml', 'a: 1', 0o644);
    const source = await open(file);
    assert.deepEqual(source.read(), { text: 'a: 1', isExposed: true });
    folder.write('config.yaml', 'a: 2');
    assert.deepEqual(source.read(), { text: 'a: 2', isExposed: false });
    assert.deepEqual([source.name, source.directory], [file, folder.path]);
  });

  it('gives up a pipe that nobody closes', async () => {
    const pipe = path.join(folder.path, 'pipe');
    execFileSync('mkfifo', [pipe]);
    // For reading, too, so that the opening need not wait.
    writer = openSync(pipe, 'r+');
    writeSync(writer, 'a: 1');
    const opening = open(pipe);
    assert.deepEqual(clock.remaining, [30_000]);
    await clock.advance(30_000);
    const source = await opening;
    assert.throws(() => source.read(), { message: 'it did not end within 30 s' });
    assert.throws(() => source.read(), /can be read once/u);
  });

  it('leaves what is no file and no pipe to its reader', async () => {
    for (const [name, reason] of [
      ['/dev/null', 'not a regular file'],
      [folder.path, 'not a regular file'],
      [path.join(folder.path, 'nothing'), 'no such file'],
      ['/dev/fd/987', 'no such file'],
    ] as const) {
      const source = await open(name);
      assert.throws(() => source.read(), { message: reason });
    }
  });
});
