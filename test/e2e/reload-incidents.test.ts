// A reload of what begins an incident, and of where records are kept.
import assert from 'node:assert/strict';
import path from 'node:path';
import {
  ACTIVE,
  begun,
  CALM,
  ended,
  FLOOD,
  IncidentScene,
  list,
  listed,
  OLD,
  recordOf,
  rows,
  TOTAL,
} from '../support/incident-scene.js';
import { type How, type ReloadableAgent, type Settings, sum } from '../support/reloadable-agent.js';

const NO_OTHERS = { spike: { min_growth: 1000, ratio: 0.35, deviations: 5 } };
const TEN_MORE = rows(10, (id) => `5${id},shop_app,10.0.0.1,shop,Sleep,1,,,,,,,`);

interface Case {
  readonly key: string;
  readonly how: How;
  readonly incidents: Settings;
  /** Of the list that it begins with; with the settings of before nothing does. */
  readonly more: readonly string[];
  readonly kind: string;
}

const CASES: readonly Case[] = [
  {
    key: 'spike',
    how: 'SIGHUP',
    incidents: { spike: { min_growth: 5, ratio: 0.1, deviations: 0 } },
    more: TEN_MORE,
    kind: 'spike',
  },
  {
    key: 'lock_waiting',
    how: 'POST',
    incidents: { ...NO_OTHERS, lock_waiting: 1 },
    more: ['81,app,h,shop,Query,9,updating,,7,LOCK WAIT,9,1,9'],
    kind: 'lock_waiting',
  },
  {
    key: 'long_query',
    how: 'SIGHUP',
    incidents: { ...NO_OTHERS, long_query: '20s' },
    more: ['82,app,h,shop,Query,30,executing,,,,,,'],
    kind: 'long_query',
  },
  {
    key: 'long_transaction',
    how: 'POST',
    incidents: { ...NO_OTHERS, long_transaction: '20s' },
    more: ['83,app,h,shop,Sleep,1,,,8,RUNNING,30,1,'],
    kind: 'long_transaction',
  },
  {
    key: 'saturation',
    how: 'SIGHUP',
    incidents: { ...NO_OTHERS, saturation: 0.25 },
    more: TEN_MORE,
    kind: 'saturation',
  },
];

describe('a reload of incidents', () => {
  let scene: IncidentScene;
  let agent: ReloadableAgent;
  const settings = (incidents: Settings = {}) => scene.settings(incidents, {}, { max_connections: 100 });

  before(async () => {
    scene = await IncidentScene.open();
    agent = await scene.collecting(settings());
    await scene.learnt(agent);
  });
  after(() => scene.close());

  async function calm(): Promise<void> {
    scene.show(list(CALM));
    await agent.collected([scene.nodeId], 2);
    await ended(agent);
  }

  for (const { key, how, incidents, more, kind } of CASES) {
    it(`takes ${key} over at the next collection, by ${how}`, async () => {
      await agent.reload(settings(), how);
      await calm();
      const before = await listed(agent);
      scene.show(list(CALM, more));
      await agent.collected([scene.nodeId], 3);
      assert.deepEqual(await listed(agent), before);
      await calm();
      await agent.reload(settings(incidents), how);
      await agent.collected([scene.nodeId]);
      scene.show(list(CALM, more));
      const { kinds, id } = await begun(agent);
      assert.ok(kinds.includes(kind as (typeof kinds)[number]), `${kinds}`);
      assert.ok(before.every((one) => one.id !== id));
    });
  }

  it('takes hold, cooldown and max_per_day over at the next collection', async () => {
    await agent.reload(settings(), 'POST');
    await calm();
    const of = async () => (await listed(agent)).length;
    const before = await of();
    for (const incidents of [{ hold: 50, saturation: 0 }, { cooldown: '1h' }]) {
      await agent.reload(settings(incidents), 'SIGHUP');
      await agent.collected([scene.nodeId]);
      scene.show(list(CALM, FLOOD));
      await agent.collected([scene.nodeId], 4);
      assert.deepEqual([sum(await agent.series(), ACTIVE), await of()], [0, before]);
      await calm();
    }
    const suppressed = 'taurusdb_incidents_suppressed_total';
    await agent.reload(settings({ max_per_day: 1 }), 'POST');
    await agent.collected([scene.nodeId]);
    scene.show(list(CALM, FLOOD));
    await agent.seriesWhen((series) => sum(series, suppressed) === 1, 'one that is not recorded');
    assert.equal(await of(), before);
    await calm();
  });

  it('keeps as many records as max_records says, in the directory that it says, and what lasts', async () => {
    await agent.reload(settings(), 'SIGHUP');
    await calm();
    scene.show(list(CALM, OLD));
    const { id } = await begun(agent);
    assert.ok((await listed(agent)).length > 1);
    await agent.seriesWhen(() => scene.files().includes(`${id}.json`), 'the file');
    const total = sum(await agent.series(), TOTAL);
    await agent.reload(settings({ max_records: 1 }), 'POST');
    await agent.seriesWhen(() => scene.files().length === 1, 'one file');
    assert.deepEqual(
      (await listed(agent)).map((one) => one.id),
      [id],
    );
    const before = scene.directory;
    scene.directory = path.join(scene.folder, 'other');
    await agent.reload(settings(), 'SIGHUP');
    await agent.collected([scene.nodeId]);
    await agent.seriesWhen(() => scene.files().length === 1, 'the file in the other directory');
    assert.equal((await recordOf(agent, id)).ended_at, null);
    assert.ok(sum(await agent.series(), TOTAL) <= total + 1);
    assert.notEqual(before, scene.directory);
  });
});
