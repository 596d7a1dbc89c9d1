// A reload with another directory, while records are put.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { nodeIdOf, sampleRecord } from '../sample-record.js';
import { newDirectory, openedStore, written } from './sample-store.js';

const BOUNDS = { maxRecords: 100, maxBytes: 1e9, maxAgeMs: 1e12 };

describe('RecordStore that moves', () => {
  let directory = '';
  let remove = (): void => {};
  beforeEach(() => {
    ({ directory, remove } = newDirectory());
  });
  afterEach(() => remove());

  it('keeps what is put while what lasts is read: an end stays an end', async () => {
    const { store } = await openedStore(directory);
    const [ended, other] = [1, 2].map((number) => sampleRecord({ nodeId: nodeIdOf(number) }));
    assert.ok(ended && other);
    store.put(ended);
    store.put(other);
    await written(directory, 2);
    await allWritten(store, [ended.id, other.id]);
    const second = path.join(directory, '../second');
    const moved = store.configure({ ...BOUNDS, directory: second });
    store.put({ ...ended, ended_at: ended.recorded_at });
    await moved;
    assert.equal((await store.get(ended.id))?.ended_at, ended.recorded_at);
    assert.deepEqual(await store.get(other.id), other);
    await store.close(10_000);
    const { store: next } = await openedStore(second);
    assert.equal((await next.get(ended.id))?.ended_at, ended.recorded_at);
    assert.deepEqual(await next.get(other.id), other);
  });

  it('writes where it is what was being written where it was', async () => {
    const { store } = await openedStore(directory);
    const [first, second] = [1, 2].map((number) => sampleRecord({ nodeId: nodeIdOf(number) }));
    assert.ok(first && second);
    store.put(first);
    await written(directory, 1);
    await allWritten(store, [first.id]);
    store.put(second);
    store.put({ ...first, ended_at: first.recorded_at });
    const elsewhere = path.join(directory, '../second');
    await store.configure({ ...BOUNDS, directory: elsewhere });
    await written(elsewhere, 2);
    assert.deepEqual(await store.get(second.id), second);
    await store.close(10_000);
  });
});

describe('RecordStore whose file is gone', () => {
  it('keeps the record that is put while the file is looked for', async () => {
    const { directory, remove } = newDirectory();
    const { store } = await openedStore(directory);
    const record = sampleRecord();
    store.put(record);
    await written(directory, 1);
    await allWritten(store, [record.id]);
    rmSync(path.join(directory, `${record.id}.json`));
    const got = store.get(record.id);
    const ended = { ...record, ended_at: record.recorded_at };
    store.put(ended);
    assert.equal(await got, undefined);
    assert.deepEqual(await store.get(record.id), ended);
    await store.close(10_000);
    remove();
  });
});

/** A record that is written is read from its file, which is another object each time. */
async function allWritten(
  store: { readonly get: (id: string) => Promise<unknown> },
  ids: readonly string[],
): Promise<void> {
  for (const id of ids) {
    assert.ok(await store.get(id));
  }
  // The entry is told of it right behind the file.
  await new Promise((resolve) => setImmediate(resolve));
}
