import assert from 'node:assert/strict';
import { ConcurrencyLimit } from '../../src/schedule/concurrency-limit.js';
import { settle } from '../support/fake-clock.js';

describe('ConcurrencyLimit', () => {
  let limit: ConcurrencyLimit;
  let started: string[];
  let finish: Map<string, () => void>;

  beforeEach(() => {
    limit = new ConcurrencyLimit(2);
    started = [];
    finish = new Map();
  });

  function enqueue(name: string): () => void {
    return limit.enqueue(() => {
      started.push(name);
      return new Promise((resolve) => finish.set(name, resolve));
    });
  }

  async function end(name: string): Promise<void> {
    finish.get(name)?.();
    await settle();
  }

  it('runs as many as there are slots, the others in their order', async () => {
    for (const name of ['a', 'b', 'c', 'd']) {
      enqueue(name);
    }
    assert.deepEqual(started, ['a', 'b']);
    await end('b');
    assert.deepEqual(started, ['a', 'b', 'c']);
    await end('a');
    assert.deepEqual(started, ['a', 'b', 'c', 'd']);
  });

  it('forgets what leaves the queue, and leaves alone what runs', async () => {
    enqueue('a');
    const leaveB = enqueue('b');
    const leaveC = enqueue('c');
    enqueue('d');
    leaveB();
    leaveC();
    await end('a');
    assert.deepEqual(started, ['a', 'b', 'd']);
  });

  it('fills new slots at once', () => {
    for (const name of ['a', 'b', 'c', 'd']) {
      enqueue(name);
    }
    limit.resize(3);
    assert.deepEqual(started, ['a', 'b', 'c']);
  });

  it('lets what runs go on when there are fewer slots', async () => {
    for (const name of ['a', 'b', 'c']) {
      enqueue(name);
    }
    limit.resize(1);
    await end('a');
    assert.deepEqual(started, ['a', 'b']);
    await end('b');
    assert.deepEqual(started, ['a', 'b', 'c']);
  });

  it('is idle when the last of the queue has ended', async () => {
    let idle = false;
    for (const name of ['a', 'b', 'c']) {
      enqueue(name);
    }
    const waiting = limit.idle().then(() => {
      idle = true;
    });
    await end('a');
    await end('b');
    assert.equal(idle, false);
    await end('c');
    await waiting;
    assert.equal(idle, true);
  });

  it('is idle at once when nothing runs', async () => {
    await limit.idle();
  });
});
