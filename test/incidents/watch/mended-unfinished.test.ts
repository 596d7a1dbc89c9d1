// Records that lasted when the process before ended.
import assert from 'node:assert/strict';
import { sampleNode } from '../../collect/sample-node.js';
import { eventually } from '../../support/program.js';
import { nodeIdOf, SAMPLE_START, sampleRecord } from '../sample-record.js';
import { newDirectory, openedStore } from '../store/sample-store.js';
import { WatchedFleet, YOUNG } from './watched-fleet.js';
import { NODE } from './watched-node.js';

const MINUTE = 60_000;
const GONE = nodeIdOf(7);

describe('records that nobody has ended', () => {
  let directory = '';
  let remove = (): void => {};
  const own = sampleRecord({ nodeId: NODE.nodeId, startMs: SAMPLE_START });
  const older = sampleRecord({ nodeId: NODE.nodeId, startMs: SAMPLE_START - 20 * MINUTE });
  const ofGone = sampleRecord({ nodeId: GONE, startMs: SAMPLE_START });

  beforeEach(async () => {
    ({ directory, remove } = newDirectory());
    const { store } = await openedStore(directory);
    for (const record of [own, older, ofGone]) {
      store.put(record);
    }
    await store.close(10_000);
  });
  afterEach(() => remove());

  const ends = ({ incidents }: WatchedFleet) =>
    Object.fromEntries(incidents.list().map(({ id, ended_at }) => [id, ended_at]));

  it('go on where their node is watched, end where a newer one does, and wait while not all nodes are known', async () => {
    const fleet = await new WatchedFleet(directory).open();
    const expected = { [own.id]: null, [older.id]: older.recorded_at, [ofGone.id]: null };
    assert.deepEqual(ends(fleet), expected);
    assert.equal(fleet.status()?.active?.id, own.id);
    fleet.incidents.setNodes([NODE, sampleNode({ nodeId: GONE })]);
    assert.equal(fleet.statuses.get(GONE)?.active?.id, ofGone.id);
    await fleet.incidents.close(10_000);
    const { store } = await openedStore(directory);
    assert.equal((await store.get(older.id))?.ended_at, older.recorded_at);
  });

  for (const when of ['before', 'after'] as const) {
    it(`end where their node is gone, which is known ${when} the records are read`, async () => {
      const fleet = new WatchedFleet(directory);
      fleet.incidents.setComplete(when === 'before');
      await fleet.open();
      fleet.collect(NODE, YOUNG);
      fleet.incidents.setComplete(true);
      await eventually(() => ends(fleet)[ofGone.id] ?? undefined, 'the end');
      const expected = { [own.id]: null, [older.id]: older.recorded_at, [ofGone.id]: ofGone.recorded_at };
      assert.deepEqual(ends(fleet), expected);
      fleet.incidents.setNodes([NODE, sampleNode({ nodeId: GONE })]);
      assert.equal(fleet.statuses.get(GONE)?.active, undefined);
      await fleet.incidents.close(10_000);
    });
  }

  it('are left to the process that collects such nodes', async () => {
    const isOurs = (nodeId: string) => nodeId === NODE.nodeId;
    const fleet = new WatchedFleet(directory, { isOurs });
    fleet.incidents.setComplete(true);
    await fleet.open();
    assert.deepEqual(ends(fleet), { [own.id]: null, [older.id]: older.recorded_at, [ofGone.id]: null });
    await fleet.incidents.close(10_000);
  });
});
