import assert from 'node:assert/strict';
import { WriteQueue } from '../../../src/incidents/store/write-queue.js';
import { FakeClock, settle } from '../../support/fake-clock.js';

describe('WriteQueue', () => {
  for (const outcome of [true, false]) {
    it(`begins nothing after its end, where what was under way then ${outcome ? 'succeeds' : 'fails'}`, async () => {
      const clock = new FakeClock();
      const begun: string[] = [];
      let end = (_isDone: boolean): void => {};
      const queue = new WriteQueue(clock, (key) => {
        begun.push(key);
        return new Promise((resolve) => {
          end = resolve;
        });
      });
      queue.add('a');
      queue.add('b');
      await queue.close(0);
      queue.add('c');
      end(outcome);
      await settle();
      end(true);
      await settle();
      assert.deepEqual(begun, ['a']);
    });
  }

  it('tries each once more at its end', async () => {
    const clock = new FakeClock();
    const tried: string[] = [];
    const queue = new WriteQueue(clock, async (key) => {
      tried.push(key);
      return tried.length > 1;
    });
    queue.add('a');
    await settle();
    queue.add('b');
    await queue.close(1_000);
    assert.deepEqual(tried, ['a', 'a', 'b']);
  });
});
