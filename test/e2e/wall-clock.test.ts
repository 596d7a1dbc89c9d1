// The built agent where clocks change: in summer time, and when the wall clock is set while it runs.
import assert from 'node:assert/strict';
import { jsonAnswer } from '../../src/simulator/cloud/answer.js';
import { sampleFleet } from '../../src/simulator/sample-fleet.js';
import { addressOf, eventually, type Program, startProgram } from '../support/program.js';
import { type RecordedCloud, startCloud } from '../support/recorded-cloud.js';
import {
  type Changes,
  collections,
  nodeIdsOf,
  type Series,
  settingsOf,
  sum,
  values,
} from '../support/reloadable-agent.js';
import { scrape } from '../support/scrape.js';
import { writeConfig } from '../support/simulated-config.js';
import { WallClock } from '../support/wall-clock.js';

const HOUR_MS = 3_600_000;
/** Of a schedule of a second or two: less than the half minute after which the calendar is looked at again in any case. */
const PATIENCE_MS = 30_000;

describe('the agent and the wall clock', () => {
  let cloud: RecordedCloud;
  let clock: WallClock;
  let agent: Program;
  let address: string;
  let isDown: boolean;

  afterEach(async () => {
    agent.child.kill('SIGKILL');
    await agent.ended;
    await cloud.close();
  });

  /** `schedules`: of the first, second, … node; there are as many nodes. */
  async function start(
    startMs: number,
    collection: Changes,
    schedules: readonly string[] = ['* * * * * *'],
  ): Promise<readonly string[]> {
    isDown = false;
    cloud = await startCloud({
      projects: sampleFleet({ nodesPerInstance: schedules.length }),
      fault: () => (isDown ? jsonAnswer(400, { error_code: 'DBS.1', error_msg: 'down' }) : undefined),
    });
    const settings = settingsOf(cloud, { collection }, ({ instances }) => ({
      nodes: instances.flatMap(({ id, nodes }) =>
        nodes.map((node, index) => ({ instance_id: id, node_id: node.id, schedule: schedules[index] })),
      ),
    }));
    clock = new WallClock(startMs);
    agent = startProgram(
      [`--config.file=${writeConfig(settings)}`, '--web.listen-address=127.0.0.1:0'],
      clock.env,
    );
    address = await addressOf(agent);
    return nodeIdsOf(cloud);
  }

  const seriesWhen = (holds: (series: Series) => boolean, what: string) =>
    eventually(
      async () => {
        const series = await scrape(address);
        return holds(series) ? series : undefined;
      },
      what,
      PATIENCE_MS,
    );
  const successes = (series: Series) => sum(series, 'taurusdb_collections_total', 'result="success"');
  const failures = (series: Series) => sum(series, 'taurusdb_collections_total', 'result="error"');
  const isShown = (series: Series) => values(series, 'taurusdb_sessions').length > 0;
  const up = () => seriesWhen((series) => successes(series) > 0, 'a collection');

  async function collectsOn(): Promise<void> {
    const before = await scrape(address);
    await seriesWhen((series) => successes(series) >= successes(before) + 2, 'two more collections');
  }

  for (const [timezone, now] of [
    ['Europe/Rome', '2026-10-25T00:10:00Z'],
    ['Australia/Lord_Howe', '2026-04-04T14:40:00Z'],
    ['America/Havana', '2026-11-01T04:50:00Z'],
    ['Europe/Rome', '2026-10-25T00:59:56Z'],
    ['Europe/Rome', '2026-03-29T00:59:56Z'],
  ] as const) {
    it(`collects on in ${timezone} at ${now}, near where the clocks change`, async () => {
      await start(Date.parse(now), { timezone }, ['*/2 * * * * *']);
      await up();
      await collectsOn();
    });
  }

  it('says when it comes next, through the change', async () => {
    const expected = {
      '*/30 * * * *': '2026-10-25T00:30:00Z',
      '50 * * * *': '2026-10-25T00:50:00Z',
      '5,10 1-3 * * *': '2026-10-25T01:05:00Z',
      '5 2 * * *': '2026-10-26T01:05:00Z',
      '*/10 3 * * *': '2026-10-25T02:00:00Z',
    };
    const nodes = await start(
      Date.parse('2026-10-25T00:11:00Z'),
      { timezone: 'Europe/Rome' },
      Object.keys(expected),
    );
    const nextRuns = (series: Series) =>
      nodes.map((id) => values(series, 'taurusdb_collection_next_run_timestamp_seconds', id)[0] ?? 0);
    const series = await seriesWhen((series) => successes(series) >= nodes.length, 'the first collections');
    assert.deepEqual(
      nextRuns(series),
      Object.values(expected).map((at) => Date.parse(at) / 1_000),
    );
  });

  for (const stepMs of [-HOUR_MS, HOUR_MS]) {
    it(`collects on when the wall clock is set by ${stepMs / HOUR_MS} h, and fails nothing`, async () => {
      await start(Date.now(), {});
      await up();
      clock.step(stepMs);
      await collectsOn();
      clock.step(-stepMs);
      await collectsOn();
      assert.equal(failures(await scrape(address)), 0);
    });

    it(`shows figures as long as ever when it is set by ${stepMs / HOUR_MS} h while the API is down`, async () => {
      const [id = ''] = await start(Date.now(), { stale_after: '3s' });
      await up();
      isDown = true;
      const down = await seriesWhen((series) => collections(series, id, 'error') > 0, 'a failure');
      assert.ok(isShown(down));
      clock.step(stepMs);
      assert.ok(isShown(await scrape(address)));
      await seriesWhen((series) => !isShown(series), 'the figures to vanish');
    });
  }

  it('lets figures vanish by the schedule when the wall clock is set back an hour while the API is down', async () => {
    await start(Date.now(), { timeout: '1s' });
    await up();
    isDown = true;
    clock.step(-HOUR_MS);
    await seriesWhen((series) => !isShown(series), 'the figures to vanish');
    assert.match(await (await fetch(address)).text(), /<b>\d+ s ago<\/b>/u);
  });
});
