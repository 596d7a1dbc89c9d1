// A process that is killed while it writes leaves whole records, whatever byte it was at.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { isWhole, nodeIdOf } from '../sample-record.js';
import { newDirectory, openedStore } from './sample-store.js';

const KILLS = 200;
const LONGEST_MS = 100;
// The files are of now, which is not when the store that looks at them lives.
const ANY_AGE = { maxAgeMs: 1e15 };

describe('RecordStore of a process that is killed', () => {
  it(`has whole records alone, ${KILLS} times`, async function () {
    this.timeout(300_000);
    const { directory, remove } = newDirectory();
    try {
      // Not through a loader: it takes ten times as long to start.
      const writer = path.join(directory, '../writer.mjs');
      await build({
        entryPoints: [path.join(import.meta.dirname, 'endless-writer.ts')],
        outfile: writer,
        bundle: true,
        platform: 'node',
        format: 'esm',
        logLevel: 'warning',
      });
      mkdirSync(directory, { mode: 0o700 });
      let [records, cutOff, states] = [0, 0, 0];
      for (let kill = 0; kill < KILLS; kill++) {
        await writeAndKill(writer, directory, Math.random() * LONGEST_MS);
        cutOff += readdirSync(directory).filter((name) => name.endsWith('.tmp')).length;
        const { store, errors, log } = await openedStore(directory, ANY_AGE);
        assert.deepEqual([errors(), log.lines], [0, []]);
        for (const { id } of store.list()) {
          const record = await store.get(id);
          assert.ok(record !== undefined && isWhole(record), id);
        }
        assert.deepEqual(
          readdirSync(directory).filter((name) => !name.endsWith('.json') && name !== 'state'),
          [],
        );
        records += store.list().length;
        for (let node = 0; node < 7; node++) {
          const state = store.loadNode(nodeIdOf(node));
          if (state !== undefined) {
            const { version, levels } = state as { version: number; levels: number[] };
            assert.ok(levels.length === 1_000 && levels.every((level) => level === version));
            states += 1;
          }
        }
      }
      // There was something to find, and something cut off: how much, a busy machine decides.
      assert.ok(records > 0 && states > 0 && cutOff > 0, `${records} ${states} ${cutOff}`);
    } finally {
      remove();
    }
  });
});

/** Kills it so long after it has begun. */
async function writeAndKill(writer: string, directory: string, afterMs: number): Promise<void> {
  const child = spawn(process.execPath, [writer, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  await Promise.race([once(child.stdout, 'data'), ended]);
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  child.kill('SIGKILL');
  const [code] = await ended;
  assert.equal(code, null, 'it ended by itself');
}
