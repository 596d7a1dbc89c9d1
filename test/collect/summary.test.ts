import assert from 'node:assert/strict';
import { momentOf } from '../../src/clock.js';
import { NodeStore } from '../../src/collect/node-store.js';
import { Summary } from '../../src/collect/summary.js';
import type { Snapshot } from '../../src/sessions/snapshot.js';
import { FakeClock, settle } from '../support/fake-clock.js';
import { RecordedLog } from '../support/recorded-log.js';
import { sampleNode } from './sample-node.js';

const TEN_MINUTES_MS = 600_000;

describe('Summary', () => {
  const node = sampleNode();
  const other = sampleNode({ nodeId: 'c17d1a0b9e2f4c6fa5d8e9b0c1d2e3f4no07', name: 'orders-replica' });
  const third = sampleNode({ nodeId: 'd17d1a0b9e2f4c6fa5d8e9b0c1d2e3f4no07' });
  let clock: FakeClock;
  let log: RecordedLog;
  let store: NodeStore;
  let summary: Summary;

  beforeEach(() => {
    clock = new FakeClock();
    log = new RecordedLog();
    store = new NodeStore();
    store.setNodes([node, other, third]);
    summary = new Summary({ nodes: () => store.list(), clock, log });
    summary.start();
  });

  afterEach(() => summary.stop());

  /** The fields of the last line that have a value. */
  function told(): string {
    return (log.lines.at(-1) ?? '')
      .split(' ')
      .filter((field) => !field.endsWith('=undefined'))
      .join(' ');
  }

  it('tells every ten minutes what came since the line before', async () => {
    const snapshot = { sessions: 30 } as Snapshot;
    const shown = { up: true, snapshot, lastSuccessAt: momentOf(clock), freshForMs: 2 * TEN_MINUTES_MS };
    store.update(node.nodeId, () => shown);
    // Too old to be shown: neither is it counted.
    store.update(other.nodeId, () => ({ ...shown, up: false, freshForMs: 1 }));
    summary.collection(node, undefined, 1.5);
    summary.collection(other, 'auth', 7.25);
    summary.collection(other, 'network', 0.5);
    summary.collection(other, 'auth', 2);
    summary.skip();
    for (const code of ['200', '429', 'error']) {
      summary.request('production', 'submit', code);
    }
    summary.retry();
    await clock.advance(TEN_MINUTES_MS - 1);
    assert.deepEqual(log.lines, []);
    await clock.advance(1);
    assert.equal(
      told(),
      'info summary interval_seconds=600 collections=4 collections_failed=3 collections_skipped=1 failed_network=1 failed_auth=2 ' +
        'nodes=3 nodes_up=1 nodes_down=1 sessions=30 requests=3 requests_throttled=1 retries=1 ' +
        `slowest_seconds=7.25 slowest_node_id=${other.nodeId} slowest_node_name=orders-replica`,
    );
    summary.collection(node, undefined, 1);
    await clock.advance(TEN_MINUTES_MS);
    assert.equal(log.lines.length, 2);
    assert.match(
      told(),
      / collections=1 collections_failed=0 collections_skipped=0 nodes=3 .* requests=0 .*slowest_seconds=1 /u,
    );
  });

  it('tells also where nothing happened', async () => {
    await clock.advance(3 * TEN_MINUTES_MS);
    assert.equal(log.lines.length, 3);
    assert.equal(
      told(),
      'info summary interval_seconds=600 collections=0 collections_failed=0 collections_skipped=0 ' +
        'nodes=3 nodes_up=0 nodes_down=0 requests=0 requests_throttled=0 retries=0',
    );
  });

  it('has no number of sessions where none is known', async () => {
    const listed = { filter: 'active', listed: 3 } as Snapshot;
    const shown = { up: true, lastSuccessAt: momentOf(clock), freshForMs: 5 * TEN_MINUTES_MS };
    const old = { ...shown, snapshot: { sessions: 30 } as Snapshot, freshForMs: 1 };
    store.update(node.nodeId, () => ({ ...shown, snapshot: listed }));
    store.update(other.nodeId, () => old);
    await clock.advance(TEN_MINUTES_MS);
    assert.doesNotMatch(told(), / sessions=/u);
    store.update(third.nodeId, () => ({ ...shown, snapshot: { sessions: 0 } as Snapshot }));
    await clock.advance(TEN_MINUTES_MS);
    assert.match(told(), / sessions=0 /u);
  });

  it('is not led astray by a wall clock that is set', async () => {
    clock.jump(-86_400_000);
    await clock.advance(TEN_MINUTES_MS);
    assert.match(told(), / interval_seconds=600 /u);
  });

  it('tells the rest when it stops, once, and leaves no timer behind', async () => {
    await clock.advance(90_000);
    summary.stop();
    summary.stop();
    await settle();
    assert.equal(clock.sleeping, 0);
    assert.equal(log.lines.length, 1);
    assert.match(told(), / interval_seconds=90 /u);
  });

  it('tells nothing where it was never started: in the commands that collect once', () => {
    const unstarted = new Summary({ nodes: () => [], clock, log });
    unstarted.collection(node, undefined, 1);
    unstarted.stop();
    assert.deepEqual(log.lines, []);
  });
});
