// What a configuration makes of how session lists are read.
import assert from 'node:assert/strict';
import { collectionSettings, sessionSettings } from '../../src/agent/settings.js';
import { defaultSettings } from '../../src/config/config-schema.js';
import { MAX_STATEMENTS } from '../../src/incidents/record.js';
import { makeRecord } from '../../src/incidents/watch/make-record.js';
import type { ReadResult } from '../../src/sessions/read-snapshot.js';
import { emptyTally } from '../../src/sessions/snapshot.js';
import { viewStatements } from '../../src/web/view/statement-view.js';
import { NODE, START } from '../incidents/watch/watched-node.js';
import { inChunks } from '../sessions/session-file.js';

/** `enabled`: incidents; `maxValues`: of statements as series, none where absent. */
async function read(file: string, enabled: boolean, maxValues?: number): Promise<ReadResult> {
  const config = defaultSettings();
  const { metrics, incidents } = config;
  const statement = { enabled: maxValues !== undefined, max_values: maxValues ?? 100 };
  const settings = {
    ...config,
    incidents: { ...incidents, enabled },
    metrics: { ...metrics, dimensions: { ...metrics.dimensions, statement } },
  };
  assert.equal(sessionSettings(settings).details, enabled);
  const { readSnapshot } = collectionSettings(settings);
  return readSnapshot(inChunks(file), emptyTally(), undefined, NODE);
}

/** A hundred statements: the first with many sessions and little time, the last the other way round. */
const FILE = [
  'user,host,state,command,time,info',
  ...Array.from({ length: 100 }, (_, number) =>
    Array.from({ length: 110 - number }, () => `u,h,s,Query,${number ** 2},SELECT a FROM t${number}`),
  ).flat(),
].join('\n');

describe('settings of session lists', () => {
  it('keep as many statements as a record has, half of them by sessions and half by time', async () => {
    for (const maxValues of [undefined, 200]) {
      const { snapshot, details } = await read(FILE, true, maxValues);
      const { statements } = makeRecord(
        {
          kinds: ['manual'],
          startedAt: START,
          endedAt: START,
          usual: {},
          before: undefined,
          peak: {},
          timeline: [],
        },
        { observation: { node: NODE, at: START, snapshot, details }, figures: {} },
      );
      assert.equal(statements.length, MAX_STATEMENTS);
      const sessions = statements.map((one) => one.sessions);
      assert.deepEqual(
        sessions,
        sessions.toSorted((a, b) => b - a),
      );
      assert.deepEqual(
        sessions.slice(0, 25),
        Array.from({ length: 25 }, (_, number) => 110 - number),
      );
      // 110 - n sessions of n² seconds: the most time at 73.
      assert.ok(statements.every((one, index) => index < 25 || (one.longest_seconds ?? 0) > 60 ** 2));
    }
  });

  it('have the page and the API show the same, with incidents and without', async () => {
    const seen = async (enabled: boolean) =>
      viewStatements((await read(FILE, enabled)).snapshot.statements, 'shown');
    const without = await seen(false);
    assert.equal(without?.top.length, 20);
    assert.deepEqual(await seen(true), without);
  });
});
