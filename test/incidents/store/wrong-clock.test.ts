// A wall clock that is set, to the wrong time perhaps: nothing that is young goes for it.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { eventually } from '../../support/program.js';
import { nodeIdOf, sampleRecord } from '../sample-record.js';
import { newDirectory, openedStore } from './sample-store.js';

const DAY = 86_400_000;
const HOUR = 3_600_000;

describe('RecordStore and a clock that is set', () => {
  let directory = '';
  let remove = (): void => {};
  beforeEach(() => {
    ({ directory, remove } = newDirectory());
  });
  afterEach(() => remove());

  const ended = { ...sampleRecord(), ended_at: sampleRecord().recorded_at };
  const file = () => path.join(directory, `${ended.id}.json`);
  const state = (nodeId: string) => path.join(directory, 'state', `${nodeId}.json`);

  for (const days of [1_000, -1_000]) {
    it(`keeps records when it is ${days} days off for a minute, and lets age take them an hour later`, async () => {
      const { store, clock } = await openedStore(directory);
      store.put(ended);
      await eventually(() => existsSync(file()) || undefined, 'a record');
      const look = async () => {
        await clock.advance(60_000);
        store.saveNode(nodeIdOf(1), {});
        return store.list().length;
      };
      assert.equal(await look(), 1);
      clock.jump(days * DAY);
      assert.equal(await look(), 1);
      assert.equal(await look(), 1);
      clock.jump(-days * DAY);
      assert.equal(await look(), 1);
      // This one stays so.
      clock.jump(31 * DAY);
      assert.equal(await look(), 1);
      await clock.advance(HOUR - 60_000);
      store.saveNode(nodeIdOf(1), {});
      assert.equal(store.list().length, 1);
      assert.equal(await look(), 0);
      await eventually(() => !existsSync(file()) || undefined, 'no record');
      await store.close(1_000);
    });
  }

  it('keeps what is usual for nodes', async () => {
    const { store, clock } = await openedStore(directory);
    const [gone, last] = [nodeIdOf(1), nodeIdOf(2)];
    store.saveNode(gone, 1);
    await eventually(() => existsSync(state(gone)) || undefined, 'a state');
    await clock.advance(DAY);
    clock.jump(1_000 * DAY);
    // The daily look at all of them comes with the next one that is written.
    store.saveNode(last, 2);
    await eventually(() => existsSync(state(last)) || undefined, 'another state');
    await clock.advance(10 * 60_000);
    store.saveNode(last, 3);
    await eventually(() => readFileSync(state(last), 'utf8') === '3' || undefined, 'the newest');
    assert.deepEqual(readdirSync(path.join(directory, 'state')).length, 2);
    await store.close(1_000);
  });
});
