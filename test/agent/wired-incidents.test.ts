// What the wiring tells the incidents: which nodes are gone, what is counted otherwise since a reload, and when the process ends.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { start, stop, type WiredConfig, type Wiring, wire } from '../../src/agent/wire.js';
import { later } from '../../src/clock.js';
import { defaultSettings } from '../../src/config/config-schema.js';
import { type Shard, WHOLE_FLEET } from '../../src/discover/shard.js';
import { isObject } from '../../src/json.js';
import type { Group } from '../incidents/attribution/observed.js';
import { nodeIdOf, sampleRecord } from '../incidents/sample-record.js';
import { newDirectory, openedStore } from '../incidents/store/sample-store.js';
import { NODE, observation, START } from '../incidents/watch/watched-node.js';
import { FakeClock } from '../support/fake-clock.js';
import { eventually } from '../support/program.js';
import { RecordedLog } from '../support/recorded-log.js';

const MINUTE = 60_000;
const CALM: readonly Group[] = [{ count: 50, user: 'shop', host: 'web-1', database: 'shop' }];
const FLOOD: readonly Group[] = [
  ...CALM,
  { count: 100, user: 'billing', host: 'web-2', database: 'billing' },
];

describe('the wiring of incidents', () => {
  let directory = '';
  let remove = (): void => {};
  const lasting = [1, 2, 3].map((number) => sampleRecord({ nodeId: nodeIdOf(number) }));

  beforeEach(async () => {
    ({ directory, remove } = newDirectory());
  });
  afterEach(() => remove());

  function configOf(changes: Partial<WiredConfig> = {}): WiredConfig {
    const defaults = defaultSettings();
    return { ...defaults, projects: [], incidents: { ...defaults.incidents, directory }, ...changes };
  }

  function wired(shard: Shard = WHOLE_FLEET) {
    const dependencies = { shard, clock: new FakeClock(START), log: new RecordedLog() };
    const wiring = wire(configOf(), dependencies);
    start(wiring);
    return { wiring, reload: (config: WiredConfig) => wire(config, dependencies, wiring) };
  }

  async function leave(): Promise<void> {
    const { store } = await openedStore(directory);
    for (const record of lasting) {
      store.put(record);
    }
    await store.close(10_000);
  }

  const open = ({ incidents }: Wiring) => incidents.list().filter(({ ended_at }) => ended_at === null).length;

  it('ends what lasted on nodes that are gone, and writes it before the process ends', async () => {
    await leave();
    const { wiring } = wired();
    await eventually(() => (wiring.incidents.list().length === 3 && open(wiring) === 0) || undefined, 'ends');
    await stop(wiring, 0);
    const { store } = await openedStore(directory);
    for (const { id, recorded_at } of lasting) {
      assert.equal((await store.get(id))?.ended_at, recorded_at);
    }
  });

  it('writes at the end what is not due for some minutes', async () => {
    const { wiring } = wired();
    await wiring.incidents.open();
    wiring.store.setNodes([NODE]);
    wiring.incidents.setNodes([NODE]);
    wiring.incidents.observe(observation(later(START, MINUTE), CALM));
    await eventually(
      () => existsSync(path.join(directory, 'state', `${NODE.nodeId}.json`)) || undefined,
      'a state',
    );
    wiring.incidents.observe(observation(later(START, 2 * MINUTE), CALM));
    await stop(wiring, 0);
    const { store } = await openedStore(directory);
    const saved = store.loadNode(NODE.nodeId);
    assert.ok(isObject(saved) && isObject(saved.triggers));
    assert.equal(saved.triggers.at, later(START, 2 * MINUTE));
  });

  it('ends it in one of several processes, each of its own nodes', async () => {
    await leave();
    const processes = [0, 1, 2].map((index) => wired({ index, total: 3 }).wiring);
    const left = () => processes.map((wiring) => 3 - open(wiring)).reduce((sum, count) => sum + count);
    await eventually(() => left() === 3 || undefined, 'ends');
    for (const wiring of processes) {
      await stop(wiring, 0);
    }
    const { store } = await openedStore(directory);
    assert.deepEqual(
      store.list().map(({ ended_at }) => ended_at),
      lasting.map(({ recorded_at }) => recorded_at),
    );
  });

  it('compares nothing with what was counted otherwise before a reload, and all where it is counted alike', async () => {
    const { statements, metrics, ...others } = configOf();
    const alike = { ...others, statements: { ...statements }, metrics: { ...metrics, labels: { a: 'b' } } };
    const grown: number[] = [];
    for (const config of [alike, configOf({ statements: { ...statements, mode: 'off' } })]) {
      const { wiring, reload } = wired();
      await wiring.incidents.open();
      wiring.incidents.setNodes([NODE]);
      wiring.store.setNodes([NODE]);
      let at = later(START, grown.length * 60 * MINUTE);
      const collect = (groups: readonly Group[]) => {
        at = later(at, MINUTE);
        wiring.incidents.observe(observation(at, groups));
      };
      for (let turn = 0; turn < 10; turn++) {
        collect(CALM);
      }
      // The fleet has no project, so that a reload takes the node away.
      wiring.fleet.follow = () => {};
      reload(config);
      collect(FLOOD);
      collect(FLOOD);
      const [newest] = wiring.incidents.list();
      assert.ok(newest !== undefined);
      grown.push((await wiring.incidents.get(newest.id))?.growth.user.length ?? 0);
      await stop(wiring, 0);
    }
    assert.deepEqual(grown, [1, 0]);
  });
});
