// Which record the links of alerts lead to.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { sampleNode } from '../../collect/sample-node.js';
import { eventually } from '../../support/program.js';
import { nodeIdOf } from '../sample-record.js';
import { newDirectory, written } from '../store/sample-store.js';
import { OLD, WatchedFleet, YOUNG } from './watched-fleet.js';
import { NODE } from './watched-node.js';

const OTHER = sampleNode({ nodeId: nodeIdOf(7) });

describe('the last record of a node', () => {
  let directory = '';
  let remove = (): void => {};
  beforeEach(() => {
    ({ directory, remove } = newDirectory());
  });
  afterEach(() => remove());

  it('is the one that lasts, also where one was recorded by hand since, and after a restart', async () => {
    const fleet = (await new WatchedFleet(directory).open()).learn();
    fleet.collect(NODE, OLD);
    const { active, lastStartedAt } = fleet.status() ?? {};
    assert.ok(active && lastStartedAt);
    fleet.collect(NODE, OLD);
    assert.ok('record' in fleet.incidents.record(NODE.nodeId));
    assert.equal(fleet.status()?.lastStartedAt, lastStartedAt);
    await fleet.incidents.close(10_000);

    const next = await new WatchedFleet(directory, { at: fleet.at }).open();
    assert.equal(next.status()?.active?.id, active.id);
    assert.equal(next.status()?.lastStartedAt, Math.floor(lastStartedAt / 1000) * 1000);
    next.collect(NODE, OLD);
    next.collect(NODE, YOUNG);
    next.collect(NODE, YOUNG);
    assert.equal(next.status()?.active, undefined);
    assert.equal(next.incidents.list().length, 2);
    await next.incidents.close(10_000);
  });

  it('is one that is there: none whose directory vanished or that is kept no longer', async () => {
    const fleet = await new WatchedFleet(directory).open([NODE, OTHER]);
    fleet.collect(NODE, YOUNG);
    fleet.collect(OTHER, YOUNG);
    assert.ok('record' in fleet.incidents.record(NODE.nodeId));
    const first = fleet.status()?.lastStartedAt;
    await written(directory, 1);
    fleet.incidents.configure(fleet.settings({ store: { maxRecords: 1 } }));
    fleet.collect(OTHER, YOUNG);
    assert.equal(fleet.status()?.lastStartedAt, first);
    assert.ok('record' in fleet.incidents.record(OTHER.nodeId));
    // No collection of the node is waited for.
    await eventually(() => fleet.status()?.lastStartedAt === undefined || undefined, 'no last record');
    await written(directory, 1);
    rmSync(directory, { recursive: true });
    fleet.collect(NODE, YOUNG);
    assert.ok('record' in fleet.incidents.record(NODE.nodeId));
    await eventually(() => fleet.status(OTHER)?.lastStartedAt === undefined || undefined, 'none');
    assert.notEqual(fleet.status()?.lastStartedAt, undefined);
    await fleet.incidents.close(10_000);
  });
});
