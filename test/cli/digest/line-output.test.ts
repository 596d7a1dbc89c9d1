import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { LineOutput } from '../../../src/cli/digest/line-output.js';

describe('LineOutput', () => {
  it('writes all lines in their order, also more than its buffer holds', async () => {
    const written: string[] = [];
    const stream = new Writable({
      write: (chunk: Buffer, _, done) => {
        written.push(chunk.toString());
        setImmediate(done);
      },
    });
    const output = new LineOutput(stream);
    const lines = Array.from({ length: 30_000 }, (_, index) => `${'x'.repeat(index % 80)} ${index}\n`);
    for (const [index, line] of lines.entries()) {
      output.add(Buffer.from(line));
      if (index === 10) {
        await output.flush();
        assert.equal(written.join(''), lines.slice(0, 11).join(''));
      }
    }
    await output.flush();
    await output.flush();
    assert.equal(written.join(''), lines.join(''));
    assert.ok(written.length < 10, `${written.length} writes`);
  });

  it('waits for a slow reader', async () => {
    const waiting: (() => void)[] = [];
    const stream = new Writable({ write: (_, __, done) => waiting.push(done) });
    const output = new LineOutput(stream);
    output.add(Buffer.from('a\n'));
    let isFlushed = false;
    const flushed = output.flush().then(() => {
      isFlushed = true;
    });
    await nextTurn();
    assert.deepEqual([waiting.length, isFlushed], [1, false]);
    waiting[0]?.();
    await flushed;
  });
});
