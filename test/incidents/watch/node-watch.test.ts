import assert from 'node:assert/strict';
import { epochMs } from '../../../src/clock.js';
import { boundedRecord } from '../../../src/incidents/bounded-record.js';
import { MAX_RECORD_BYTES, MAX_TIMELINE } from '../../../src/incidents/record.js';
import { incidentId } from '../../../src/model/incident.js';
import { DEFAULT_TRIGGERS } from '../default-triggers.js';
import {
  calm,
  flood,
  MINUTE_MS,
  NODE,
  observation,
  observationOf,
  START,
  WatchedNode,
  wholeSecond,
  withFigures,
  written,
} from './watched-node.js';

const OLD = withFigures({ transactionLongestSeconds: 700 });
const YOUNG = withFigures({ transactionLongestSeconds: 3 });

describe('NodeWatch', () => {
  it('records the larger snapshot of the row that begins an incident, from its first one on', () => {
    const node = new WatchedNode().learn();
    assert.equal(node.collect(flood(120)), undefined);
    const first = node.at;
    const record = node.collect(flood(80));
    assert.ok(record);
    assert.equal(node.last.news, 'began');
    assert.equal(record.id, incidentId(NODE.nodeId, first));
    assert.equal(record.started_at, written(wholeSecond(first)));
    assert.equal(record.recorded_at, written(first));
    assert.deepEqual(record.kinds, ['spike', 'active_spike']);
    assert.deepEqual(record.sessions, { usual: 54, before: 54, now: 174, peak: 174 });
    assert.deepEqual(record.active, { usual: 4, before: 4, now: 124, peak: 124 });
    assert.equal(record.growth_of, 'sessions');
    assert.equal(record.max_connections, 5_000);
    assert.equal(record.ended_at, null);
    const { verdict, user, host, database, statement, share } = record.culprit;
    assert.deepEqual(
      [verdict, user, host, database, statement?.digest, share],
      ['one', 'billing', 'billing-1', 'billing', 'bb', 1],
    );
  });

  it('compares with the five collections before the row, whatever the row is', () => {
    const node = new WatchedNode({ hold: 3 }).learn();
    node.collect(...[6, 2, 4, 8, 10].map(flood));
    const record = node.collect(flood(100), flood(110), flood(120));
    assert.equal(record?.sessions.before, 54 + 6);
    assert.equal(record?.growth.user[0]?.before, 6);
    assert.equal(record?.sessions.now, 174);
  });

  it('follows the largest snapshot while it lasts, takes kinds in, and ends with the first calm one', () => {
    const node = new WatchedNode().learn();
    node.collect(flood(100), flood(100));
    const begun = node.watch.status.active?.id;
    const larger = node.collect(flood(200));
    assert.equal(larger?.sessions.now, 254);
    assert.equal(larger?.recorded_at, written(node.at));
    const smaller = node.collect([flood(90), OLD]);
    assert.deepEqual(smaller?.kinds, ['spike', 'active_spike', 'long_transaction']);
    assert.equal(smaller?.sessions.now, 254);
    assert.equal(smaller?.sessions.peak, 254);
    assert.deepEqual(node.begun, { spike: 1, active_spike: 1, long_transaction: 1 });
    node.collect([calm(), YOUNG]);
    const calmAt = node.at;
    assert.equal(node.watch.status.active?.id, begun);
    const ended = node.collect([calm(), YOUNG]);
    assert.equal(node.last.news, 'ended');
    assert.equal(ended?.id, begun);
    assert.equal(ended?.ended_at, written(calmAt));
    assert.equal(ended?.sessions.now, 254);
    assert.equal(node.watch.status.active, undefined);
    assert.equal(node.watch.status.lastStartedAt, START + 10 * MINUTE_MS);
  });

  it('has no snapshot from before the incident in its record, however long something held', () => {
    const node = new WatchedNode();
    // Held when nobody knew anything: it began before, and with more sessions than ever since.
    node.collect([flood(900), OLD]);
    node.collect(...Array.from({ length: 69 }, () => [calm(), OLD] as const));
    node.collect([flood(100), OLD]);
    const first = node.at;
    const record = node.collect([flood(90), OLD]);
    assert.ok(record);
    assert.deepEqual([record.started_at, record.recorded_at], [written(wholeSecond(first)), written(first)]);
    assert.equal(record.sessions.now, 154);
    assert.equal(record.sessions.peak, 154);
  });

  it('has no snapshot of the cooldown in the record of an incident that begins behind it', () => {
    const node = new WatchedNode({ cooldownMs: 3 * MINUTE_MS }).learn();
    node.collect(flood(100), flood(100), calm(), calm(), flood(300));
    const record = node.collect(flood(100)) ?? node.collect(flood(100));
    assert.equal(node.last.news, 'began');
    assert.equal(record?.sessions.now, 154);
    assert.ok(record && Date.parse(record.recorded_at) >= Date.parse(record.started_at));
  });

  it('shows the collections before it and those of a long one in coarser steps, the last one always', () => {
    const node = new WatchedNode().learn();
    node.collect(...Array.from({ length: 10 }, calm), flood(100), flood(101));
    const early = node.collect(flood(102));
    assert.deepEqual(
      early?.timeline.map(({ sessions }) => sessions),
      [...Array.from({ length: 14 }, () => 54), 154, 155, 156],
    );
    assert.deepEqual(early?.timeline.at(-1), {
      at: written(node.at),
      sessions: 156,
      active: 106,
      lock_waiting: null,
      usual: 54,
    });
    for (let turn = 0; turn < 400; turn++) {
      const record = node.collect([flood(1_000 + 100 * turn), OLD]);
      assert.ok(record && record.timeline.length <= MAX_TIMELINE);
      assert.equal(record.timeline.at(-1)?.sessions, 1_054 + 100 * turn);
      assert.equal(record.timeline[0]?.at, early?.timeline[0]?.at);
      const times = record.timeline.map(({ at }) => at);
      assert.deepEqual(times, times.toSorted());
    }
  });

  describe('by hand', () => {
    it('records the last snapshot, once', () => {
      const node = new WatchedNode();
      assert.equal(node.watch.recordLast(), undefined);
      node.learn().collect(flood(15));
      const record = node.watch.recordLast();
      assert.equal(record?.id, incidentId(NODE.nodeId, node.at));
      assert.deepEqual(record?.kinds, ['manual']);
      assert.equal(record?.ended_at, written(node.at));
      assert.deepEqual(record?.sessions, { usual: 54, before: 54, now: 69, peak: 69 });
      assert.deepEqual(record?.growth.user[0], { value: 'billing', before: 0, now: 15, share: 1 });
      assert.deepEqual(node.watch.recordLast(), record);
      assert.deepEqual(node.begun, { manual: 1 });
      assert.equal(node.watch.status.lastStartedAt, node.at);
      assert.equal(node.watch.status.active, undefined);
    });

    it('is one record with the incident that began with the same snapshot', () => {
      const node = new WatchedNode({ hold: 1 }).learn();
      const begun = node.collect(flood(100));
      const byHand = node.watch.recordLast();
      assert.equal(byHand?.id, begun?.id);
      assert.deepEqual(byHand?.kinds, ['spike', 'active_spike', 'manual']);
      assert.equal(byHand?.ended_at, null);
      assert.deepEqual(node.watch.recordLast(), byHand);
      assert.deepEqual(node.begun, { spike: 1, active_spike: 1, manual: 1 });
      assert.deepEqual(node.collect(flood(110))?.kinds, ['spike', 'active_spike', 'manual']);
    });

    it('is one record with the incident of whose row it is the first snapshot', () => {
      const node = new WatchedNode().learn();
      node.collect(flood(100));
      const byHand = node.watch.recordLast();
      assert.deepEqual(byHand?.kinds, ['manual']);
      const begun = node.collect(flood(100));
      assert.equal(begun?.id, byHand?.id);
      assert.deepEqual(begun?.kinds, ['spike', 'active_spike', 'manual']);
      assert.deepEqual(node.begun, { spike: 1, active_spike: 1, manual: 1 });
    });

    it('is a record of its own later in an incident, which goes on', () => {
      const node = new WatchedNode().learn();
      const begun = node.collect(flood(100), flood(100));
      node.collect(flood(300));
      const byHand = node.watch.recordLast();
      assert.notEqual(byHand?.id, begun?.id);
      assert.deepEqual(byHand?.kinds, ['manual']);
      assert.equal(node.watch.status.active?.id, begun?.id);
      assert.equal(node.collect(flood(100))?.id, begun?.id);
    });
  });

  it('never makes the id of another record, however the clock is set back', () => {
    const taken = new Set<string>();
    const isTaken = (startedAt: number) => taken.has(incidentId(NODE.nodeId, epochMs(startedAt)));
    const node = new WatchedNode({ hold: 1, cooldownMs: 0 }, { isTaken }).learn();
    const at = node.at;
    const ids: string[] = [];
    for (let turn = 0; turn < 3; turn++) {
      node.at = at;
      const begun = node.collect(flood(500));
      node.collect(calm());
      node.at = epochMs(at + 30 * MINUTE_MS);
      node.collect(calm());
      const byHand = node.watch.recordLast();
      assert.deepEqual(node.watch.recordLast()?.id, byHand?.id);
      for (const record of [begun, byHand]) {
        assert.ok(record);
        assert.ok(record.ended_at === null || record.ended_at >= record.started_at);
        ids.push(record.id);
        taken.add(record.id);
      }
    }
    assert.equal(new Set(ids).size, 6);
  });

  it('goes on with the incident of the process before, whose snapshot it keeps', () => {
    const before = new WatchedNode().learn();
    const record = before.collect(flood(100), flood(100));
    assert.ok(record);
    const known = {
      saved: JSON.parse(JSON.stringify(before.watch.save())),
      last: before.at,
      lasting: record,
    };
    const after = new WatchedNode({}, known, before.at);
    assert.equal(after.watch.status.active?.id, record.id);
    assert.deepEqual(after.begun, {});
    const more = after.collect(flood(300));
    assert.equal(after.last.news, 'goes on');
    assert.deepEqual(
      [more?.id, more?.sessions, more?.recorded_at, more?.culprit],
      [record.id, { ...record.sessions, peak: 354 }, record.recorded_at, record.culprit],
    );
    assert.equal(more?.timeline.length, record.timeline.length + 1);
    const ended = after.collect(calm(), calm());
    assert.equal(ended?.id, record.id);
    assert.equal(ended?.ended_at, written(after.at - MINUTE_MS));
    assert.deepEqual(after.begun, {});
  });

  it('counts an incident that outlives restarts once against the day', () => {
    let node = new WatchedNode({ maxPerDay: 2, cooldownMs: 0 }).learn();
    let record = node.collect(flood(100), flood(100));
    for (let restart = 0; restart < 5; restart++) {
      const saved = JSON.parse(JSON.stringify(node.watch.save()));
      node = new WatchedNode({ maxPerDay: 2, cooldownMs: 0 }, { saved, lasting: record }, node.at);
      record = node.collect(flood(100));
    }
    node.collect(calm(), calm(), flood(200), flood(200));
    assert.equal(node.last.news, 'began');
    node.collect(calm(), calm(), flood(200), flood(200));
    assert.equal(node.last.news, 'suppressed');
    assert.equal(node.watch.status.suppressed, 1);
    assert.equal(node.last.record, undefined);
  });

  it('begins none after a restart whose record is gone, until the condition did not hold', () => {
    const before = new WatchedNode().learn();
    before.collect(flood(100), flood(100), flood(100));
    const saved = JSON.parse(JSON.stringify(before.watch.save()));
    const after = new WatchedNode({}, { saved }, before.at);
    assert.equal(after.collect(flood(100), flood(100)), undefined);
    after.collect(calm(), flood(200), flood(200));
    assert.equal(after.last.news, 'began');
  });

  it('ends what lasts where the node is watched no more, with its last collection', () => {
    const node = new WatchedNode().learn();
    assert.equal(node.watch.end(), undefined);
    const record = node.collect(flood(100), flood(100));
    assert.equal(node.watch.end()?.ended_at, written(node.at));
    // Another process that has collected nothing yet.
    const after = new WatchedNode({}, { lasting: record });
    assert.equal(after.watch.end()?.ended_at, record?.recorded_at);
  });

  it('takes what is usual along where it is watched again, and begins nothing by what holds then', () => {
    const before = new WatchedNode().learn();
    before.collect(flood(100), flood(100));
    const after = new WatchedNode({}, { saved: before.watch.saveUsual() }, before.at);
    assert.equal(after.collect([flood(100), OLD], [flood(100), OLD], [flood(100), OLD]), undefined);
    assert.equal(after.watch.status.usual.sessions, 54);
    after.collect(calm(), flood(100), flood(100));
    assert.equal(after.last.news, 'began');
  });

  it('begins none by a change of its settings', () => {
    const node = new WatchedNode().learn();
    node.collect(flood(15), flood(15));
    node.watch.configure({ ...DEFAULT_TRIGGERS, hold: 1, spike: { minGrowth: 5, ratio: 0, deviations: 0 } });
    assert.equal(node.collect(flood(15), flood(15)), undefined);
    node.collect(calm(), flood(15));
    assert.equal(node.last.news, 'began');
  });

  it('says less where the values are counted otherwise since', () => {
    const node = new WatchedNode().learn();
    node.watch.forgetValues();
    const record = node.collect(flood(100), flood(100));
    assert.equal(record?.sessions.before, null);
    assert.equal(record?.culprit.verdict, 'none');
    assert.deepEqual(record?.growth.user, []);
  });

  for (const filter of ['active', 'slow', 'long'] as const) {
    it(`makes no spike of a list of ${filter} sessions, and records what it has`, async () => {
      const node = new WatchedNode().learn();
      const list = ['id,user,host,state,db,command,time,info,trx_id,trx_executed_time'];
      for (let id = 0; id < 500; id++) {
        list.push(`${id},app,h,executing,d,Query,900,SELECT 1,${id},900`);
      }
      for (let turn = 0; turn < 3; turn++) {
        const at = node.at + (turn + 1) * MINUTE_MS;
        const { record } = node.watch.observe(await observationOf(at, list.join('\n'), { filter }));
        assert.ok(!record?.kinds.includes('spike'));
      }
      const byHand = node.watch.recordLast();
      assert.equal(byHand?.sessions.now, null);
      assert.equal(byHand?.sessions.peak, null);
    });
  }

  it('says less of a list without users, hosts, times, transactions and statements, and fails nothing', async () => {
    const columns = ['user', 'host', 'state', 'time', 'trx_id', 'info', 'command'] as const;
    for (const lacking of [...columns, 'all'] as const) {
      const node = new WatchedNode({ hold: 1 });
      const list = (rows: number) => {
        const all = {
          user: 'u',
          host: 'h',
          state: 's',
          time: '5',
          trx_id: '7',
          info: 'SELECT 1',
          command: 'Query',
        };
        const kept = columns.filter((column) => lacking !== 'all' && column !== lacking);
        // These three are required: without values they are `none`.
        const header = [...new Set([...kept, 'user', 'host', 'state'] as const)];
        const row = header.map((column) => (kept.includes(column) ? all[column] : ''));
        return [header.join(','), ...Array.from({ length: rows }, () => row.join(','))].join('\n');
      };
      for (let turn = 0; turn < 10; turn++) {
        node.watch.observe(await observationOf(START + turn * MINUTE_MS, list(5)));
      }
      const { record } = node.watch.observe(await observationOf(START + 10 * MINUTE_MS, list(200)));
      assert.ok(record, lacking);
      assert.equal(record.sessions.now, 200);
      assert.equal(record.active.now === null, lacking === 'command' || lacking === 'all');
      assert.equal(record.longest_transaction_seconds, null);
      assert.deepEqual(record.blockers, []);
      if (lacking === 'all') {
        assert.deepEqual([record.statements, record.longest, record.longest_query_seconds], [[], [], null]);
        assert.deepEqual(record.growth.command, []);
      }
    }
  });

  it('keeps a digest alone, or nothing, of statements where that is what is read', async () => {
    const list = (rows: number) =>
      [
        'user,host,state,command,time,info',
        ...Array.from({ length: rows }, () => "u,h,s,Query,5,SELECT 'secret' FROM t"),
      ].join('\n');
    const recordOf = async (settings: Parameters<typeof observationOf>[2]) => {
      const node = new WatchedNode({ hold: 1 });
      for (let turn = 0; turn < 11; turn++) {
        const at = START + turn * MINUTE_MS;
        node.watch.observe(await observationOf(at, list(turn < 10 ? 5 : 200), settings));
      }
      return node.watch.recordLast();
    };
    const digests = await recordOf({ statements: { sqlMode: 'auto', shapes: 256, maxText: 0, shown: 10 } });
    assert.deepEqual([digests?.statements.length, digests?.statements[0]?.text], [1, null]);
    assert.match(digests?.culprit.statement?.digest ?? '', /^[0-9a-f]{16}$/u);
    assert.equal(digests?.culprit.statement?.text, null);
    const off = await recordOf({});
    assert.deepEqual([off?.statements, off?.growth.statement, off?.culprit.statement], [[], [], null]);
    assert.ok(!JSON.stringify([digests, off]).includes('secret'));
  });

  it('keeps within its bounds and stays JSON with names of 128 control characters', async () => {
    const controls = Array.from({ length: 32 }, (_, code) => String.fromCharCode(code)).join('');
    const cell = (text: string) => `"${text.replaceAll('"', '""')}"`;
    const hostile = (number: number) =>
      cell(`a${controls}${controls}${controls}"\u2028\u0085${number}`.padEnd(128, '\u0001'));
    const list = (rows: number) =>
      [
        'id,user,host,state,db,command,time,info,trx_id,trx_state,trx_executed_time',
        ...Array.from({ length: rows }, (_, row) => {
          const name = hostile(row % 40);
          const statement = cell(
            `SELECT \`${controls}${'x'.repeat(300)}${row % 60}\` FROM t WHERE a = '${controls}'`,
          );
          return [row, name, name, name, name, 'Query', 900, statement, row, 'LOCK WAIT', 900].join(',');
        }),
      ].join('\n');
    const statements = { sqlMode: 'auto', shapes: 256, maxText: 400, shown: 50 } as const;
    const node = new WatchedNode();
    for (let turn = 0; turn < 12; turn++) {
      const at = START + turn * MINUTE_MS;
      const { news, record } = node.watch.observe(
        await observationOf(at, list(turn < 10 ? 40 : 600), { statements }),
      );
      if (record !== undefined) {
        const { bytes } = boundedRecord(record);
        assert.ok(bytes.length <= MAX_RECORD_BYTES, `${bytes.length}`);
        assert.equal(JSON.parse(bytes.toString()).id, record.id);
        assert.ok(record.statements.length <= 50 && record.longest.length <= 20);
        assert.ok(record.blockers.length <= 10);
        assert.equal(JSON.stringify(record).includes('\n'), false);
        assert.ok(!record.culprit.headline.includes('\u0001'), 'one line, for people');
      }
      assert.equal(news, turn === 11 ? 'began' : undefined);
    }
  });

  it('is right after gaps, zeros and a node that came an hour ago', () => {
    const node = new WatchedNode();
    node.collect(...Array.from({ length: 30 }, () => [] as const));
    assert.equal(node.watch.status.usual.sessions, 0);
    const record = node.collect(flood(100), flood(100));
    assert.deepEqual(record?.sessions, { usual: 0, before: 0, now: 154, peak: 154 });
    // A gap of two days: it is not the same incident any more, and nothing is usual of then.
    node.at = epochMs(node.at + 2 * 86_400_000);
    const { news } = node.watch.observe(observation(node.at, flood(120)));
    assert.notEqual(news, 'began');
  });
});
