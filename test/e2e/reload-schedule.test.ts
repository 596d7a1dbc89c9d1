// When nodes are collected, how many together, and how long their figures stay: settings that a reload changes.
import assert from 'node:assert/strict';
import { jsonAnswer } from '../../src/simulator/cloud/answer.js';
import { sampleFleet } from '../../src/simulator/sample-fleet.js';
import { type RecordedCloud, startCloud } from '../support/recorded-cloud.js';
import {
  collections,
  EVERY_SECOND,
  type How,
  nodeIdsOf,
  ONCE_A_YEAR,
  ReloadableAgent,
  type Series,
  type Settings,
  settingsOf,
  sum,
  until,
  values,
} from '../support/reloadable-agent.js';

const HOUR = 3_600;

/** When ONCE_A_YEAR comes next, in a time zone so many hours east of Greenwich; seconds since the epoch. */
function yearEnd(hoursEast = 0): number {
  const there = new Date(Date.now() + hoursEast * HOUR * 1_000);
  return Date.UTC(there.getUTCFullYear() + 1, 0, 1) / 1_000 - hoursEast * HOUR;
}

describe('a reload of the schedule', () => {
  let cloud: RecordedCloud;
  let nodes: string[];
  let agent: ReloadableAgent;
  /** Whether tasks come to no end. */
  let unfinished: boolean;

  beforeEach(async () => {
    unfinished = false;
    cloud = await startCloud({
      projects: sampleFleet({ nodesPerInstance: 4 }),
      fault: ({ operation }) =>
        operation === 'wait' && unfinished ? jsonAnswer(200, { status: 'running' }) : undefined,
    });
    nodes = nodeIdsOf(cloud);
  });
  afterEach(async () => {
    await agent.stop();
    await cloud.close();
  });

  /** `own`: schedules of the first, second, … node. */
  const settings = (collection: Settings, own: readonly (string | undefined)[] = []) =>
    settingsOf(cloud, { collection }, ({ instances }) => ({
      nodes: instances.flatMap(({ id, nodes }) =>
        nodes.map((node, index) => {
          const schedule = own[index];
          return { instance_id: id, node_id: node.id, ...(schedule === undefined ? {} : { schedule }) };
        }),
      ),
    }));

  async function start(collection: Settings, own?: readonly string[]): Promise<void> {
    agent = await ReloadableAgent.start(settings(collection, own));
  }
  const reload = (how: How, collection: Settings, own?: readonly (string | undefined)[]) =>
    agent.reload(settings(collection, own), how);

  const nextRun = (series: Series, id: string) =>
    values(series, 'taurusdb_collection_next_run_timestamp_seconds', id)[0] ?? 0;
  const done = (series: Series, id: string) => collections(series, id, 'success');

  it('stops, starts and leaves nodes alone as their schedules say', async () => {
    const [one = '', other = '', third = ''] = nodes;
    await start({ stale_after: '1h' }, [EVERY_SECOND]);
    await agent.up(nodes);

    await reload('SIGHUP', { stale_after: '1h', schedule: ONCE_A_YEAR }, [EVERY_SECOND]);
    const stopped = await agent.series();
    for (const id of [other, third]) {
      assert.equal(nextRun(stopped, id), yearEnd());
    }
    const before = await agent.collected([one]);
    const after = await agent.collected([one]);
    for (const id of [other, third]) {
      assert.equal(done(after, id), done(before, id));
    }

    await reload('POST', { stale_after: '1h', schedule: ONCE_A_YEAR }, [ONCE_A_YEAR, EVERY_SECOND]);
    const swapped = await agent.series();
    assert.equal(nextRun(swapped, one), yearEnd());
    assert.ok(nextRun(swapped, other) < Date.now() / 1_000 + 2);
    const later = await agent.collected([other]);
    const last = await agent.collected([other]);
    assert.equal(done(last, one), done(later, one));

    await reload('POST', { stale_after: '1h' });
    await agent.collected(nodes);
  });

  it('shows the next runs of the new time zone and the new splay at once', async () => {
    const [id = ''] = nodes;
    const yearly = { schedule: ONCE_A_YEAR };
    await start(yearly);
    await agent.up(nodes);
    assert.equal(nextRun(await agent.series(), id), yearEnd());
    await reload('POST', { ...yearly, timezone: 'Asia/Singapore' });
    const inSingapore = await agent.series();
    for (const node of nodes) {
      assert.equal(nextRun(inSingapore, node), yearEnd(8));
    }
    await reload('SIGHUP', { ...yearly, splay: '1h' });
    const spread = await agent.series();
    const shares = nodes.map((node) => nextRun(spread, node) - yearEnd());
    assert.ok(
      shares.every((share) => share > 0 && share < HOUR),
      shares.join(' '),
    );
    assert.equal(new Set(shares).size, nodes.length);
    await reload('SIGHUP', yearly);
    assert.equal(nextRun(await agent.series(), id), yearEnd());
    assert.ok(nodes.every((node) => collections(inSingapore, node, 'success') === 1));
  });

  it('takes figures away, and shows them again, as stale_after says now', async () => {
    const yearly = { schedule: ONCE_A_YEAR };
    const sessions = (series: Series) => values(series, 'taurusdb_sessions');
    await start({ ...yearly, stale_after: '1h' });
    const before = await agent.up(nodes);
    await reload('SIGHUP', { ...yearly, stale_after: '1s' });
    await agent.seriesWhen((series) => sessions(series).length === 0, 'the figures to vanish');
    await reload('POST', { ...yearly, stale_after: '1h' });
    const after = await agent.series();
    assert.deepEqual(sessions(after), sessions(before));
    assert.equal(sum(after, 'taurusdb_collections_total', 'result="success"'), nodes.length);
  });

  for (const [how, before, after] of [
    ['SIGHUP', 1, 3],
    ['POST', 3, 1],
  ] as const) {
    it(`by ${how} collects ${after} nodes at once instead of ${before}`, async () => {
      const submits = () => cloud.requests.filter(({ operation }) => operation === 'submit').length;
      const downloads = () => cloud.requests.filter(({ operation }) => operation === 'download').length;
      const underWay = () => submits() - downloads();
      unfinished = true;
      await start({ max_concurrent: before });
      await until(() => underWay() === before, `${before} nodes under way`);
      await reload(how, { max_concurrent: after });
      if (after < before) {
        unfinished = false;
        await until(() => downloads() >= 4, 'what ran has ended');
        unfinished = true;
      }
      await until(() => underWay() === after, `${after} nodes under way`);
      const skipped = (series: Series) => sum(series, 'taurusdb_collections_total', 'result="skipped"');
      const now = skipped(await agent.series());
      await agent.seriesWhen((series) => skipped(series) >= now + nodes.length, 'nodes skipped');
      assert.equal(underWay(), after);
    });
  }
});
