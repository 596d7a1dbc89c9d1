import assert from 'node:assert/strict';
import { epochMs } from '../../../src/clock.js';
import { figuresOf } from '../../../src/incidents/triggers/figures.js';
import type { DatabaseNode } from '../../../src/model/node.js';
import { byDimension, type Dimension } from '../../../src/sessions/dimensions.js';
import { readSnapshot } from '../../../src/sessions/read-snapshot.js';
import type { NotableSession, SessionDetails } from '../../../src/sessions/session-details.js';
import {
  type DimensionCounts,
  emptyTally,
  type LongestTime,
  type Snapshot,
} from '../../../src/sessions/snapshot.js';
import { inChunks, SETTINGS } from '../../sessions/session-file.js';

const NODE: DatabaseNode = {
  project: 'production',
  instanceId: 'i',
  nodeId: 'n',
  name: '',
  instanceName: '',
  cloudRegion: '',
  role: '',
  labels: {},
  schedule: '* * * * *',
};
const STATEMENT = {
  digest: '0123456789abcdef',
  text: '',
  isCut: false,
  isAmbiguous: false,
  isSensitive: false,
  family: '',
};
const COMMANDS = new Map<Dimension, DimensionCounts>([['command', { values: [], distinct: 0 }]]);

function snapshotOf(longest: readonly LongestTime[], dimensions = COMMANDS): Snapshot {
  const times = longest.map(({ command, seconds }) => ({ command, longestSeconds: seconds }));
  return { filter: 'total', listed: 7, sessions: 7, times, longest, dimensions };
}

function longestQuery(snapshot: Snapshot, notable?: readonly NotableSession[]): number | undefined {
  const details: SessionDetails | undefined = notable && { pairs: [], active: new Map(), notable };
  return figuresOf({ node: NODE, at: epochMs(0), snapshot, details }).longestQuerySeconds;
}

function session(fields: Partial<NotableSession>): NotableSession {
  return { isActive: true, isSleeping: false, isQuery: true, isWaitingByState: false, ...fields };
}

describe('figuresOf', () => {
  it('takes the figures of the snapshot, and the limit of the node', () => {
    const snapshot = {
      ...snapshotOf([]),
      active: 3,
      lockWaiting: 2,
      transactionLongestSeconds: 90,
    };
    const observation = {
      node: { ...NODE, maxConnections: 500 },
      at: epochMs(0),
      snapshot,
      details: undefined,
    };
    assert.deepEqual(figuresOf(observation), {
      sessions: 7,
      active: 3,
      lockWaiting: 2,
      longestQuerySeconds: undefined,
      longestTransactionSeconds: 90,
      maxConnections: 500,
    });
  });

  it('takes the longest Query or Execute, in any case, and no other command', () => {
    const longest = [
      { command: 'Execute', seconds: 40 },
      { command: 'QUERY', seconds: 30 },
      { command: 'Sleep', seconds: 9000 },
      { command: 'Binlog Dump', seconds: 8000 },
      { command: 'other', seconds: 7000 },
    ];
    assert.equal(longestQuery(snapshotOf(longest)), 40);
    assert.equal(longestQuery(snapshotOf(longest.slice(2))), 0);
  });

  it('finds one among the sessions that stand out where the counts have it in other', () => {
    const longest = [{ command: 'other', seconds: 7000 }];
    const notable = [
      session({ seconds: 300 }),
      session({ seconds: 200 }),
      session({ isActive: false, isSleeping: true, isQuery: false, seconds: 9000 }),
      session({ isQuery: false, seconds: 8000, statement: STATEMENT }),
      session({}),
    ];
    assert.equal(longestQuery(snapshotOf(longest), notable), 300);
  });

  it('takes the queries among the sessions that stand out where commands are not counted', () => {
    const withoutCommands = snapshotOf([{ command: undefined, seconds: 9000 }], new Map());
    const snapshot = { ...withoutCommands, active: 3 };
    const notable = [
      session({ isQuery: false, seconds: 9000, statement: STATEMENT }),
      session({ seconds: 300 }),
    ];
    assert.equal(longestQuery(snapshot, notable), 300);
    assert.equal(longestQuery(snapshot, notable.slice(0, 1)), 0);
    assert.equal(longestQuery(snapshot), undefined);
    assert.equal(longestQuery(withoutCommands, notable.slice(0, 1)), undefined);
  });

  it('finds the longest query of a list whatever is counted of it', async () => {
    const others = Array.from({ length: 30 }, (_, row) => `u,h,,Field List,${900 + row},SELECT 1`);
    const list = [
      'user,host,state,command,time,info',
      ...others,
      'u,h,,execute,400,',
      'u,h,,Query,30,SELECT 1',
    ];
    const onlyStates = byDimension(({ name }) => ({ enabled: name === 'state', maxValues: 10 }));
    const statements = { sqlMode: 'auto', shapes: 256, maxText: 400, shown: 20 } as const;
    for (const some of [
      {},
      { dimensions: onlyStates },
      { statements },
      { dimensions: onlyStates, statements },
    ]) {
      const settings = { ...SETTINGS, details: true, ...some };
      const read = await readSnapshot(inChunks(`${list.join('\n')}\n`), settings, emptyTally());
      assert.equal(longestQuery(read.snapshot, read.details?.notable), 400);
      assert.ok(read.details?.notable.some(({ isQuery, seconds }) => isQuery && seconds === 400));
    }
  });

  it('says nothing where the list has no times', () => {
    assert.equal(longestQuery(snapshotOf([])), undefined);
    assert.equal(longestQuery(snapshotOf([]), [session({})]), undefined);
  });
});
