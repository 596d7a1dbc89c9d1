// Reloads of where records are kept, and of whether incidents are looked for.
import assert from 'node:assert/strict';
import path from 'node:path';
import { sampleNode } from '../../collect/sample-node.js';
import { nodeIdOf, sampleRecord } from '../sample-record.js';
import { newDirectory, openedStore, written } from '../store/sample-store.js';
import { OLD, WatchedFleet, YOUNG } from './watched-fleet.js';
import { MINUTE_MS, NODE, START } from './watched-node.js';

const OTHER = sampleNode({ nodeId: nodeIdOf(7) });

describe('incidents and a reload', () => {
  let directory = '';
  let other = '';
  let remove = (): void => {};
  beforeEach(() => {
    ({ directory, remove } = newDirectory());
    other = path.join(directory, '../other');
  });
  afterEach(() => remove());

  async function moveTo(fleet: WatchedFleet, to: string): Promise<void> {
    fleet.incidents.configure(fleet.settings({ store: { directory: to } }));
    await fleet.incidents.open();
  }

  it('ends what still lasts in a directory that is there again, and begins nothing', async () => {
    const fleet = (await new WatchedFleet(directory).open()).learn();
    fleet.collect(NODE, OLD);
    const id = fleet.status()?.active?.id;
    await written(directory, 1);
    await moveTo(fleet, other);
    assert.equal(fleet.status()?.active?.id, id);
    fleet.collect(NODE, YOUNG);
    fleet.collect(NODE, YOUNG);
    assert.equal(fleet.status()?.active, undefined);
    await written(other, 1);
    await moveTo(fleet, directory);
    assert.deepEqual(
      fleet.incidents.list().map((one) => [one.id, one.ended_at !== null]),
      [[id, true]],
    );
    await fleet.incidents.close(10_000);
  });

  it('goes on with what lasts, ends what lasts in the other directory, and knows what is usual there', async () => {
    const before = (await new WatchedFleet(other).open([NODE, OTHER])).learn().learn(OTHER);
    before.collect(NODE, OLD);
    await before.incidents.close(10_000);
    const lasting = before.status();

    const fleet = await new WatchedFleet('', { at: before.at }).open([OTHER]);
    fleet.collect(OTHER, YOUNG);
    assert.deepEqual(fleet.status(OTHER)?.usual, {});
    await moveTo(fleet, other);
    assert.equal(fleet.status(OTHER)?.usual.sessions, 54);
    // A spike by what is usual now, but who knows since when.
    fleet.collect(OTHER, YOUNG, 200);
    fleet.collect(OTHER, YOUNG, 200);
    assert.equal(fleet.status(OTHER)?.active, undefined);
    fleet.collect(OTHER, YOUNG);
    fleet.collect(OTHER, YOUNG, 200);
    fleet.collect(OTHER, YOUNG, 200);
    assert.notEqual(fleet.status(OTHER)?.active, undefined);
    // The node comes a moment later: its record waited for it.
    fleet.incidents.setNodes([NODE, OTHER]);
    assert.equal(fleet.status()?.active?.id, lasting?.active?.id);
    await fleet.incidents.close(10_000);
  });

  it('ends what lasts in the other directory of a node that is watched, and says when its last one began', async () => {
    const { store } = await openedStore(other);
    const record = sampleRecord({ nodeId: NODE.nodeId, startMs: START - 30 * MINUTE_MS });
    store.put(record);
    await store.close(10_000);
    const fleet = await new WatchedFleet(directory).open();
    fleet.collect(NODE, YOUNG);
    assert.equal(fleet.status()?.lastStartedAt, undefined);
    await moveTo(fleet, other);
    assert.equal(fleet.incidents.list()[0]?.ended_at, record.recorded_at);
    assert.equal(fleet.status()?.lastStartedAt, Date.parse(record.started_at));
    await fleet.incidents.close(10_000);
  });

  it('reads the directory of its settings when it is switched on, whatever came before', async () => {
    const { store } = await openedStore(other);
    store.put(sampleRecord({ nodeId: NODE.nodeId }));
    await store.close(10_000);
    for (const first of [directory, other]) {
      const fleet = await new WatchedFleet(first, { enabled: false }).open();
      fleet.incidents.configure(fleet.settings({ enabled: false, store: { directory: other } }));
      await fleet.incidents.open();
      assert.deepEqual([fleet.incidents.list(), fleet.statuses.size], [[], 0]);
      fleet.incidents.configure(fleet.settings({ store: { directory: other, maxRecords: 10 } }));
      await fleet.incidents.open();
      assert.equal(fleet.status()?.active?.id, sampleRecord({ nodeId: NODE.nodeId }).id);
      await fleet.incidents.close(10_000);
    }
  });

  it('stays off where it is switched off while the directory is read, and is on where it is on again', async () => {
    const fleet = new WatchedFleet(directory);
    fleet.incidents.setNodes([NODE]);
    const opening = fleet.incidents.open();
    fleet.incidents.configure(fleet.settings({ enabled: false }));
    await opening;
    await fleet.incidents.open();
    fleet.collect(NODE, YOUNG);
    assert.equal(fleet.status(), undefined);
    for (const enabled of [true, false, true]) {
      fleet.incidents.configure(fleet.settings({ enabled }));
    }
    await fleet.incidents.open();
    fleet.learn();
    fleet.collect(NODE, OLD);
    assert.notEqual(fleet.status()?.active, undefined);
    await fleet.incidents.close(10_000);
  });
});
