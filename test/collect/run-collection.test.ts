import assert from 'node:assert/strict';
import { PhaseTimer } from '../../src/collect/phase-timer.js';
import { type ReadSnapshot, runCollection } from '../../src/collect/run-collection.js';
import { startDeadline } from '../../src/model/deadline.js';
import type { ReadResult } from '../../src/sessions/read-snapshot.js';
import { emptyTally } from '../../src/sessions/snapshot.js';
import { FakeClock } from '../support/fake-clock.js';
import { countLines, snapshotOf } from './counting-reader.js';
import { sampleNode } from './sample-node.js';
import { ScriptedApi } from './scripted-api.js';

describe('runCollection', () => {
  let clock: FakeClock;
  let api: ScriptedApi;
  let phases: PhaseTimer;
  let published: ReadResult[];
  const tally = emptyTally();

  beforeEach(() => {
    clock = new FakeClock();
    api = new ScriptedApi(clock);
    phases = new PhaseTimer(clock);
    published = [];
  });

  async function run(readSnapshot: ReadSnapshot = countLines): Promise<void> {
    const deadline = startDeadline(clock, 50_000);
    const running = runCollection({
      node: sampleNode(),
      api,
      clock,
      deadline,
      filter: { filter: 'active' },
      pollIntervalMs: 1000,
      readSnapshot,
      publish: (result) => published.push(result),
      previous: snapshotOf(7),
      tally,
      phases,
    }).finally(deadline.clear);
    await Promise.all([running, clock.advance(60_000)]);
  }

  it('submits, waits, downloads and publishes one snapshot', async () => {
    api.statuses = ['running', 'finished'];
    await run();
    assert.deepEqual(
      api.calls.map(([operation]) => operation),
      ['submit', 'wait', 'wait', 'download'],
    );
    assert.deepEqual(
      published.map(({ snapshot }) => snapshot.sessions),
      [2],
    );
  });

  it('hands the reader the tally, the snapshot before and the node', async () => {
    await run(async (csv, given, previous, node) => {
      assert.equal(given, tally);
      assert.equal(previous?.sessions, 7);
      assert.deepEqual(node, sampleNode());
      return countLines(csv, given, previous, node);
    });
    assert.equal(published.length, 1);
  });

  it('measures each phase', async () => {
    api.statuses = ['running', 'finished'];
    await run();
    assert.deepEqual(phases.seconds, { submit: 0, wait: 2.5, download: 0 });
  });

  it('publishes nothing when the reader fails, and says where it stopped', async () => {
    const broken = new Error('broken');
    await assert.rejects(
      run(() => Promise.reject(broken)),
      broken,
    );
    assert.deepEqual(published, []);
    assert.equal(phases.current, 'download');
  });

  it('leaves out the phases that it did not reach', async () => {
    const refused = new Error('refused');
    api.submitError = refused;
    await assert.rejects(run(), refused);
    assert.deepEqual(phases.seconds, { submit: 0 });
    assert.equal(api.calls.length, 1);
  });
});
