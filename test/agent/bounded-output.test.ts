// The log of a process whose standard error is not read.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Writable } from 'node:stream';
import { openLog } from '../../src/agent/open-log.js';
import { settle } from '../support/fake-clock.js';

const MIB = 1024 * 1024;

describe('openLog', () => {
  it('keeps 4 MiB for a reader that stalls, and tells it what it missed', async () => {
    let text = '';
    let read = (): void => {};
    const stream = new Writable({
      write: (chunk, _encoding, done) => {
        text += String(chunk);
        read = done;
      },
    });
    const { log } = openLog({ level: 'info', format: 'json' }, stream);
    const error = 'x'.repeat(900);
    const LINES = 10_000;
    for (let line = 0; line < LINES; line += 1) {
      log.info('tick', { error, nodes: line });
    }
    assert.ok(stream.writableLength > 3.9 * MIB && stream.writableLength <= 4 * MIB);
    const drained = once(stream, 'drain');
    while (stream.writableNeedDrain) {
      read();
      await settle();
    }
    await drained;
    log.info('tick', { nodes: LINES });
    read();
    await settle();
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const kept = lines.slice(0, -2);
    assert.deepEqual(
      kept.map(({ nodes }) => nodes),
      kept.map((_, index) => index),
    );
    const [lost, after] = lines.slice(-2);
    assert.deepEqual([lost.level, lost.lines], ['warn', LINES - kept.length]);
    assert.equal(after.nodes, LINES);
  });
});
