// From a session list as it comes from the API to the sessions that a record lists, and to those that it shows how to end.
import assert from 'node:assert/strict';
import { endingsOf } from '../../../src/incidents/advice.js';
import { boundedRecord } from '../../../src/incidents/bounded-record.js';
import { firstOfLongest, type IncidentRecord, MAX_LONGEST_SESSIONS } from '../../../src/incidents/record.js';
import { SETTINGS } from '../../sessions/session-file.js';
import { LEARNT, MINUTE_MS, observationOf, START, WatchedNode } from './watched-node.js';

const HEADER = 'id,user,host,state,command,time,trx_id,trx_executed_time,trx_state,info';
const CALM = `${HEADER}\n1,app,web-1,,Sleep,1,,,,`;

/** Of an incident that begins with this list, whatever number of sessions it has. */
async function recordOf(
  rows: readonly string[],
  settings: Parameters<typeof observationOf>[2] = {},
): Promise<IncidentRecord> {
  const { watch } = new WatchedNode({ hold: 1, spike: { minGrowth: 0, ratio: 0, deviations: 0 } });
  for (let turn = 0; turn < LEARNT; turn++) {
    watch.observe(await observationOf(START + turn * MINUTE_MS, CALM, settings));
  }
  const file = [HEADER, ...rows].join('\n');
  const { record } = watch.observe(await observationOf(START + LEARNT * MINUTE_MS, file, settings));
  assert.ok(record);
  return record;
}

function commandsOf(record: IncidentRecord): readonly string[] {
  return endingsOf(record).map(({ command, why }) => `${command} ${why}`);
}

function many(count: number, row: (number: number) => string): readonly string[] {
  return Array.from({ length: count }, (_, number) => row(5_000 + number));
}

describe('the longest sessions of a record', () => {
  it('have the idle one of the longest transaction, and that one is to be ended', async () => {
    const record = await recordOf([
      '42,app,web-1,,Sleep,690,7001,700,RUNNING,',
      '4343,app,web-2,executing,Query,2,7002,3,RUNNING,SELECT 1',
    ]);
    assert.equal(record.longest_transaction_seconds, 700);
    assert.deepEqual(
      record.longest.map(({ id, seconds, transaction_seconds: open }) => [id, seconds, open]),
      [
        ['42', 690, 700],
        ['4343', 2, 3],
      ],
    );
    assert.deepEqual(commandsOf(record), ['KILL 42; the longest transaction, 700 s']);
  });

  it('have it also beside twenty that are older, and in a record that is cut', async () => {
    const record = await recordOf([
      '42,app,web-1,,Sleep,1,7001,700,RUNNING,',
      ...many(30, (id) => `${id},app,web-1,x,Field List,9000,,,,`),
    ]);
    assert.equal(record.longest.length, MAX_LONGEST_SESSIONS);
    assert.equal(record.longest.at(-1)?.id, '42');
    assert.deepEqual(commandsOf(record), ['KILL 42; the longest transaction, 700 s']);
    // Of characters that JSON writes as six.
    const text = '\u0001'.repeat(10_000);
    const longest = record.longest.map((one) => ({ ...one, user: text, host: text, state: text }));
    const grown = Array.from({ length: 10 }, () => ({ value: text, before: 1, now: 2, share: 1 }));
    const growth = {
      ...record.growth,
      user: grown,
      host: grown,
      database: grown,
      state: grown,
      command: grown,
    };
    const cut = boundedRecord({ ...record, longest, growth }).record;
    assert.equal(cut.longest.length, 10);
    assert.deepEqual(commandsOf(cut), ['KILL 42; the longest transaction, 700 s']);
  });

  for (const command of ['Query', 'QUERY', 'execute']) {
    it(`have that of the longest query (${command}), and not what has another command is to be ended`, async () => {
      const record = await recordOf([
        `890,app,web-1,executing,${command},400,,,,SELECT 1`,
        '901,app,web-1,x,Field List,9000,,,,',
        '902,app,web-1,x,Prepare,9000,,,,SELECT 2',
      ]);
      assert.equal(record.longest_query_seconds, 400);
      assert.match(record.culprit.headline, /^app from web-1: query for 400 s$/u);
      assert.deepEqual(commandsOf(record), ['KILL 890; the longest query, 400 s']);
    });
  }

  it('have it where commands are not counted, too', async () => {
    const { dimensions } = SETTINGS;
    const statements = { sqlMode: 'auto', shapes: 256, maxText: 400, shown: 25 } as const;
    const off = { ...dimensions, command: { ...dimensions.command, enabled: false } };
    const record = await recordOf(
      [
        '890,app,web-1,executing,Query,400,,,,SELECT 1 FROM a',
        ...many(30, (id) => `${id},app,web-1,x,Prepare,9000,,,,SELECT 2 FROM a`),
      ],
      { dimensions: off, statements },
    );
    assert.match(record.culprit.headline, /query for 400 s$/u);
    assert.deepEqual(commandsOf(record), ['KILL 890; the longest query, 400 s']);
  });

  it('tell of one that waits for a lock that it does', async () => {
    const record = await recordOf([
      '890,app,web-1,executing,Query,400,,,,SELECT 1 FROM a',
      '901,app,web-1,Waiting for table metadata lock,Query,9000,,,,ALTER TABLE b ADD c INT',
    ]);
    assert.deepEqual(
      record.longest.map(({ id, waits_for_lock: waits }) => [id, waits]),
      [
        ['901', true],
        ['890', false],
      ],
    );
    assert.deepEqual(commandsOf(record), ['KILL 901; the longest query, 9000 s; it waits for a lock itself']);
  });

  it('have who may hold what others wait for, of whom the page tells', async () => {
    const record = await recordOf([
      '42,idle,web-9,,Sleep,1,7001,70,RUNNING,',
      ...many(30, (id) => `${id},app,web-1,updating,Query,200,${id},210,LOCK WAIT,UPDATE a SET b = 1`),
    ]);
    assert.equal(
      record.culprit.headline,
      'idle from web-9: the longest transaction that does not wait, open for 70 s; 30 sessions wait for locks',
    );
    assert.equal(record.longest.at(-1)?.id, '42');
    assert.deepEqual(
      firstOfLongest(record, 5).map(({ id }) => id),
      ['5000', '5001', '5002', '5003', '42'],
    );
    assert.deepEqual(firstOfLongest(record, 99), record.longest);
  });
});
