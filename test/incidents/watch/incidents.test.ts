import assert from 'node:assert/strict';
import { epochMs } from '../../../src/clock.js';
import type { Observation } from '../../../src/incidents/observation.js';
import type { IncidentSettings } from '../../../src/incidents/settings.js';
import { Incidents } from '../../../src/incidents/watch/incidents.js';
import type { IncidentStatus } from '../../../src/model/incident.js';
import type { DatabaseNode } from '../../../src/model/node.js';
import { sampleNode } from '../../collect/sample-node.js';
import type { Group } from '../attribution/observed.js';
import { DEFAULT_TRIGGERS } from '../default-triggers.js';
import { sampleRecord } from '../sample-record.js';
import { newDirectory, openedStore, sampleStore } from '../store/sample-store.js';
import { calm, flood, LEARNT, MINUTE_MS, NODE, observation, START, written } from './watched-node.js';

const OTHER = sampleNode({ nodeId: `${'b'.repeat(32)}no07`, name: 'orders-replica' });
const HAND = { ...sampleNode({ nodeId: `${'c'.repeat(32)}no07` }) };

/** The incidents of a fleet whose nodes a test collects by saying so. */
class Fleet {
  readonly statuses = new Map<string, IncidentStatus | undefined>();
  readonly incidents: Incidents;
  readonly sample: ReturnType<typeof sampleStore>;
  at = START as number;

  constructor(directory = '', settings: Partial<IncidentSettings> = {}) {
    this.sample = sampleStore(directory);
    const { store: records, clock, log } = this.sample;
    const publish = (nodeId: string, status: IncidentStatus | undefined) => this.statuses.set(nodeId, status);
    this.incidents = new Incidents({ records, publish, clock, log }, this.settings(settings, directory));
  }

  settings(changes: Partial<IncidentSettings> = {}, directory = ''): IncidentSettings {
    const store = { directory, maxRecords: 1_000, maxBytes: 64 * 1024 * 1024, maxAgeMs: 30 * 86_400_000 };
    return { enabled: true, triggers: DEFAULT_TRIGGERS, store, ...changes };
  }

  async open(nodes: readonly DatabaseNode[] = [NODE]): Promise<this> {
    this.incidents.setNodes(nodes);
    await this.incidents.open();
    return this;
  }

  collect(node: DatabaseNode, ...lists: (readonly Group[])[]): void {
    for (const list of lists) {
      this.at += MINUTE_MS;
      this.incidents.observe({ ...observation(this.at, list), node });
    }
  }

  learn(node: DatabaseNode = NODE): void {
    this.collect(node, ...Array.from({ length: LEARNT }, calm));
  }

  get lines(): readonly string[] {
    return this.sample.log.lines;
  }
}

/** What no detector foresees. */
function broken(at: number): Observation {
  return {
    ...observation(at, calm()),
    get snapshot(): never {
      throw new TypeError('a cell: billing');
    },
  };
}

describe('Incidents', () => {
  it('watches each node by itself, and tells of what begins and ends without a cell', async () => {
    const fleet = await new Fleet().open([NODE, OTHER]);
    fleet.learn(NODE);
    fleet.learn(OTHER);
    fleet.collect(NODE, flood(100), flood(100));
    fleet.collect(OTHER, flood(10), flood(10));
    const [summary, ...others] = fleet.incidents.list();
    assert.deepEqual([summary?.node_id, others], [NODE.nodeId, []]);
    assert.equal((await fleet.incidents.get(summary?.id ?? ''))?.culprit.user, 'billing');
    assert.equal(fleet.statuses.get(NODE.nodeId)?.active?.id, summary?.id);
    assert.equal(fleet.statuses.get(OTHER.nodeId)?.active, undefined);
    assert.equal(fleet.statuses.get(OTHER.nodeId)?.usual.sessions, 54);
    fleet.collect(NODE, calm(), calm());
    assert.deepEqual(
      fleet.lines.map((line) => line.split(' ').slice(0, 3).join(' ')),
      ['warn incident began', 'info incident ended'],
    );
    assert.match(fleet.lines[0] ?? '', / sessions=154 usual=54$/u);
    assert.ok(!/billing|shop|web-1/u.test(fleet.lines.join()));
  });

  it('fails no collection: what cannot be watched is told once, without its message', async () => {
    const fleet = await new Fleet().open();
    fleet.learn();
    for (let turn = 0; turn < 5; turn++) {
      fleet.incidents.observe(broken(fleet.at + turn));
    }
    assert.equal(fleet.lines.filter((line) => line.startsWith('error cannot look for incidents')).length, 1);
    assert.ok(!fleet.lines.join().includes('billing'));
    assert.match(fleet.lines.join(), / thrown=TypeError thrown_at=/u);
    fleet.collect(NODE, flood(100), flood(100));
    assert.equal(fleet.incidents.list().length, 1);
  });

  it('does nothing of a node that it does not know, before it is open or switched on', async () => {
    const fleet = new Fleet('', { enabled: false });
    await fleet.open();
    fleet.learn();
    fleet.collect(NODE, flood(100), flood(100));
    assert.deepEqual([fleet.incidents.list(), fleet.statuses.size], [[], 0]);
    assert.deepEqual(fleet.incidents.record(NODE.nodeId), { refused: 'unknown node' });
    fleet.incidents.configure(fleet.settings());
    await fleet.incidents.open();
    assert.deepEqual(fleet.incidents.record(NODE.nodeId), { refused: 'no snapshot' });
    fleet.collect(HAND, flood(100));
    assert.deepEqual([...fleet.statuses.keys()], [NODE.nodeId]);
  });

  it('begins nothing when it is switched off and on, and has ended what lasted', async () => {
    const { directory, remove } = newDirectory();
    try {
      const fleet = await new Fleet(directory).open();
      fleet.learn();
      fleet.collect(NODE, flood(100), flood(100));
      const lastAt = fleet.at;
      fleet.incidents.configure(fleet.settings({ enabled: false }, directory));
      assert.equal(fleet.statuses.get(NODE.nodeId), undefined);
      assert.equal(fleet.incidents.list()[0]?.ended_at, written(lastAt));
      fleet.incidents.configure(fleet.settings({}, directory));
      await fleet.incidents.open();
      fleet.collect(NODE, flood(100), flood(100), flood(100));
      assert.equal(fleet.incidents.list().length, 1);
      assert.equal(fleet.statuses.get(NODE.nodeId)?.active, undefined);
      // Nor by what turned true while nobody looked.
      fleet.collect(NODE, calm(), calm());
      fleet.incidents.configure(fleet.settings({ enabled: false }, directory));
      fleet.incidents.configure(fleet.settings({}, directory));
      await fleet.incidents.open();
      fleet.collect(NODE, flood(400), flood(400));
      assert.equal(fleet.incidents.list().length, 1);
      await fleet.incidents.close(1_000);
    } finally {
      remove();
    }
  });

  it('ends what lasts on a node that is gone, and keeps the watch of one that stays', async () => {
    const fleet = await new Fleet().open([NODE, OTHER]);
    fleet.learn(NODE);
    fleet.learn(OTHER);
    fleet.collect(NODE, flood(100), flood(100));
    const lastAt = fleet.at;
    fleet.incidents.setNodes([{ ...OTHER, name: 'renamed' }]);
    assert.equal(fleet.incidents.list()[0]?.ended_at, written(lastAt));
    assert.equal(fleet.statuses.get(NODE.nodeId), undefined);
    assert.equal(fleet.statuses.get(OTHER.nodeId)?.usual.sessions, 54);
    fleet.collect(NODE, flood(900));
    assert.deepEqual(fleet.incidents.record(NODE.nodeId), { refused: 'unknown node' });
    fleet.incidents.setNodes([NODE, OTHER]);
    fleet.collect(NODE, flood(100), flood(100));
    assert.equal(fleet.incidents.list().length, 1);
  });

  it('records by hand what the node had last, and publishes it', async () => {
    const fleet = await new Fleet().open();
    fleet.collect(NODE, calm());
    const result = fleet.incidents.record(NODE.nodeId);
    assert.ok('record' in result);
    assert.deepEqual(fleet.incidents.record(NODE.nodeId), result);
    assert.deepEqual(await fleet.incidents.get(result.record.id), result.record);
    assert.equal(fleet.statuses.get(NODE.nodeId)?.begun.manual, 1);
    assert.equal(fleet.statuses.get(NODE.nodeId)?.lastStartedAt, fleet.at);
  });

  it('keeps two records apart that begin in the same second of a clock that was set back', async () => {
    const fleet = await new Fleet().open();
    fleet.incidents.configure(fleet.settings({ triggers: { ...DEFAULT_TRIGGERS, hold: 1, cooldownMs: 0 } }));
    fleet.learn();
    const { at } = fleet;
    for (let turn = 0; turn < 2; turn++) {
      fleet.at = at;
      fleet.collect(NODE, flood(100 * (turn + 1)), calm());
    }
    const sessions = fleet.incidents.list().map((one) => one.sessions);
    assert.deepEqual(sessions.toSorted(), [154, 254]);
  });

  it('goes on with the newest unfinished record of each node, and ends the others', async () => {
    const { directory, remove } = newDirectory();
    try {
      const { store } = await openedStore(directory);
      const startMs = START - 30 * MINUTE_MS;
      const older = sampleRecord({ nodeId: NODE.nodeId, startMs });
      const newer = sampleRecord({ nodeId: NODE.nodeId, startMs: startMs + 20 * MINUTE_MS });
      store.put(older);
      store.put(newer);
      await store.close(10_000);

      const fleet = await new Fleet(directory).open();
      assert.deepEqual(
        fleet.incidents.list().map((one) => [one.id, one.ended_at]),
        [
          [newer.id, null],
          [older.id, older.recorded_at],
        ],
      );
      const status = fleet.statuses.get(NODE.nodeId);
      assert.equal(status?.active?.id, newer.id);
      assert.equal(status?.lastStartedAt, epochMs(Date.parse(newer.started_at)));
      assert.ok(Object.values(status?.begun ?? {}).every((count) => count === 0));
      fleet.collect(NODE, calm(), calm());
      assert.notEqual(fleet.incidents.list()[0]?.ended_at, null);
      await fleet.incidents.close(10_000);
    } finally {
      remove();
    }
  });
});
